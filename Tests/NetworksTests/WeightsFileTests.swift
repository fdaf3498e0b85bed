import Foundation
import Networks
import Spelling
import Tensors
import TestSupport
import Testing

/// State dictionaries of other programs become networks, or one line says why not.
struct WeightsFileTests {
  private let pool = ThreadPool(threads: 1)

  /// Writes a state dictionary and imports it.
  private func imported(
    _ file: Safetensors, _ given: [String: String] = [:], input: Shape
  ) throws -> WeightsFile.Imported {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("weights-\(UUID().uuidString).safetensors")
    try file.write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try WeightsFile(url.path).network(given, input: input, pool: pool)
  }

  /// The line an import fails with: wrong usage where what was given is wrong, otherwise a bad file.
  private func failure(_ file: Safetensors, _ given: [String: String] = [:], input: Shape) throws -> String {
    do {
      _ = try imported(file, given, input: input)
    } catch {
      #expect(error is FileError || error is SettingError)
      let blamesInput = ["--", "model '"].contains { "\(error)".hasPrefix($0) }
      #expect((error is SettingError) == blamesInput || "\(error)".hasPrefix("norm"), "\(error)")
      #expect(!"\(error)".contains("\n"))
      return "\(error)"
    }
    Issue.record("it was imported")
    return ""
  }

  private func network(_ settings: ModelSettings) throws -> Network {
    let network = try #require(Network(settings, pool: pool))
    network.initialize(seed: 3)
    return network
  }

  private func renamed(_ file: Safetensors, prefix: String) -> Safetensors {
    Safetensors(
      tensors: Dictionary(uniqueKeysWithValues: file.tensors.map { (prefix + $0.key, $0.value) }),
      metadata: file.metadata)
  }

  @Test(arguments: ["model_at", "model_nat", "model_rgb"])
  func theReferenceNetworksGiveTheirLogits(name: String) throws {
    let oracle = try Oracle("attacks/\(name)"), shape = oracle.shape("images")
    let input = Shape(shape[1], shape[2], shape[3])
    let result = try WeightsFile(Repository.oracle("attacks/\(name).safetensors").path)
      .network(["model": "small-cnn"], input: input, pool: pool)
    let images = try oracle.file.bytes("images").map { Float($0) / 255 }
    let excess = try oracle.excess(result.network.evaluate(images, count: shape[0]), "logits")
    #expect(excess <= 1)
    #expect(result.notes.count == 1 && result.notes[0].hasSuffix("not part of the network: images, labels, logits"))
  }

  @Test func everyModelComesBackUnderAnyPrefixWithItsWidthAndClasses() throws {
    for name in ModelKind.allCases.map(\.rawValue) {
      for (prefix, width, classes) in [("", 4, 10), ("module.", 8, 3), ("a.model.module.", 5, 2)] {
        let input = Shape(3, 16, 16)
        var settings = ModelSettings(name: name, input: input, classes: classes, width: width)
        settings.finalNorm = name == "preact-resnet18" && width == 8
        settings.mean = [0, 0, 0]
        settings.deviation = [1, 1, 1]
        let network = try network(settings)
        var file = renamed(network.stateDictionary(), prefix: prefix)
        file.add(prefix + "bn1.num_batches_tracked", shape: [], integers: [7])
        // DeepMind's layout has a normalization of its own where nobody says another one.
        let isNormalized = name.hasSuffix("deepmind") && classes == 10
        let plain = isNormalized ? ["mean": "0", "std": "1"] : [:]
        let result = try imported(file, plain.merging(["model": name]) { $1 }, input: input)
        #expect(result.network.settings.width == width && result.network.classes == classes, "\(name) \(prefix)")
        #expect(result.network.settings.finalNorm == settings.finalNorm)
        #expect(result.notes.contains { $0.contains("no mean and std") } != isNormalized, "\(result.notes)")
        var random = RandomStream(seed: 1, purpose: .test)
        let image = (0..<input.planarCount).map { _ in random.uniform() }
        #expect(result.network.evaluate(image, count: 1) == network.evaluate(image, count: 1), "\(name) \(prefix)")
      }
    }
  }

