import Foundation
import Tensors

/// Parameters and running statistics of a network at one moment.
package struct NetworkWeights {
  let parameters: Storage
  let buffers: Storage

  /// Tells weights apart: the bits of every parameter and running statistic.
  package var digest: Digest {
    var digest = Digest()
    digest.add(parameters.buffer)
    digest.add(buffers.buffer)
    return digest
  }
}

extension Network {
  /// Draws all parameters; running statistics start at mean 0, variance 1. docs/algorithms.md §12.5.
  package func initialize(seed: UInt32) {
    for (number, tensor) in tensors.enumerated() {
      var random = RandomStream(seed: seed, purpose: .weights, step: UInt32(number))
      for element in 0..<tensor.count {
        let value: Float
        switch tensor.initial {
        case .constant(let constant): value = constant
        case .normal(let deviation): value = deviation * random.normal()
        case .uniform(let bound): value = random.uniform(-bound, bound)
        }
        storage(of: tensor).pointer[tensor.place(element)] = value
      }
    }
    memory.momentum.clear()
    parametersDidChange()
  }

  /// A copy of parameters and running statistics.
  package func weights() -> NetworkWeights {
    let copy = NetworkWeights(
      parameters: Storage(count: memory.parameters.count), buffers: Storage(count: memory.buffers.count))
    copy.parameters.copy(from: memory.parameters)
    copy.buffers.copy(from: memory.buffers)
    return copy
  }

  /// Goes back to copied parameters and running statistics.
  package func restore(_ weights: NetworkWeights) {
    memory.parameters.copy(from: weights.parameters)
    memory.buffers.copy(from: weights.buffers)
    parametersDidChange()
  }

  /// A copy of the running statistics alone.
  package func runningStatistics() -> [Float] { Array(memory.buffers.buffer) }

  /// Goes back to copied running statistics.
  package func restore(runningStatistics: [Float]) {
    memory.buffers.pointer.update(from: runningStatistics, count: memory.buffers.count)
    statisticsDidChange()
  }

  /// Floats of all running statistics.
  package var statisticsCount: Int { memory.buffers.count }

  /// Memory for a copy of the running statistics.
  package func makeStatisticsCopy() -> Storage { Storage(count: memory.buffers.count) }

  /// Copies the running statistics into memory from `makeStatisticsCopy`.
  package func copyStatistics(to copy: Storage) { copy.copy(from: memory.buffers) }

  /// Goes back to copied running statistics.
  package func restoreStatistics(from copy: Storage) {
    memory.buffers.copy(from: copy)
    statisticsDidChange()
  }

  /// Memory for a copy of the parameters.
  package func makeParameterCopy() -> Storage { Storage(count: memory.parameters.count) }

  /// Copies the parameters into memory from `makeParameterCopy`.
  package func copyParameters(to copy: Storage) { copy.copy(from: memory.parameters) }

  /// Goes back to copied parameters.
  package func restoreParameters(from copy: Storage) {
    memory.parameters.copy(from: copy)
    parametersDidChange()
  }

  /// False when a gradient of the last backward pass is NaN or infinite.
  package var hasFiniteGradients: Bool { memory.gradients.buffer.allSatisfy { $0.isFinite } }

  /// False when a parameter or running statistic is NaN or infinite.
  package var isFinite: Bool {
    memory.parameters.buffer.allSatisfy { $0.isFinite } && memory.buffers.buffer.allSatisfy { $0.isFinite }
  }

  /// All tensors under PyTorch's names.
  package func stateDictionary() -> Safetensors {
    var file = Safetensors()
    for tensor in tensors {
      let memory = storage(of: tensor)
      file.add(tensor.name, shape: tensor.shape, floats: (0..<tensor.count).map { memory.pointer[tensor.place($0)] })
    }
    return file
  }

  /// Takes the tensors of a file, whose names may stand below `prefix`. PyTorch's `num_batches_tracked` is not needed.
  /// Throws `FileError` when tensors are missing or of the wrong shape; nothing is changed then.
  package func load(_ file: Safetensors, prefix: String = "") throws {
    let fit = TensorFit(needed: tensors, in: file, prefix: prefix)
    guard fit.fits else { throw FileError("not the weights of \(settings.name): \(fit.description)") }
    let values = try tensors.map { ($0, try file.numbers(prefix + $0.name)) }
    for (tensor, elements) in values {
      let memory = storage(of: tensor)
      for (index, value) in elements.enumerated() { memory.pointer[tensor.place(index)] = value }
    }
    parametersDidChange()
  }

  /// The gradient of a parameter in PyTorch's order; nil for a name that is not one.
  package func gradient(of name: String) -> [Float]? {
    guard let tensor = tensors.first(where: { $0.name == name && $0.isParameter }) else { return nil }
    return (0..<tensor.count).map { memory.gradients.pointer[tensor.place($0)] }
  }

  private func storage(of tensor: NamedTensor) -> Storage { tensor.isParameter ? memory.parameters : memory.buffers }
}
