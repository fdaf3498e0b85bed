import Foundation
import Networks
import Spelling
import Tensors
import TestSupport
import Testing

/// Other inputs of the same kinds: made here from one good state dictionary.
@Suite struct ImportKindTests {
  private let input = Shape(3, 16, 16)
  private let pool = ThreadPool(threads: 1)

  private func network() throws -> Network {
    var settings = ModelSettings(name: "preact-resnet18", input: input, classes: 10, width: 2)
    (settings.mean, settings.deviation) = ([0.4, 0.5, 0.3], [0.2, 0.25, 0.3])
    let network = try #require(Network(settings, pool: pool))
    network.initialize(seed: 5)
    return network
  }

  private func imported(_ file: Safetensors, _ given: [String: String] = [:]) throws -> WeightsFile.Imported {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("k-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try file.write(to: url)
    return try WeightsFile(url.path).network(given, input: input, pool: pool)
  }

  private func failure(_ file: Safetensors, _ given: [String: String] = [:]) -> String {
    do { _ = try imported(file, given) } catch { return "\(error)" }
    Issue.record("it was imported")
    return ""
  }

  @Test(arguments: [
    ("mean", "std", [3]), ("normalize.mean", "normalize.std", [1, 3, 1, 1]), ("module.mu", "module.sigma", [3, 1, 1]),
    ("model.0._mean", "model.0._std", [3]), ("pixel_mean", "pixel_std", [3]), ("norm.means", "norm.sd", [1, 3]),
  ])
  func aNormalizationUnderAnyNameIsUsed(mean: String, std: String, shape: [Int]) throws {
    let whole = try network()
    var file = whole.stateDictionary()
    file.add(mean, shape: shape, floats: [0.4, 0.5, 0.3])
    file.add(std, shape: shape, floats: [0.2, 0.25, 0.3])
    let result = try imported(file)
    #expect(result.report.recognized && result.report.normalization == "tensors '\(mean)' and '\(std)'")
    let image = (0..<input.planarCount).map { Float($0 % 7) / 7 }
    #expect(result.network.evaluate(image, count: 1) == whole.evaluate(image, count: 1))
  }

  @Test func anUnclearNormalizationIsRefusedAndHandDecides() throws {
    var half = try network().stateDictionary()
    half.add("mean", shape: [3], floats: [0.4, 0.5, 0.3])
    #expect(failure(half).contains("'mean' without its std; pass --set mean=… --set std=…"))
    var two = half
    two.add("std", shape: [3], floats: [0.2, 0.25, 0.3])
    two.add("other.mean", shape: [3], floats: [0.1, 0.5, 0.3])
    two.add("other.std", shape: [3], floats: [0.2, 0.25, 0.3])
    #expect(failure(two).contains("holds two different normalizations"))
    let hand = try imported(two, ["mean": "0.4,0.5,0.3", "std": "0.2 0.25 0.3"])
    #expect(
      hand.report.normalization == "--set, in place of the file's unclear ones" && hand.report.mean == [0.4, 0.5, 0.3])
    var levels = try network().stateDictionary()
    levels.add("mean", shape: [3], floats: [125.3, 123, 113.9])
    levels.add("std", shape: [3], floats: [63, 62.1, 66.7])
    #expect(failure(levels).contains("does not fit images in [0, 1]"))
    var contradiction = try network().stateDictionary()
    contradiction.add("mean", shape: [3], floats: [0.4, 0.5, 0.3])
    contradiction.add("std", shape: [3], floats: [0.2, 0.25, 0.3])
    contradiction.metadata = ["mean": "0.5", "std": "0.25"]
    #expect(failure(contradiction).contains("pass --set mean=… --set std=…"))
  }

