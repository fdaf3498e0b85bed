import Foundation
import Spelling
import Tensors

extension StateDictionary {
  /// Tensors of any file under the network's own names: wrappers' prefixes dropped, averages set aside, pruned
  /// and weight-normalized weights computed. `part` names the prefix to take.
  package init(cleaning file: Safetensors, part: String? = nil, notes: [String] = []) throws {
    self.init(weights: file, notes: notes, key: part ?? "", otherKeys: [])
    try dropInnerWrappers()
    try take(part: part)
    try dropPrefixes()
    try computeReparametrized()
  }

  /// Wrappers that put their name in the middle of others: torch.compile, FSDP, activation checkpointing.
  private mutating func dropInnerWrappers() throws {
    for wrapper in ["_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module."] {
      let renamed = weights.tensors.keys.filter { $0.contains(wrapper) }
      guard !renamed.isEmpty else { continue }
      try rename { $0.replacingOccurrences(of: wrapper, with: "") }
      notes.append("dropped '\(wrapper)' from \(Self.count(renamed.count, "name"))")
    }
  }

  private mutating func take(part: String?) throws {
    guard let part else { return }
    let prefix = "\(part)."
    weights.tensors = weights.tensors.filter { $0.key.hasPrefix(prefix) }
    guard !weights.tensors.isEmpty else { throw FileError("has no tensors under '\(oneLine(part))'") }
    try rename { String($0.dropFirst(prefix.count)) }
    notes.append("took the \(Self.count(weights.tensors.count, "tensor")) under '\(oneLine(part))'")
  }

  private mutating func dropPrefixes() throws {
    // Each pass drops a prefix or ends the loop; a file cannot ask for many.
    for _ in 0..<8 {
      try dropDuplicates(of: "attacker.")
      setAveragesAside()
      dropAveragingCount()
      guard let prefix = commonPrefix() else { return }
      let count = weights.tensors.keys.filter { $0.hasPrefix(prefix) }.count
      try rename { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
      notes.append("dropped the prefix '\(prefix)' from \(Self.count(count, "name"))")
      if prefix == "1.",
        !weights.tensors.keys.contains(where: { $0.hasPrefix("0.") && InputStatistics.role(of: $0) != nil })
      {
        notes.append(
          "the module in front of the network has no tensors; if it normalizes, give mean and std as settings")
      }
    }
  }

  /// A wrapper's prefix that all tensors have, apart from those of an input normalization.
  private func commonPrefix() -> String? {
    let network = weights.tensors.filter { !InputStatistics.isStatistic($0.key, $0.value) }.map(\.key)
    guard let first = network.first, let dot = first.firstIndex(of: ".") else { return nil }
    let prefix = String(first[...dot])
    guard network.allSatisfy({ $0.hasPrefix(prefix) && $0.count > prefix.count }) else { return nil }
    if ["module.", "model.", "net.", "network."].contains(prefix) { return prefix }
    // A network inside a Sequential, and not a layer of one: its names go on after the number.
    let isSequential = ["0.", "1."].contains(prefix)
    return isSequential && network.allSatisfy { $0.dropFirst(prefix.count).contains(".") } ? prefix : nil
  }

  /// The robustness library saves the network twice, as itself and under its attacker.
  private mutating func dropDuplicates(of prefix: String) throws {
    let copies = weights.tensors.keys.filter { $0.hasPrefix("\(prefix)model.") }.sorted()
    guard !copies.isEmpty else { return }
    for copy in copies {
      guard let original = weights.tensors[String(copy.dropFirst(prefix.count))] else { return }
      guard let other = weights.tensors[copy], other == original else {
        throw FileError(
          "has two different tensors for '\(oneLine(String(copy.dropFirst(prefix.count))))', one under '\(prefix)'; "
            + "choose the other set with --key \(prefix)model")
      }
    }
    // An attacker's statistics stay: they are compared with the network's when those are taken.
    for copy in copies { weights.tensors[copy] = nil }
    notes.append(
      "left out the \(Self.count(copies.count, "tensor")) under '\(prefix)model': equal to those under 'model'")
  }

  /// A second set of weights in the same dictionary: `ema.conv1.weight` next to `model.conv1.weight`.
  private mutating func setAveragesAside() {
    let groups = Dictionary(grouping: weights.tensors.keys) { $0.split(separator: ".").first.map(String.init) ?? "" }
    let averages = groups.filter { AveragedWeights.isName($0.key) && $0.value.count > 1 }
    let left = weights.tensors.filter { name, _ in !averages.values.contains { $0.contains(name) } }
    guard WeightSet.isNetwork(left.values.map(\.shape)) else { return }
    for (name, members) in averages.sorted(by: { $0.key < $1.key }) {
      for member in members { weights.tensors[member] = nil }
      otherKeys.append(name)
      guard otherKeys.count <= WeightSet.mostLeftOut else { continue }
      notes.append(
        "also holds averaged weights under '\(oneLine(name))' (\(Self.count(members.count, "tensor"))), which were not "
          + "taken; choose them with \(Remedy.key(name))")
    }
  }

  /// The counter of torch.optim.swa_utils.AveragedModel.
  private mutating func dropAveragingCount() {
    guard weights.tensors.removeValue(forKey: "n_averaged") != nil else { return }
    notes.append("left out 'n_averaged', the counter of an averaged model")
  }

  private mutating func rename(_ name: (String) -> String) throws {
    var renamed: [String: Safetensors.Tensor] = [:]
    for (old, tensor) in weights.tensors {
      guard renamed.updateValue(tensor, forKey: name(old)) == nil else {
        throw FileError("has two tensors for '\(oneLine(name(old)))' once prefixes are dropped; rename one of them")
      }
    }
    weights.tensors = renamed
  }

  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
