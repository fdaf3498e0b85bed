import Foundation
import Networks
import PyTorchFiles
import Tensors
import TestSupport
import Testing

/// `diagnose` and `convert` of the built program on weights of other programs, which they read as `attack` does.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ForeignWeightsTests {
  private static func oracle(_ name: String) -> String { Repository.oracle(name).path }

  /// Runs `body` with the path of a new file.
  private func withFile(_ name: String, _ body: (String) async throws -> Void) async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.appendingPathComponent(name).path)
  }

  // MARK: diagnose

  @Test(arguments: [
    ("K1_robustbench_mu_sigma", [], "K1_robustbench_mu_sigma"),
    ("K3_activation_silu", ["--set", "activation=silu"], "K3_activation_silu"),
    ("K14_model_and_ema", ["--key", "model"], "good"), ("K17_pruned_weight_orig_mask", [], "good"),
  ])
  func aForeignNetworkGetsTheWholeAnswer(name: String, options: [String], images: String) async throws {
    try await withFile("r.json") { json in
      let run = try await BuiltProgram.run(
        [
          "diagnose", "--weights", Self.oracle("import/\(name).safetensors"), "--npz",
          Self.oracle("import/\(images).npz"), "--eps", "0.5/255", "--limit", "8", "--json", json,
        ] + options)
      #expect(run.status == 0, "\(run.error)")
      let found = try #require(
        JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: json))) as? [String: Any])
      let clean = try #require(found["clean"] as? [String: Any])
      #expect(clean["correct"] as? Int == 8 && clean["n"] as? Int == 8, "\(clean)")
      for part in ["autoattack", "pgd", "quick", "full", "evidence", "w2_as_returned"] { #expect(found[part] != nil) }
      #expect((found["layers"] as? [Any])?.isEmpty == false)
      let card = try #require(found["protocol"] as? [String: Any])
      #expect(card["attack"] as? String == "PGD-10" && card["checkpoint"] as? String != nil)
      #expect(card["preset"] == nil && card["step"] == nil && run.result.contains("PGD-10 in steps of ε/4, and"))
    }
  }

  @Test func optionsThatDoNotGoTogetherAreRefused() async throws {
    let weights = Self.oracle("import/good.safetensors")
    let images = ["--npz", Self.oracle("import/good.npz")]
    for (arguments, words) in [
      (["--weights", weights] + images, "--eps is missing"),
      (["--weights", weights, "--eps", "8/255"], "the images are missing"),
      (["--checkpoint", weights, "--eps", "8/255"], "--eps belongs to --weights"),
      (["--checkpoint", weights, "--weights", weights] + images, "use only one of"), ([], "use one of the folder"),
      (["--weights", weights, "--eps", "8/255", "--limit", "0"] + images, "--limit 0"),
    ] {
      let run = try await BuiltProgram.run(["diagnose"] + arguments)
      #expect(run.status == 2 && run.error.contains(words), "\(arguments): \(run.error)")
    }
  }

  // MARK: convert

  @Test(arguments: PyTorchOracle.names)
  func aConvertedFileIsTheSameNetworkWithPlainNames(name: String) async throws {
    let original = try PyTorchFile(contentsOf: Repository.oracle("pt/\(name).pt")).stateDictionary().weights
    for file in ["w.pt", "w.safetensors"] {
      try await withFile(file) { out in
        let settings = try PyTorchOracle.settings(name)
        let run = try await BuiltProgram.run(
          ["convert", "--weights", PyTorchOracle.weights(name), "--out", out] + settings)
        #expect(
          run.status == 0 && run.result.contains("read back; ") && run.result.contains("unchanged, bit for bit"),
          "\(run.error)")
        #expect(run.result.hasSuffix("written to \(out)\n"))
        let url = URL(fileURLWithPath: out)
        let written =
          file == "w.pt" ? try PyTorchFile(contentsOf: url).stateDictionary().weights : try Safetensors(contentsOf: url)
        #expect(Set(written.tensors.keys) == Set(original.tensors.keys.filter { !$0.hasSuffix("num_batches_tracked") }))
        for (name, tensor) in written.tensors {
          #expect(try tensor.shape == original.tensors[name]?.shape && written.floats(name) == original.numbers(name))
        }
        // A state dictionary says neither normalization nor variant; a .safetensors of ours does.
        let says = file == "w.safetensors" ? [] : settings
        let check = try await BuiltProgram.run(
          ["weights", "check", out, "--images", PyTorchOracle.images(name)] + says)
        #expect(check.status == 0, "\(check.result) \(check.error)")
        #expect(
          (file == "w.pt" && settings.contains { $0.hasPrefix("mean") }) == run.result.contains("images in PyTorch"))
        #expect(
          (file == "w.pt" && name.contains("nofinal")) == run.result.contains("shortcut raw is part of the network"))
      }
    }
  }

  @Test func aRunsCheckpointBecomesAStateDictionary() async throws {
    try await withFile("w.pt") { out in
      let folder = URL(fileURLWithPath: out).deletingLastPathComponent()
      let checkpoint = try await SmallRun.checkpoint(in: folder)
      let run = try await BuiltProgram.run(["convert", "--checkpoint", checkpoint, "--out", out])
      #expect(run.status == 0 && run.result.contains("evaluation is unchanged, bit for bit"), "\(run.error)")
      let own = try Safetensors(contentsOf: URL(fileURLWithPath: checkpoint)).withoutSession
      let written = try PyTorchFile(contentsOf: URL(fileURLWithPath: out)).stateDictionary().weights
      #expect(written.tensors == own.tensors)
      #expect(run.error.contains("normalize the images in PyTorch"))
    }
  }

  @Test func foreignWeightsGetOtherNormalizationLayers() async throws {
    try await withFile("dual.safetensors") { out in
      let weights = Self.oracle("import/good.safetensors")
      let run = try await BuiltProgram.run(["convert", "--weights", weights, "--set", "norm=dbn", "--out", out])
      #expect(run.status == 0 && run.result.contains("bn → dbn") && run.result.contains("bit for bit"), "\(run.error)")
      let written = try Safetensors(contentsOf: URL(fileURLWithPath: out))
      #expect(written.metadata["norm"] == "dbn" && written.tensors.keys.contains { $0.hasSuffix("running_mean_clean") })
      let attack = try await BuiltProgram.run([
        "attack", "--weights", out, "--npz", Self.oracle("import/good.npz"), "--eps", "0.01/255", "--attack", "fgsm",
        "--limit", "8",
      ])
      #expect(attack.status == 0 && attack.result.contains("100.0 %"), "\(attack.error)")
    }
  }

  @Test func whatCannotBeConvertedIsSaid() async throws {
    let weights = Self.oracle("import/good.safetensors")
    for (arguments, status, words) in [
      (["--weights", weights, "--out", weights], Int32(2), "this would overwrite the file of --weights"),
      (["--weights", weights, "--out", "w.ckpt"], 2, "end it in .pt or .safetensors"),
      (["--weights", weights, "--out", "w.pt", "--limit", "4"], 2, "no images are measured with --weights"),
      (["--weights", weights, "--out", "w.pt", "--set", "dbn.temperature=2"], 2, "does not keep it"),
      (["--weights", weights, "--out", "w.pt", "--set", "norm.layers=all"], 2, "not used by norm bn"),
      (["--weights", weights, "--out", "w.pt", "--recalibrate", "2"], 2, "needs a run's training data"),
      (["--checkpoint", weights, "--weights", weights, "--out", "w.pt"], 2, "do not go with --checkpoint"),
      (["--out", "w.pt"], 2, "use either --checkpoint FILE or --weights FILE"),
      (["--weights", weights, "--model", "conv4", "--out", "w.pt"], 1, "not the weights of conv4"),
      (["--checkpoint", weights, "--out", "w.safetensors"], 2, "nothing to convert"),
    ] {
      let run = try await BuiltProgram.run(["convert"] + arguments)
      #expect(run.status == status && run.error.contains(words), "\(arguments): \(run.error)")
    }
  }
}