  @Test(arguments: [
    ("layer5.0.conv1.weight", true), ("layer1.0.se.fc1.weight", true), ("conv2.weight", true),
    ("bn2.running_mean", true),
    ("linear2.weight", true), ("layer2.0.downsample.0.weight", true), ("rotation.weight", false),
    ("aux_head.fc.weight", false), ("optimizer.state.0", false),
  ])
  func aPartOfTheNetworkIsNeverLeftOut(name: String, isOwn: Bool) throws {
    var file = try network().stateDictionary()
    file.add(name, shape: [2], floats: [1, 2])
    guard isOwn else {
      #expect(try imported(file, ["model": "preact-resnet18"]).report.ignored == [name])
      return
    }
    #expect(failure(file, ["model": "preact-resnet18"]).contains(name))
    let root = String(name.prefix { $0 != "." })
    // What a person takes the responsibility for is left out, where it is not needed.
    if !["layer1", "layer2"].contains(root) {
      #expect(try imported(file, ["model": "preact-resnet18", "ignore": root]).report.ignored == [name])
    }
  }

  @Test func functionsThatAreNotComputedAreRefused() throws {
    var file = try network().stateDictionary()
    file.metadata = ["activation": "gelu"]
    #expect(failure(file).contains("metadata activation 'gelu'"))
    for epsilon in ["0", "-1e-5", "2", "small"] {
      file.metadata = ["norm_eps": epsilon]
      #expect(
        failure(file).contains("metadata norm_eps '\(epsilon)': pass a number above 0, up to 1 with --set norm.eps=…"))
    }
    for strides in ["1,2,2", "1,2,2,2,2", "1,2,2,0", "1,2,2,9", "1,2,2,x", ""] {
      file.metadata = ["strides": strides]
      #expect(
        failure(file).contains("metadata strides '\(strides)': pass 4 whole numbers in 1 … 8 with commas between"))
    }
    file.metadata = ["max_pool": "on"]
    #expect(
      failure(file).hasSuffix(
        "metadata max_pool 'on': preact-resnet18 does not have it; pass the --model that has it, or remove it from the "
          + "file's metadata if it means something else"))
    file.metadata = ["stride_in_1x1": "false", "stem_stride": "1.5"]
    #expect(failure(file).contains("metadata stem_stride '1.5': pass a whole number in 1 … 8"))
    let conv4 = try #require(Network(ModelSettings(name: "conv4", input: input, classes: 10, width: 4), pool: pool))
    conv4.initialize(seed: 1)
    var other = conv4.stateDictionary()
    other.metadata = ["activation": "silu"]
    #expect(failure(other).contains("conv4 does not have it"))
    #expect(try imported(conv4.stateDictionary()).report.variant == "norm eps 1e-05 (assumed)")
  }

  @Test func weightNormIsFoldedIn() throws {
    let whole = try network()
    var file = whole.stateDictionary()
    for (name, magnitude, direction) in [
      ("linear.weight", "linear.weight_g", "linear.weight_v"),
      ("conv1.weight", "conv1.parametrizations.weight.original0", "conv1.parametrizations.weight.original1"),
    ] {
      let tensor = try #require(file.tensors[name]), values = try file.floats(name), rows = tensor.shape[0]
      let width = values.count / rows
      let norms = (0..<rows).map { row in
        values[row * width..<(row + 1) * width].reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
      }
      file.tensors[name] = nil
      file.add(magnitude, shape: [rows] + Array(repeating: 1, count: tensor.shape.count - 1), floats: norms)
      file.add(direction, shape: tensor.shape, floats: values.map { $0 * 3 })
    }
    let result = try imported(file, ["mean": "0.4,0.5,0.3", "std": "0.2,0.25,0.3"])
    #expect(result.report.converted == ["weight normalization folded into the weights (2 tensors)"])
    let image = (0..<input.planarCount).map { Float($0 % 5) / 5 }
    for (got, expected) in zip(result.network.evaluate(image, count: 1), whole.evaluate(image, count: 1)) {
      #expect(abs(got - expected) <= 1e-4 * max(1, abs(expected)))
    }
  }
}
