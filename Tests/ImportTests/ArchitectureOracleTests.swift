import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Architectures against PyTorch in float64: logits, and the gradient of the summed cross-entropy with respect to the
/// pixels (`Oracles/pt`). The architecture is recognized from the tensors.
@Suite struct ArchitectureOracleTests {
  @Test(arguments: [
    // Mean and deviation are those that DeepMind's class has inside.
    ("wrn_dm_10_1_silu", "wide-resnet-deepmind", [:]), ("prn18_dm_silu_w8.legacy", "preact-resnet18-deepmind", [:]),
    ("wrn_trades_10_1", "wide-resnet", [:]),
    ("resnet50_w4.channels_last", "resnet50-cifar", [:]),
    ("resnet18_w8", "resnet18-cifar", ["mean": "0.4914,0.4822,0.4465", "std": "0.2023,0.1994,0.201"]),
    ("prn18_nofinal_w8.protocol4", "preact-resnet18", ["shortcut": "raw"]),
    ("prn18_bnfc_w8.half", "preact-resnet18", ["mean": "0.4914,0.4822,0.4465", "std": "0.2471,0.2435,0.2616"]),
  ])
  func logitsAndPixelGradientsAreThoseOfPyTorch(name: String, model: String, given: [String: String]) throws {
    let expected = try Safetensors(contentsOf: Repository.oracle("pt/\(name).expected.safetensors"))
    let x = try expected.floats("x"), labels = try expected.wholeNumbers("y"), count = labels.count
    let imported = try WeightsFile(Repository.oracle("pt/\(name).pt").path)
      .network(given, input: Shape(3, 32, 32), pool: ThreadPool(threads: 2), convolution: .accurate)
    #expect(imported.report.recognized && imported.report.model == model)
    let network = imported.network, classes = network.classes
    let logits = network.evaluate(x, count: count)
    try check(logits, expected, "logits")

    network.forward(x, count: count, mode: .eval)
    let cotangent = summedCrossEntropyGradient(logits, labels, classes: classes)
    let gradient = network.backward(cotangent, wanted: .input)
    try check(Array(UnsafeBufferPointer(start: gradient, count: x.count)), expected, "gx")
  }

  /// The architectures that people bring, in small (`Oracles/architectures`): recognized, and in evaluation mode
  /// logits, the gradient of the summed cross-entropy with respect to the pixels, and those of all parameters.
  @Test(arguments: [
    ("resnet18_tv_w2", "resnet18"), ("resnet18_tv_w2_224", "resnet18"), ("resnet34_tv_w2", "resnet34"),
    ("resnet50_tv_w2", "resnet50"), ("wide_resnet50_2_tv_w2", "resnet50"), ("resnet18_cifar_w2", "resnet18-cifar"),
    ("resnet34_cifar_w2", "resnet34-cifar"), ("resnet50_cifar_w2", "resnet50-cifar"), ("vgg16_tv_w1", "vgg16-bn"),
    ("vgg16_tv_w2_224", "vgg16-bn"), ("vgg19_tv_w2", "vgg19-bn"), ("vgg11_cifar_w2", "vgg11-bn-cifar"),
    ("vgg13_cifar_w2", "vgg13-bn-cifar"), ("vgg16_cifar_w2", "vgg16-bn-cifar"), ("vgg19_cifar_w2", "vgg19-bn-cifar"),
    ("wrn_trades_16_2_sub", "wide-resnet"), ("wrn_trades_22_1", "wide-resnet"), ("wrn_dm_16_2", "wide-resnet-deepmind"),
    ("wrn_dm_10_3", "wide-resnet-deepmind"), ("prn18_dm_w2", "preact-resnet18-deepmind"),
    ("prn34_dm_w4_odd", "preact-resnet34-deepmind"),
  ])
  func everyArchitectureIsThatOfPyTorch(name: String, model: String) throws {
    let imported = try imported(name)
    #expect(imported.report.recognized && imported.report.model == model)
    // The spare blocks of the TRADES code, which it never calls, are a note and no more.
    #expect(imported.report.ignored.allSatisfy { $0.contains("sub_block1") })
    #expect(imported.report.ignored.isEmpty != name.hasSuffix("_sub"))
    // Without images, too, whose channels the narrowest networks have in other layers as well.
    let likely = try WeightsFile(Repository.oracle("architectures/\(name).safetensors").path)
      .likelyNetwork([:], pool: ThreadPool(threads: 1))
    #expect(likely.report.model == model && likely.network.settings.input.channels == 3)
    try compare(imported.network, name)
  }

