import Commands
import Foundation
import TestSupport
import Testing

/// Inputs of a hostile hand, and outputs that would destroy inputs.
@Suite("Hostile files", .serialized, .timeLimit(.minutes(5)))
struct HostileTests {
  private static let model = Repository.oracle("attacks/model_at.safetensors").path
  private static let set = Repository.oracle("attacks/evaluation_set.safetensors").path
  private static let attack = [
    "attack", "--model", "small-cnn", "--eps", "16/255", "--attack", "fgsm", "--limit", "4", "--quiet",
  ]

  private func inFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  private func isSafe(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      scalar == "\n"
        || ![.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
  }

  @Test(
    "texts of files cannot steer the terminal", arguments: ["\u{1b}[31m", "\u{9b}2J", "\u{202e}", "\u{2028}", "\r\n"])
  func control(text: String) async throws {
    try await inFolder { folder in
      let preset = folder.appendingPathComponent("p.yaml"), quoted = try JSONEncoder().encode(text + "title")
      let title = String(decoding: quoted, as: UTF8.self).replacing("\\/", with: "/")
      try "# \(text.filter { !$0.isNewline })summary\ntour:\n- {at: 1, set: {lr: 0.05}, say: \(title)}\n".write(
        to: preset, atomically: true, encoding: .utf8)
      let run = try await BuiltProgram.run([
        "train", "--preset", preset.path, "--steps", "2", "--out", folder.appendingPathComponent("run").path, "--set",
        "width=4", "--set", "data.train=64", "--set", "data.test=16",
      ])
      #expect(isSafe(run.result + run.error), "\(run)")
      let name = text.filter { !$0.isNewline } + "x"
      let missing = try await BuiltProgram.run(Self.attack + ["--weights", name, "--images", Self.set])
      #expect(missing.status == 1 && isSafe(missing.error) && missing.error.split(separator: "\n").count == 1)
    }
  }

  @Test("an output that is also an input is refused")
  func outputs() async throws {
    try await inFolder { folder in
      let weights = folder.appendingPathComponent("w.safetensors"),
        images = folder.appendingPathComponent("i.safetensors")
      try FileManager.default.copyItem(atPath: Self.model, toPath: weights.path)
      try FileManager.default.copyItem(atPath: Self.set, toPath: images.path)
      let link = folder.appendingPathComponent("link"), hard = folder.appendingPathComponent("hard")
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: weights)
      try FileManager.default.linkItem(at: weights, to: hard)
      let before = try Data(contentsOf: weights), pictures = try Data(contentsOf: images)
      let base = Self.attack + ["--weights", weights.path, "--images", images.path]
      let dotted = folder.path + "/./../" + folder.lastPathComponent + "/w.safetensors"
      for arguments in [
        ["--json", weights.path], ["--json", link.path], ["--json", hard.path], ["--json", dotted],
        ["--save-adversarials", images.path],
        ["--json", folder.path + "/same", "--save-adversarials", folder.path + "/./same"],
      ] {
        let run = try await BuiltProgram.run(base + arguments)
        #expect(run.status == 2 && run.error.contains("use another"), "\(arguments) \(run)")
      }
      // The weights as the argument, and with them every command that writes.
      for arguments in [
        Self.attack + [weights.path, "--images", images.path, "--json", weights.path],
        Self.attack + [weights.path, "--images", images.path, "--save-adversarials", link.path],
        ["diagnose", "--weights", weights.path, "--images", images.path, "--eps", "16/255", "--json", weights.path],
        ["weights", "check", weights.path, "--images", images.path, "--save", folder.path + "/hard.npz"],
        ["convert", "--weights", weights.path, "--out", hard.path],
      ] {
        try? FileManager.default.linkItem(at: weights, to: folder.appendingPathComponent("hard.npz"))
        let run = try await BuiltProgram.run(arguments)
        #expect(run.status == 2 && run.error.contains("this would overwrite the file of"), "\(arguments) \(run)")
      }
      #expect(try Data(contentsOf: weights) == before && Data(contentsOf: images) == pictures)
      let device = try await BuiltProgram.run(base + ["--json", "/dev/null"])
      #expect(device.status == 0, "\(device.error)")
    }
  }

  @Test("small texts that ask for much memory are refused in a line")
  func memory() async throws {
    for settings in [
      ["data.train=1000000", "data.size=64", "data.channels=3"], ["model=wide-resnet", "width=512", "widen=32"],
    ] {
      let run = try await BuiltProgram.run(
        ["train", "--steps", "1"] + settings.flatMap { ["--set", $0] })
      #expect(run.status == 1 && run.error.contains("GiB are available; lower"), "\(run)")
    }
  }

  @Test("without a screen nothing pauses, and a setting without effect is said")
  func pause() async throws {
    try await inFolder { folder in
      let preset = folder.appendingPathComponent("p.yaml")
      try "# A tour that stops.\ntour:\n- {at: 1, pause: true, say: stop here}\n".write(
        to: preset, atomically: true, encoding: .utf8)
      let run = try await BuiltProgram.run([
        "train", "--preset", preset.path, "--steps", "3", "--out", folder.appendingPathComponent("run").path, "--set",
        "width=4", "--set", "data.train=64", "--set", "data.test=16", "--set", "data.dir=IMAGES",
      ])
      #expect(run.status == 0 && run.error.contains("not paused: without a screen"), "\(run)")
      #expect(run.error.contains("note: --set data.dir=IMAGES has no effect: not used by data mirage"))
    }
  }

  @Test func aPipeThatNobodyWritesToIsNotWaitedFor() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let pipe = folder.appendingPathComponent("weights.safetensors").path
    #expect(mkfifo(pipe, 0o600) == 0)
    for arguments in [["weights", "show", pipe], ["attack", "--checkpoint", pipe]] {
      let run = try await BuiltProgram.run(arguments)
      #expect(run.status == 1 && run.error.contains("not a regular file"), "\(run.error)")
    }
  }
}