  @Test func handGoesBeforeMetadataAndMetadataBeforeShapes() throws {
    var settings = ModelSettings(name: "small-cnn", input: Shape(1, 8, 8), classes: 4, width: 4)
    settings.options = ["width2": 6, "conv1_stride": 2, "logit_scale": 3]
    var file = try network(settings).stateDictionary()
    file.metadata = [
      "model": "small-cnn", "conv1_stride": "2", "logit_scale": "3.0", "mean": "[0.25]", "std": "1/2", "size": "8",
      "note": "what others write",
    ]
    let plain = try imported(file, input: settings.input).network.settings
    #expect(plain.options == settings.options)
    #expect(plain.mean == [0.25] && plain.deviation == [0.5])
    let hand = try imported(file, ["logit_scale": "400", "mean": "0"], input: settings.input).network.settings
    #expect(hand.options["logit_scale"] == 400 && hand.mean == [0] && hand.deviation == [0.5])
    #expect(try failure(file, ["conv1_stride": "1"], input: settings.input).contains("fc.weight [4, 24] where [4, 96]"))
    #expect(try failure(file, ["conv1_stride": "0.5"], input: settings.input).contains("--set conv1_stride=0.5"))
    #expect(try failure(file, ["std": "0"], input: settings.input).contains("numbers above 0"))
    #expect(try failure(file, ["lgit_scale": "4"], input: settings.input).contains("did you mean 'logit_scale'?"))
    #expect(try failure(file, ["model": "smalcn"], input: settings.input).contains("did you mean 'small-cnn'?"))
    for (name, value, line) in [
      ("norm.affine", "x", "--set norm.affine=x: use one of"), ("norm_affine", "on", "did you mean 'norm.affine'?"),
      ("norm.affine", "on", "norm.affine: 'on' has no meaning"),
    ] { #expect(try failure(file, [name: value], input: settings.input).contains(line), "\(name)=\(value)") }
    #expect(try failure(file, input: Shape(1, 9, 9)).contains("takes images of 1×8×8, got 1×9×9"))
    file.metadata["size"] = "large"
    // Foreign metadata that say nothing usable are noted, the tensors tell.
    #expect(try imported(file, input: settings.input).report.metadata == ["size 'large'"])
    file.metadata = ["model": "conv4", "final_norm": "x"]
    #expect(try failure(file, ["final_norm": "on"], input: settings.input).contains("not a setting of conv4"))
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let input = Shape(3, 16, 16)
    let settings = ModelSettings(name: "preact-resnet18", input: input, classes: 10, width: 4)
    let whole = renamed(try network(settings).stateDictionary(), prefix: "module.")
    var missing = whole
    missing.tensors["module.layer1.0.bn1.weight"] = nil
    let first = try failure(missing, ["model": "preact-resnet18"], input: input)
    #expect(first.contains("missing layer1.0.bn1.weight;"), "\(first)")
    var shaped = whole
    shaped.add("module.linear.weight", shape: [10, 33], floats: Array(repeating: 0, count: 330))
    let second = try failure(shaped, ["model": "preact-resnet18"], input: input)
    #expect(second.contains("wrong shape: linear.weight [10, 33] where [10, 32] is needed"), "\(second)")
    let third = try failure(whole, ["model": "resnet34"], input: input)
    #expect(third.contains("more; ") && third.contains("extra "), "\(third)")
    #expect(third.hasSuffix("its tensors fit --model preact-resnet18"), "\(third)")
    #expect(third.count < 900, "a few names, not all")
    let fourth = try failure(missing, input: input)
    #expect(fourth.contains("does not name its network, and no known one fits it exactly"), "\(fourth)")
    #expect(fourth.contains("the nearest is preact-resnet18 (missing layer1.0.bn1.weight)"), "\(fourth)")
    let fifth = try failure(whole, ["model": "preact-resnet18"], input: Shape(1, 16, 16))
    #expect(fifth.contains("takes images of 3×?×?, got 1×16×16"), "\(fifth)")
    let sixth = try failure(Safetensors(), ["model": "conv4"], input: input)
    #expect(sixth.contains("missing body.0.weight"), "\(sixth)")
  }

  @Test func numbersThatAreNoneAreRefusedByName() throws {
    let input = Shape(1, 16, 16)
    let network = try network(ModelSettings(name: "conv4", input: input, classes: 10, width: 4))
    var nan = network.stateDictionary()
    var values = try nan.floats("body.3.weight")
    values[5] = .nan
    nan.add("body.3.weight", shape: [8, 4, 3, 3], floats: values)
    #expect(try failure(nan, ["model": "conv4"], input: input).contains("'body.3.weight' holds nan at element 5"))
    var negative = network.stateDictionary()
    negative.add("body.1.running_var", shape: [4], floats: [1, 1, -0.5, 1])
    #expect(try failure(negative, ["model": "conv4"], input: input).contains("negative variance -0.5 at element 2"))
    var whole = network.stateDictionary()
    whole.add("fc.bias", shape: [10], integers: Array(0..<10))
    #expect(try failure(whole, ["model": "conv4"], input: input).contains("'fc.bias' has type I64, expected floats"))
  }

  @Test func sizesThatAFileClaimsAreNotAllocated() throws {
    var file = Safetensors(metadata: ["model": "resnet34", "width": "4096", "classes": "100000"])
    file.add("conv1.weight", shape: [0, 3, 7, 7], floats: [])
    let line = try failure(file, input: Shape(3, 64, 64))
    #expect(line.contains("conv1.weight [0, 3, 7, 7] where [4096, 3, 7, 7] is needed"), "\(line)")
    file.metadata["width"] = "5000000"
    #expect(try failure(file, ["width": "5000000"], input: Shape(3, 64, 64)).contains("whole number in 1 … 4096"))
  }

  @Test func otherFloatTypesAreConverted() throws {
    func tensor(_ type: Safetensors.ElementType, _ bytes: [UInt8]) -> Safetensors.Tensor {
      Safetensors.Tensor(type: type, shape: [bytes.count / type.size], bytes: Data(bytes))
    }
    let file = Safetensors(tensors: [
      // 1, −2, 2⁻²⁴ (the least subnormal), 65504 (the largest), +∞
      "half": tensor(.float16, [0, 0x3C, 0, 0xC0, 1, 0, 0xFF, 0x7B, 0, 0x7C]),
      // 1, −2.5
      "brain": tensor(.bfloat16, [0x80, 0x3F, 0x20, 0xC0]),
      "double": tensor(.float64, [0, 0, 0, 0, 0, 0, 0xF8, 0xBF]),
    ])
    #expect(try file.numbers("half") == [1, -2, 0x1p-24, 65504, .infinity])
    #expect(try file.numbers("brain") == [1, -2.5])
    #expect(try file.numbers("double") == [-1.5])
  }
}
