import Tensors

/// Norm surgery: another network with the weights of this one. ALGORITHMS §10.
extension Network {
  /// A network of `target`, the same model with other norms: what both have under one name, numbers and SGD's momenta, is
  /// copied; what is new starts at its constant, biases at 0. The warnings say what does not carry over, a line each.
  /// Throws `FileError` when there is no such network.
  public func converted(to target: ModelSettings) throws -> (network: Network, warnings: [String]) {
    guard let result = Network(target, pool: pool) else {
      throw FileError("norm \(target.norm.rawValue): no network '\(target.name)' can be made with it")
    }
    let old = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    var dropped = Set(tensors.filter(\.isParameter).map(\.name)), added: [String] = []
    for tensor in result.tensors {
      let new = tensor.isParameter ? result.memory.parameters : result.memory.buffers
      guard let source = old[tensor.name], source.shape == tensor.shape, source.isParameter == tensor.isParameter else {
        let start: Float = if case .constant(let value) = tensor.initial { value } else { 0 }
        for element in 0..<tensor.count { new.pointer[tensor.place(element)] = start }
        if tensor.isParameter { added.append(tensor.name) }
        continue
      }
      dropped.remove(tensor.name)
      let values = source.isParameter ? memory.parameters : memory.buffers
      for element in 0..<tensor.count {
        let from = source.place(element), to = tensor.place(element)
        new.pointer[to] = values.pointer[from]
        if tensor.isParameter { result.memory.momentum.pointer[to] = memory.momentum.pointer[from] }
      }
    }
    result.parametersDidChange()
    var warnings: [String] = []
    if target.norm != settings.norm {
      warnings.append("another norm is another function; go on training, or recalibrate")
    }
    if !dropped.isEmpty { warnings.append("\(dropped.count) tensors of γ and β are dropped") }
    if !added.isEmpty { warnings.append("\(added.count) new tensors start at their constants") }
    return (result, warnings)
  }
}
