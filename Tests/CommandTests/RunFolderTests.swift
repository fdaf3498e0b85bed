import Commands
import Foundation
import TestSupport
import Testing

@Suite struct RunFolderTests {
  /// Runs `body` with a temporary folder.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func aFolderIsMadeWithPresetCheckpointsAndParents() throws {
    try withFolder { parent in
      let folder = try RunFolder(parent.appendingPathComponent("a/b"), preset: "gamma: 0.1\n")
      let preset = try String(contentsOf: folder.url.appendingPathComponent("preset.yaml"), encoding: .utf8)
      #expect(preset == "gamma: 0.1\n")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
          "checkpoints", "preset.yaml", "run.lock",
        ])
    }
  }

  @Test func anEmptyFolderIsAccepted() throws { try withFolder { _ = try RunFolder($0, preset: "") } }

  @Test func aFolderThatCannotBeUsedIsRefusedWithARemedy() throws {
    try withFolder { parent in
      let file = parent.appendingPathComponent("file")
      try Data().write(to: file)
      for (url, remedy) in [
        (parent, "delete it first"), (file, "use another folder"),
        (file.appendingPathComponent("below"), "you can write to"),
        (URL(fileURLWithPath: "/proc/dualab"), "you can write to"),
      ] {
        #expect {
          try RunFolder(url, preset: "")
        } throws: { error in
          guard let failure = error as? CommandFailure else { return false }
          return failure.status == 1 && failure.line.contains(remedy) && !failure.line.contains("\n")
        }
      }
    }
  }

  @Test func discardDeletesOnlyWhatTheRunMade() throws {
    try withFolder { parent in
      let url = parent.appendingPathComponent("run")
      try RunFolder(url, preset: "").discard()
      #expect(!FileManager.default.fileExists(atPath: url.path))
      let kept = try RunFolder(url, preset: "")
      try Data().write(to: url.appendingPathComponent("checkpoints/last.safetensors"))
      kept.discard()
      #expect(FileManager.default.fileExists(atPath: url.appendingPathComponent("checkpoints/last.safetensors").path))
      try RunFolder(parent.appendingPathComponent("given"), preset: "").discard()
      try FileManager.default.removeItem(at: url)
      try RunFolder(parent, preset: "").discard()
      #expect(FileManager.default.fileExists(atPath: parent.path))
    }
  }

  @Test func theUsualNameIsTimeAndPresetAndGetsANumber() throws {
    let date = Date(timeIntervalSince1970: 1_795_489_509), utc = try #require(TimeZone(secondsFromGMT: 0))
    var taken: Set<String> = []
    for expected in ["runs/20261124-030509-trades", "runs/20261124-030509-trades-2", "runs/20261124-030509-trades-3"] {
      let name = RunFolder.usual(preset: "trades", date: date, zone: utc) { taken.contains($0) }
      #expect(name == expected)
      taken.insert(name)
    }
  }
}
