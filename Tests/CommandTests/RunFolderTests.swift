import Commands
import Foundation
import Testing

@Suite("The folder of a run")
struct RunFolderTests {
  /// A folder that is gone after the test.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test("is made with the preset and a place for checkpoints, parents included")
  func made() throws {
    try withFolder { parent in
      let folder = try RunFolder(parent.appendingPathComponent("a/b"), preset: "gamma: 0.1\n")
      let preset = try String(contentsOf: folder.url.appendingPathComponent("preset.yaml"), encoding: .utf8)
      #expect(preset == "gamma: 0.1\n")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["checkpoints", "preset.yaml"])
    }
  }

  @Test("may exist when it is empty")
  func empty() throws { try withFolder { _ = try RunFolder($0, preset: "") } }

  @Test("is refused with a remedy when it holds something, is a file, or cannot be made")
  func refused() throws {
    try withFolder { parent in
      let file = parent.appendingPathComponent("file")
      try Data().write(to: file)
      for (url, remedy) in [
        (parent, "remove it first"), (file, "give another folder"), (file.appendingPathComponent("below"), "may write"),
        (URL(fileURLWithPath: "/proc/dualab"), "may write"),
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

  @Test("is taken back when nothing came of the run, and nothing of others is lost")
  func discarded() throws {
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

  @Test("is named by time and preset, and numbered when the name is taken")
  func usual() throws {
    let date = Date(timeIntervalSince1970: 1_795_489_509), utc = try #require(TimeZone(secondsFromGMT: 0))
    var taken: Set<String> = []
    for expected in ["runs/20261124-030509-trades", "runs/20261124-030509-trades-2", "runs/20261124-030509-trades-3"] {
      let name = RunFolder.usual(preset: "trades", date: date, zone: utc) { taken.contains($0) }
      #expect(name == expected)
      taken.insert(name)
    }
  }
}
