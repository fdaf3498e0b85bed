import Tensors

/// The optimizer's momentum in files: one tensor for each parameter, under its name.
extension Network {
  /// The prefix of the optimizer's tensors, of the best weights, and of what the sentinel remembers, in the checkpoints
  /// of a run.
  package static let momentumPrefix = "momentum.", bestPrefix = "best.", sentinelPrefix = "sentinel."

  /// Adds the momentum below its prefix.
  package func addMomentum(to file: inout Safetensors) {
    for tensor in tensors where tensor.isParameter {
      file.add(
        Network.momentumPrefix + tensor.name, shape: tensor.shape,
        floats: (0..<tensor.count).map { memory.momentum.pointer[tensor.place($0)] })
    }
  }

  /// Takes the momentum from a file. Throws `FileError` when a tensor is missing or of the wrong shape; nothing is
  /// changed then.
  package func loadMomentum(_ file: Safetensors) throws {
    let values = try tensors.filter(\.isParameter).map { tensor in
      let name = Network.momentumPrefix + tensor.name
      guard file.tensors[name]?.shape == tensor.shape else { throw FileError("no momentum of '\(tensor.name)'") }
      return (tensor, try file.numbers(name))
    }
    for (tensor, elements) in values {
      for (index, value) in elements.enumerated() { memory.momentum.pointer[tensor.place(index)] = value }
    }
  }
}

extension Safetensors {
  /// Without what only a session that goes on needs: the optimizer's momentum and the best weights of a run.
  package var withoutSession: Safetensors {
    guard metadata["dualab"] != nil else { return self }
    var result = self
    result.tensors = tensors.filter { name, _ in
      ![Network.momentumPrefix, Network.bestPrefix, Network.sentinelPrefix].contains(where: name.hasPrefix)
    }
    return result
  }
}
