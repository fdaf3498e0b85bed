import Tensors

/// How the tensors of a file fit those a network needs.
struct TensorFit {
  /// Needed and not there.
  private(set) var missing: [String] = []
  /// There and needed, but of another shape.
  private(set) var misshapen: [(name: String, found: [Int], needed: [Int])] = []
  /// There below the prefix, and not needed.
  private(set) var extra: [String] = []
  /// There outside the prefix.
  private(set) var outside: [String] = []

  /// Compares; names in the file stand below `prefix`. PyTorch's `num_batches_tracked` counts for nothing.
  init(needed: [NamedTensor], in file: Safetensors, prefix: String) {
    for tensor in needed {
      guard let found = file.tensors[prefix + tensor.name] else {
        missing.append(tensor.name)
        continue
      }
      if found.shape != tensor.shape { misshapen.append((tensor.name, found.shape, tensor.shape)) }
    }
    let names = Set(needed.map(\.name))
    for name in file.tensors.keys.sorted() where !name.hasSuffix("num_batches_tracked") {
      if !name.hasPrefix(prefix) {
        outside.append(name)
      } else if !names.contains(String(name.dropFirst(prefix.count))) {
        extra.append(String(name.dropFirst(prefix.count)))
      }
    }
  }

  /// Everything needed is there.
  var fits: Bool { missing.isEmpty && misshapen.isEmpty }

  /// What is wrong, a few names of each kind: `missing a, b and 3 more; extra c; wrong shape: d [2] where [3] is
  /// needed`.
  var description: String {
    var parts: [String] = []
    if !missing.isEmpty { parts.append("missing " + Self.few(missing)) }
    if !misshapen.isEmpty {
      parts.append("wrong shape: " + Self.few(misshapen.map { "\($0.name) \($0.found) where \($0.needed) is needed" }))
    }
    if !extra.isEmpty { parts.append("extra " + Self.few(extra)) }
    return parts.joined(separator: "; ")
  }

  /// The first of many names.
  static func few(_ names: [String]) -> String {
    let shown = names.prefix(4).joined(separator: ", ")
    return names.count > 4 ? "\(shown) and \(names.count - 4) more" : shown
  }
}
