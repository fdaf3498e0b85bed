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

  // MARK: images of every kind

  /// `--images` takes arrays as `--npz` does, and IDX files, in each command.
  @Test func imagesOfEveryKindAreTaken() async throws {
    let weights = Self.oracle("import/good.safetensors"), npz = Self.oracle("import/good.npz")
    for command in [["attack", "--attack", "fgsm"], ["diagnose"]] {
      let own = command[0] == "attack" ? ["--no-checks"] : []
      let run = try await BuiltProgram.run(
        command + own + ["--weights", weights, "--images", npz, "--eps", "0.01/255", "--limit", "2"])
      #expect(run.status == 0 && run.result.contains("100.0 %"), "\(run.error)")
    }
    try await withFile("gray") { folder in
      try Self.writeIDX(to: folder)
      let run = try await BuiltProgram.run([
        "attack", "--weights", weights, "--model", "preact-resnet18", "--images", folder, "--eps", "0.01/255",
        "--attack", "fgsm",
      ])
      #expect(run.status == 1 && run.error.contains("the network takes images of 3×?×?, got 1×16×16"), "\(run.error)")
    }
  }

  /// Four files of MNIST's kind.
  private static func writeIDX(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for part in ["train", "t10k"] {
      let head: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 16, 0, 0, 0, 16]
      try Data(head + [UInt8](repeating: 9, count: 4 * 256)).write(
        to: URL(fileURLWithPath: "\(folder)/\(part)-images-idx3-ubyte"))
      try Data([0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 2, 3] as [UInt8]).write(
        to: URL(fileURLWithPath: "\(folder)/\(part)-labels-idx1-ubyte"))
    }
  }

  /// A network of one input channel, on a folder of images in color.
  @Test func aNetworkForGrayImagesReadsAFolderInGray() async throws {
    try await withFile("w.safetensors") { weights in
      let settings = ModelSettings(name: "small-cnn", input: Shape(1, 16, 16), classes: 10, width: 2)
      let network = try #require(Network(settings, pool: ThreadPool(threads: 1)))
      network.initialize(seed: 1)
      try network.stateDictionary().write(to: URL(fileURLWithPath: weights))
      let images = Repository.oracle("formats/imagefolder").path
      let arguments = [
        "attack", "--weights", weights, "--model", "small-cnn", "--images", images, "--set", "data.crop=16", "--eps",
        "8/255", "--attack", "fgsm",
      ]
      let run = try await BuiltProgram.run(arguments)
      #expect(run.status == 0 && run.error.contains("images are read as one gray channel; "), "\(run.error)")
      let color = try await BuiltProgram.run(arguments + ["--set", "data.gray=off"])
      #expect(
        color.status == 1 && color.error.contains("use the data it was trained on, --set data.gray=on for"), "\(color)")
    }
  }

  // MARK: names of classes

  @Test func anotherOrderOfTheClassesIsWarnedAbout() async throws {
    try await withFile("w.safetensors") { weights in
      let images = Repository.oracle("formats/imagefolder").path
      var names = try FileManager.default.contentsOfDirectory(atPath: images + "/val").sorted()
      var file = try Safetensors(contentsOf: Repository.oracle("import/good.safetensors"))
      for swaps in [false, true] {
        if swaps { names.swapAt(2, 7) }
        file.metadata["class_names"] = String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
        try file.write(to: URL(fileURLWithPath: weights))
        let run = try await BuiltProgram.run([
          "attack", "--weights", weights, "--model", "preact-resnet18", "--images", images, "--set", "data.crop=16",
          "--eps", "8/255", "--attack", "fgsm", "--json", "-", "--quiet",
        ])
        #expect(run.status == 0, "\(run.error)")
        #expect(run.error.contains("warning (label-order): ") == swaps, "\(run.error)")
        let found = try #require(JSONSerialization.jsonObject(with: Data(run.result.utf8)) as? [String: Any])
        let record = try #require(found["import"] as? [String: Any])
        #expect(record["class_names"] as? [String] == names)
        let lines = try #require(record["images"] as? [String])
        #expect(lines.contains { $0.contains("in a different order than the network") } == swaps)
        let kinds = try #require(found["warnings"] as? [[String: Any]]).compactMap { $0["kind"] as? String }
        #expect(kinds.contains("label-order") == swaps)
      }
    }
  }
}
