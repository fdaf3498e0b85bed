import Networks
import Tensors
import Testing

/// The first weights have the distributions of docs/algorithms.md §12.4, layer by layer.
struct InitializationTests {
  /// What a tensor is drawn from.
  private enum Law { case normal(Double), uniform(Double), constant(Float) }

  private func network(_ model: String, width: Int, norm: NormKind = .batch) throws -> Network {
    try freshNetwork(model, Shape(3, 32, 32), classes: 12, width: width, seed: 11) { $0.norm = norm }
  }

  /// Mean and standard deviation within five standard errors; uniform numbers fill their bounds and keep them, normal
  /// ones have the tails that uniform ones lack.
  private func check(_ values: [Float], _ law: Law, _ label: String) {
    let n = Double(values.count), numbers = values.map(Double.init)
    let mean = numbers.reduce(0, +) / n, squares = numbers.reduce(0) { $0 + $1 * $1 } / n
    let largest = numbers.map(abs).max() ?? 0
    switch law {
    case .constant(let constant): #expect(values.allSatisfy { $0 == constant }, "\(label)")
    case .normal(let deviation):
      #expect(abs(mean) < 5 * deviation / n.squareRoot(), "\(label): mean \(mean)")
      #expect(abs(squares.squareRoot() - deviation) < 5 * deviation / (2 * n).squareRoot(), "\(label): \(squares)")
      if n >= 500 { #expect(largest > 2.2 * deviation && largest < 6.5 * deviation, "\(label): tails") }
    case .uniform(let bound):
      let deviation = bound / 3.squareRoot()
      #expect(abs(mean) < 5 * deviation / n.squareRoot(), "\(label): mean \(mean)")
      // The variance of u² is (4/45)·bound⁴.
      let error = (4 / 45.0 / n).squareRoot() * bound * bound
      #expect(abs(squares - deviation * deviation) < 5 * error, "\(label): \(squares)")
      #expect(largest <= bound * (1 + 1e-6) && largest > bound * (1 - 14 / n), "\(label): largest \(largest)")
    }
  }

  /// The law of every trained tensor: `convolution` gives that of a convolution of [out, in, k, k].
  private func check(_ network: Network, _ convolution: (_ shape: [Int]) -> Law) throws {
    let file = network.stateDictionary(), model = network.settings.name
    var counts = (convolutions: 0, linears: 0)
    for (name, tensor) in file.tensors {
      let values = try file.floats(name), label = "\(model) \(name) \(tensor.shape)"
      switch tensor.shape.count {
      case 4:
        counts.convolutions += 1
        check(values, convolution(tensor.shape), label)
      case 2:
        counts.linears += 1
        let bound = 1 / Double(tensor.shape[1]).squareRoot()
        check(values, .uniform(bound), label)
        check(try file.floats(name.replacing("weight", with: "bias")), .uniform(bound), label + " bias")
      default: break
      }
      // Norms start as what they are without γ and β.
      let stem = name.split(separator: ".").dropLast().joined(separator: ".")
      guard file.tensors["\(stem).running_mean"] != nil else { continue }
      check(values, .constant(name.hasSuffix("weight") || name.hasSuffix("running_var") ? 1 : 0), label)
    }
    #expect(counts.convolutions >= 2 && counts.linears == 1, "\(model)")
  }

  private func fanIn(_ shape: [Int]) -> Double { Double(shape[1] * shape[2] * shape[3]) }
  private func kaiming(_ shape: [Int]) -> Law { .normal((2 / Double(shape[0] * shape[2] * shape[3])).squareRoot()) }

  @Test(arguments: [("conv4", 16), ("resnet34", 16), ("resnet34-cifar", 8)])
  func convolutionsAreNormalByTheirOutputs(model: String, width: Int) throws {
    try check(try network(model, width: width), kaiming)
  }

  @Test(arguments: [("preact-resnet18", 16), ("preact-resnet20", 16), ("preact-mini", 16), ("small-cnn", 16)])
  func convolutionsAreUniformByTheirInputs(model: String, width: Int) throws {
    try check(try network(model, width: width)) { .uniform(1 / fanIn($0).squareRoot()) }
  }

  /// Without norms convolutions have biases, as PyTorch draws them.
  @Test(arguments: ["conv4", "preact-resnet18", "preact-resnet20", "resnet34"])
  func biasesAreUniformByTheInputsOfTheirConvolution(model: String) throws {
    let file = try network(model, width: 16, norm: .identity).stateDictionary()
    var biases = 0
    for (name, tensor) in file.tensors where tensor.shape.count == 4 {
      biases += 1
      let bias = try file.floats(name.replacing("weight", with: "bias"))
      #expect(bias.count == tensor.shape[0])
      check(bias, .uniform(1 / fanIn(tensor.shape).squareRoot()), "\(model) \(name) bias")
    }
    #expect(biases >= 4)
  }

  @Test func everyTensorHasNumbersOfItsOwn() throws {
    let file = try network("preact-resnet18", width: 16).stateDictionary()
    let first = try file.floats("layer1.0.conv1.weight"), second = try file.floats("layer1.0.conv2.weight")
    #expect(first.count == second.count && zip(first, second).allSatisfy { $0 != $1 })
    #expect(Set(first).count > first.count * 9 / 10)
  }
}