  /// The same tensors as another function, which metadata or a person say; in `given` what the metadata do not.
  @Test(
    arguments: [
      ("small_stem", "resnet18", [:], "stem_stride 1 (assumed), strides 1,2,2,2 (assumed), max_pool off (assumed)"),
      ("small_stem_pool", "resnet18", [:], "stem_stride 1 (assumed), strides 1,2,2,2 (assumed), max_pool on"),
      (
        "in_1x1", "resnet50", ["stride_in_1x1": "on"],
        "stem_stride 2 (assumed), strides 1,2,2,2 (assumed), max_pool on (assumed), stride_in_1x1 on"
      ),
      (
        "bottleneck_steps", "resnet50-cifar", [:], "stem_stride 2, strides 1,2,1,2, stride_in_1x1 off (assumed)"
      ),
      (
        "groups", "resnet18-cifar", [:],
        "stem_stride 1 (assumed), strides 1,2,2,2 (assumed), norm.groups 2"
      ),
      ("basic_eps", "resnet18-cifar", ["stem_stride": "2", "strides": "1,1,3,2"], "stem_stride 2, strides 1,1,3,2"),
      (
        "trades", "wide-resnet", ["stem_stride": "2", "strides": "1,1,2", "norm.eps": "1e-3"],
        "activation relu (assumed), shortcut activated (assumed), stem_stride 2, strides 1,1,2"
      ),
      (
        "dm", "preact-resnet18-deepmind", ["strides": "1,2,1,2", "norm.eps": "0.01"],
        "activation silu (assumed), stem_stride 1 (assumed), strides 1,2,1,2"
      ),
    ] as [(String, String, [String: String], String)])
  func everyVariantIsThatOfPyTorch(name: String, model: String, given: [String: String], variant: String) throws {
    let name = "variant_\(name)", imported = try imported(name, given), report = imported.report
    #expect(report.recognized && report.model == model && report.ignored.isEmpty)
    let epsilon = ["variant_basic_eps": "0.1", "variant_trades": "0.001", "variant_dm": "0.01"][name]
    #expect(report.variant == "\(variant), norm eps \(epsilon ?? "1e-05 (assumed)")")
    try compare(imported.network, name)
    // What is written says the same network, without a person.
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("v-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try imported.network.export(to: url.path)
    let again = try WeightsFile(url.path)
      .network([:], input: imported.network.settings.input, pool: ThreadPool(threads: 1), convolution: .accurate)
    #expect(again.network.settings == imported.network.settings && again.report.assumedVariant.isEmpty)
    try compare(again.network, name)
  }

  private func imported(_ name: String, _ given: [String: String] = [:]) throws -> WeightsFile.Imported {
    let shape = try Oracle("architectures/\(name).expected").shape("x")
    return try WeightsFile(Repository.oracle("architectures/\(name).safetensors").path)
      .network(
        given, input: Shape(shape[1], shape[2], shape[3]), pool: ThreadPool(threads: 2), convolution: .accurate)
  }

  /// Logits, the gradient with respect to the pixels, and those of all parameters.
  private func compare(_ network: Network, _ name: String) throws {
    let oracle = try Oracle("architectures/\(name).expected")
    let x = try oracle.file.bytes("x").map { Float($0) / 255 }, labels = try oracle.integers("y"), count = labels.count
    let logits = network.evaluate(x, count: count)
    func hold(_ got: [Float], _ tensor: String) throws {
      let excess = try oracle.excess(got, tensor)
      #expect(excess <= 1, "\(name) \(tensor): \(excess) tolerances")
    }
    try hold(logits, "logits")
    network.forward(x, count: count, mode: .eval)
    let cotangent = summedCrossEntropyGradient(logits, labels, classes: network.classes)
    let gradient = network.backward(cotangent, wanted: [.input, .parameters])
    try hold(sampled(Array(UnsafeBufferPointer(start: gradient, count: x.count))), "gx")
    let parameters = oracle.file.tensors.keys.filter { $0.hasPrefix("gp.") }.sorted()
    #expect(parameters.count == network.tensors.count(where: \.isParameter))
    for key in parameters { try hold(sampled(try #require(network.gradient(of: String(key.dropFirst(3))))), key) }
  }

  /// Every s-th element, s odd, of more than 512.
  private func sampled(_ values: [Float]) -> [Float] {
    let step = max(values.count / 512, 1)
    return stride(from: 0, to: values.count, by: step + 1 - step % 2).map { values[$0] }
  }

  /// max|got − expected| ≤ tol·max|expected|.
  private func check(_ got: [Float], _ file: Safetensors, _ name: String) throws {
    let expected = try file.floats(name)
    let tolerance = try #require(file.metadata["tol.\(name)"].flatMap(Double.init))
    let scale = expected.map { Double(abs($0)) }.max() ?? 0
    let error = zip(got, expected).map { abs(Double($0) - Double($1)) }.max() ?? .infinity
    #expect(got.count == expected.count && error <= tolerance * scale, "\(name): \(error / scale)")
  }
}

/// The gradient of the cross-entropy, summed over the images, with respect to the logits.
private func summedCrossEntropyGradient(_ logits: [Float], _ labels: [Int], classes: Int) -> [Float] {
  var cotangent = [Float](repeating: 0, count: logits.count)
  for (row, label) in labels.enumerated() {
    let values = logits[row * classes..<(row + 1) * classes].map(Double.init), largest = values.max() ?? 0
    let shares = values.map { exponential($0 - largest) }, sum = shares.reduce(0, +)
    for k in 0..<classes { cotangent[row * classes + k] = Float(shares[k] / sum - (k == label ? 1 : 0)) }
  }
  return cotangent
}
