import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Architectures against PyTorch in float64: logits, and the gradient of the summed cross-entropy with respect to the
/// pixels (`Oracles/pt`). The architecture is recognized from the tensors.
@Suite struct ArchitectureOracleTests {
  @Test(arguments: [
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
    var cotangent = [Float](repeating: 0, count: count * classes)
    for row in 0..<count {
      let values = logits[row * classes..<(row + 1) * classes].map(Double.init), largest = values.max() ?? 0
      let shares = values.map { exponential($0 - largest) }, sum = shares.reduce(0, +)
      for k in 0..<classes {
        cotangent[row * classes + k] = Float(shares[k] / sum - (k == labels[row] ? 1 : 0))
      }
    }
    let gradient = network.backward(cotangent, wanted: .input)
    try check(Array(UnsafeBufferPointer(start: gradient, count: x.count)), expected, "gx")
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
