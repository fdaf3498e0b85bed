import Tensors

/// What to say of a file that is of no known network.
extension WeightsFile {
  /// Below this likeness a network is named only as the nearest of many that are far off.
  private static let farOff = 0.3

  /// Why no network fits: what the file has that none knows, the nearest network and the difference.
  func unknown(_ nearest: Candidate, _ file: Safetensors) -> String {
    if file.tensors.isEmpty { return "does not name its network and holds no tensors" }
    let strange = Self.foreignPart(file).map { "it has \($0), which none of them has" }
    guard nearest.likeness >= Self.farOff else {
      let shared = nearest.shared
      let near =
        shared == 0
        ? ""
        : ", the nearest known one, \(nearest.model.name), shares \(shared) of its "
          + "\(nearest.needed.count) tensors"
      return "is of an unknown network: \(strange ?? "its tensors are \(Self.names(file))")\(near)"
    }
    return
      "does not name its network, and no known one fits it exactly\(strange.map { ": \($0)" } ?? ""); the nearest is "
      + "\(nearest.model.name) (\(nearest.difference))"
  }

  /// Layers that none of our networks has, with the tensor that shows it.
  private static func foreignPart(_ file: Safetensors) -> String? {
    let tensors = file.tensors.sorted { $0.key < $1.key }
    func first(_ isFound: (String, [Int]) -> Bool) -> String? {
      tensors.first { isFound($0.key.lowercased(), $0.value.shape) }?.key
    }
    if let name = first({ name, _ in
      ["attn", "attention", "in_proj_weight", "qkv"].contains { name.contains($0) }
    }) {
      return "attention ('\(name)')"
    }
    // Depthwise convolutions have one input channel a group; networks for gray images have them in their stem alone.
    let isGrouped = { (shape: [Int]) in shape.count == 4 && shape[1] == 1 && shape[2] > 1 && shape[0] > 1 }
    let grouped = tensors.filter { isGrouped($0.value.shape) }
    if grouped.count > 1 { return "depthwise convolutions ('\(grouped[0].key)')" }
    if let name = first({ name, _ in name.contains("denselayer") }) { return "dense blocks ('\(name)')" }
    if let name = first({ name, shape in
      shape.count >= 2 && ["se.", "se_module", "fc1", "squeeze"].contains { name.contains($0) }
    }) {
      return "squeeze-and-excitation or a second linear layer ('\(name)')"
    }
    return nil
  }

  /// The first names and how many more there are.
  private static func names(_ file: Safetensors) -> String {
    TensorFit.few(file.tensors.keys.filter { !$0.hasSuffix("num_batches_tracked") }.sorted())
  }
}

extension WeightsFile.Candidate {
  /// Everything is there but the running statistics: parameters were saved without buffers.
  var lacksStatistics: Bool {
    !fit.missing.isEmpty && fit.misshapen.isEmpty
      && fit.missing.allSatisfy { $0.hasSuffix("running_mean") || $0.hasSuffix("running_var") }
  }

  /// Tensors of the network that the file has too, in whatever shape.
  fileprivate var shared: Int { needed.count - fit.missing.count }

  /// What speaks against it, in words. Without the first tensor, which tells the width, shapes say nothing.
  fileprivate var difference: String {
    let own = Leftovers(fit, needed: needed).own
    guard own.isEmpty || !fit.extra.isEmpty && !fit.fits else { return "left over " + TensorFit.few(own) }
    guard let first = needed.first?.name, fit.missing.contains(first) else { return fit.description }
    return "missing \(TensorFit.few(fit.missing))" + (fit.extra.isEmpty ? "" : "; extra \(TensorFit.few(fit.extra))")
  }
}
