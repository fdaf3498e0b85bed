import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

/// `dualab weights` of the built program, on PyTorch's files with PyTorch's numbers.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WeightsCommandTests {
  private static func oracle(_ name: String) -> String { Repository.oracle(name).path }

  private func show(_ arguments: [String]) async throws -> BuiltProgram.Run {
    try await BuiltProgram.run(["weights", "show"] + arguments)
  }

  // MARK: show

  @Test(arguments: [
    ("pt/wrn_trades_10_1.pt", "wide-resnet 10-1 of width 16 with 10 classes", "a PyTorch checkpoint"),
    ("pt/prn18_bnfc_w8.half.pt", "preact-resnet18 of width 8", "a PyTorch checkpoint"),
    ("import/K5_resnet34_kuangliu_no_model.safetensors", "resnet34-cifar of width 2", "safetensors"),
  ])
  func aFileIsListedAndTheCommandWorks(name: String, network: String, format: String) async throws {
    let path = Self.oracle(name), run = try await show([path])
    #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
    let lines = run.result.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0].hasPrefix("\(path): \(format), ") && lines[0].hasSuffix(" parameters"))
    #expect(
      lines.contains { $0.hasPrefix("network: \(network)") && $0.hasSuffix("32 (size assumed)") }, "\(run.result)")
    #expect(lines.contains { $0.hasPrefix("conv1.weight") || $0.contains(".conv1.weight") })
    let command = try #require(lines.first { $0.hasPrefix("dualab attack --weights") })
    #expect(command.contains("--data cifar10 --eps 8/255"))
    // The same images as always, since CIFAR-10 need not be here.
    let words = command.split(separator: " ").dropFirst().map(String.init)
    let place = try #require(words.firstIndex(of: "--data"))
    let attack =
      Array(words[..<place]) + ["--npz", Self.oracle("import/good.npz")] + words[(place + 2)...]
      + ["--attack", "fgsm", "--limit", "4"]
    #expect(try await BuiltProgram.run(attack).status == 0)
  }

  @Test func theJSONHoldsEverything() async throws {
    let path = Self.oracle("pt/wrn_trades_10_1.pt"), run = try await show([path, "--json"])
    let page = try #require(JSONSerialization.jsonObject(with: Data(run.result.utf8)) as? [String: Any])
    #expect(page["file"] as? String == path && page["reason"] == nil)
    let tensors = try #require(page["tensors"] as? [[String: Any]])
    let stem = try #require(tensors.first { $0["name"] as? String == "conv1.weight" })
    #expect(stem["shape"] as? [Int] == [16, 3, 3, 3] && stem["type"] as? String == "F32")
    let network = try #require(page["network"] as? [String: Any])
    #expect(network["model"] as? String == "wide-resnet 10-1" && network["input"] as? [Int] == [3, 32, 32])
    let parameters = try #require(page["parameters"] as? Int)
    let counted = tensors.filter { !("\($0["name"] ?? "")".contains("running_")) && $0["type"] as? String == "F32" }
      .reduce(0) { $0 + ($1["shape"] as? [Int] ?? []).reduce(1, *) }
    #expect(parameters == counted && parameters > 10_000)
  }

  @Test func aFileOfNoKnownNetworkIsListedWithTheReason() async throws {
    let run = try await show([Self.oracle("import/K2_conv_bias.safetensors")])
    #expect(run.status == 0 && run.result.contains("conv1.bias"))
    let last = try #require(run.result.split(separator: "\n").last)
    #expect(last.hasPrefix("network: not recognized: ") && !run.result.contains("dualab attack"), "\(last)")
    let json = try await show([Self.oracle("import/K2_conv_bias.safetensors"), "--json"])
    let page = try #require(JSONSerialization.jsonObject(with: Data(json.result.utf8)) as? [String: Any])
    #expect(page["network"] == nil && page["reason"] is String)
  }

  @Test(arguments: [
    ("pt/refused/whole_module.pt", "pickled module"), ("pt/refused/os_system.pt", "nothing was run"),
    ("import/K6_google_drive_page.safetensors", "web page"), ("pt/none.pt", "no such file; check the path"),
  ])
  func aFileThatIsRefusedElsewhereIsRefusedHere(name: String, cause: String) async throws {
    let run = try await show([Self.oracle(name)])
    #expect(run.status == 1 && run.result.isEmpty && run.error.contains(cause), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1)
  }

  @Test func aCheckpointOfARunIsAttackedAsOne() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try await SmallRun.checkpoint(in: folder), run = try await show([path])
    #expect(run.status == 0 && run.result.contains("a checkpoint of dualab"), "\(run.error)")
    #expect(run.result.hasSuffix("\ndualab attack --checkpoint \(path)\n"))
  }

  @Test func aNetworkOfTorchvisionIsForImagesOfAPersonsOwn() async throws {
    let run = try await show([Self.oracle("architectures/resnet18_tv_w2.safetensors")])
    #expect(run.status == 0 && run.result.contains("--npz IMAGES.npz --eps"), "\(run.result) \(run.error)")
  }

  // MARK: check

  @Test func aToleranceThatNothingFailsIsRefused() async throws {
    let folder = try BuiltProgram.newFolder(), name = "resnet18_w8"
    defer { try? FileManager.default.removeItem(at: folder) }
    var images = try Safetensors(contentsOf: URL(fileURLWithPath: PyTorchOracle.images(name)))
    images.metadata["tol.logits"] = "5"
    let url = folder.appendingPathComponent("i.safetensors")
    try images.write(to: url)
    let run = try await BuiltProgram.run(["weights", "check", PyTorchOracle.weights(name), "--images", url.path])
    #expect(run.status == 1 && run.error.contains("metadata tol.logits '5' is not a number between 0 and 1"), "\(run)")
  }

  @Test(arguments: PyTorchOracle.names) func logitsAndGradientsAreThoseOfPyTorch(name: String) async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("out.npz").path
    let expected = PyTorchOracle.images(name)
    let run = try await BuiltProgram.run(
      ["weights", "check", PyTorchOracle.weights(name), "--images", expected, "--save", out]
        + PyTorchOracle.settings(name))
    #expect(run.status == 0, "\(run.result) \(run.error)")
    #expect(run.result.contains("logits 4×10: ") && run.result.contains("gx 4×3×32×32: "))
    let reference = try Safetensors(contentsOf: URL(fileURLWithPath: expected)), saved = try NamedNumbers(out)
    for (name, shape, tolerance) in [("logits", [4, 10], Float(1e-3)), ("gx", [4, 3, 32, 32], 1e-2)] {
      let there = try reference.floats(name), found = try #require(try saved.floats(name, shape: shape))
      let scale = there.map(abs).max() ?? 0
      #expect(zip(found, there).allSatisfy { abs($0 - $1) <= tolerance * scale }, "\(name)")
    }
  }

  @Test func anotherNetworkIsTold() async throws {
    let name = "resnet18_w8"
    let plain = ["weights", "check", PyTorchOracle.weights(name), "--images", PyTorchOracle.images(name)]
    let check = try plain + PyTorchOracle.settings(name), wrong = try await BuiltProgram.run(plain)
    #expect(wrong.status == 1 && wrong.error.contains("logits and gx differ from those in"), "\(wrong.error)")
    let strict = try await BuiltProgram.run(check + ["--tolerance", "1e-12"])
    #expect(strict.status == 1 && strict.result.contains("tolerance 1e-12"), "\(strict.result)")
    for tolerance in ["0", "1", "nan"] {
      #expect(try await BuiltProgram.run(check + ["--tolerance", tolerance]).status == 2)
    }
    #expect(try await BuiltProgram.run(check + ["--limit", "2"]).result.contains("logits 2×10: "))
  }

  @Test func withoutNumbersToCompareTheyAreSaved() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let weights = Self.oracle("import/good.safetensors"), images = Self.oracle("import/good.npz")
    let check = ["weights", "check", weights, "--images", images]
    let nothing = try await BuiltProgram.run(check)
    #expect(nothing.status == 2 && nothing.error.contains("holds neither logits nor gx"), "\(nothing.error)")
    let out = folder.appendingPathComponent("out.npz").path
    let saved = try await BuiltProgram.run(check + ["--save", out])
    #expect(saved.status == 0 && saved.result == "written to \(out)\n", "\(saved.error)")
    for (name, words) in [(images, "this would overwrite the file of --images"), ("x.txt", "ends in .npz")] {
      let run = try await BuiltProgram.run(check + ["--save", name])
      #expect(run.status == 2 && run.error.contains(words), "\(run.error)")
    }
  }
}

/// What `oracles/pt` needs besides the file: a normalization outside of it, and the variant.
enum PyTorchOracle {
  static let names = [
    "prn18_bnfc_w8.half", "prn18_nofinal_w8.protocol4", "resnet18_w8", "resnet50_w4.channels_last", "wrn_trades_10_1",
  ]

  static func weights(_ name: String) -> String { Repository.oracle("pt/\(name).pt").path }
  static func images(_ name: String) -> String { Repository.oracle("pt/\(name).expected.safetensors").path }

  /// `--set` for the network.
  static func settings(_ name: String) throws -> [String] {
    let metadata = try Safetensors(contentsOf: URL(fileURLWithPath: images(name))).metadata
    let normalization = ["mean", "std"].flatMap { name in metadata[name].map { ["--set", "\(name)=\($0)"] } ?? [] }
    return normalization + (name.contains("nofinal") ? ["--set", "shortcut=raw"] : [])
  }
}
