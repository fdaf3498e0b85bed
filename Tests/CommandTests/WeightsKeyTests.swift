import Foundation
import PyTorchFiles
import Tensors
import TestSupport
import Testing

/// `--key` of the built program: what a message advises works when it is pasted.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WeightsKeyTests {
  private static let both = Repository.oracle("import/K14_model_and_ema.safetensors").path
  private static let rest = [
    "--npz", Repository.oracle("import/good.npz").path, "--eps", "0.01/255", "--attack", "fgsm", "--limit", "20",
  ]

  private func clean(_ weights: String, _ options: [String] = []) async throws -> (line: String, run: BuiltProgram.Run)
  {
    let run = try await BuiltProgram.run(["attack", "--weights", weights] + options + Self.rest)
    return (run.result.split(separator: "\n").first { $0.hasPrefix("clean accuracy") }.map(String.init) ?? "", run)
  }

  /// The option that a message advises: `--key NAME`.
  private func advised(_ text: String) throws -> [String] {
    let start = try #require(text.range(of: "--key "), "\(text)")
    let name = text[start.upperBound...].prefix { !$0.isWhitespace && $0 != ";" && $0 != "," }
    return ["--key", String(name)]
  }

  @Test func theOtherSetIsTakenWithTheOptionThatTheNoteAdvises() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let pt = folder.appendingPathComponent("both.pt")
    try PyTorchFile.write(Safetensors(contentsOf: URL(fileURLWithPath: Self.both)), to: pt)
    for weights in [Self.both, pt.path] {
      let trained = try await clean(weights)
      #expect(trained.run.status == 0 && trained.line.contains("100.0 %"), "\(trained)")
      let averaged = try await clean(weights, try advised(trained.run.error))
      #expect(averaged.run.status == 0 && !averaged.line.contains("100.0 %"), "\(averaged)")
    }
  }

  @Test func setsThatCannotBeToldApartAreAskedFor() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var renamed = Safetensors()
    for (name, tensor) in try Safetensors(contentsOf: URL(fileURLWithPath: Self.both)).tensors {
      let other = name.replacingOccurrences(of: "model.", with: "a net.").replacingOccurrences(of: "ema.", with: "b.")
      renamed.tensors[other] = tensor
    }
    let files = ["two.safetensors", "two.pt"].map { folder.appendingPathComponent($0) }
    try renamed.write(to: files[0])
    try PyTorchFile.write(renamed, to: files[1])
    for file in files {
      let asked = try await clean(file.path)
      #expect(asked.run.status == 1 && asked.run.error.contains("holds 2 complete sets of weights"), "\(asked)")
      #expect(try advised(asked.run.error) == ["--key", "b"])
      #expect(try await clean(file.path, ["--key", "b"]).run.status == 0)
      #expect(try await clean(file.path, ["--key", "a net"]).line.contains("100.0 %"))
      let wrong = try await clean(file.path, ["--key", "c d"])
      #expect(wrong.run.status == 1 && wrong.run.error.contains("--key 'c d'"), "\(wrong)")
    }
  }

  @Test func aKeyThatIsGivenTwiceOrForNothingIsWrongUsage() async throws {
    let twice = try await clean(Self.both, ["--key", "ema", "--set", "key=model"])
    #expect(twice.run.status == 2 && twice.run.error.contains("name the weights twice"))
    let own = try await BuiltProgram.run(["attack", "--checkpoint", Self.both, "--key", "ema"] + Self.rest)
    #expect(own.status == 2 && own.error.contains("--key ema is not needed"))
  }
}
