import Foundation
import Spelling
import Tensors

/// A dictionary of a checkpoint that holds tensors under text keys.
struct WeightSet {
  /// Its keys from the root, with dots between; empty for the root itself.
  var path: String
  var tensors: [(name: String, record: TensorRecord)]
  /// The first names of what is neither a tensor nor a plain value, with what it is.
  var leftOut: [(name: String, what: String)]
  /// How many more there are.
  var moreLeftOut = 0

  /// `'model' (122 tensors)`.
  var described: String {
    "'\(oneLine(path))' (\(tensors.count) \(tensors.count == 1 ? "tensor" : "tensors"))"
  }

  /// What was chosen, the part of it that a key named, and what else would do.
  struct Choice {
    var set: WeightSet
    var part: String?
    var others: [WeightSet]
  }

  private static let deepest = 4
  private static let mostVisits = 4096
  private static let mostInList = 16
  /// Values that are named when they are left out.
  static let mostLeftOut = 8
  private static let skipped = [
    "optim", "sched", "scaler", "rng", "loops", "callbacks", "hyper_parameters", "hparams", "datamodule",
  ]

  /// All sets of weights below a value, outermost first.
  static func all(in root: PickledValue) -> [WeightSet] {
    var sets: [WeightSet] = []
    visit(root) { path, entries in
      let tensors = entries.compactMap { entry -> (name: String, record: TensorRecord)? in
        guard case .tensor(let record) = entry.value.content else { return nil }
        return (entry.name, record)
      }
      guard !tensors.isEmpty else { return }
      let opaque = entries.filter { $0.value.isOpaque }
      let leftOut = opaque.prefix(mostLeftOut).map { entry in
        if case .opaque(let what) = entry.value.content { return (entry.name, what) }
        return (entry.name, "no tensor")
      }
      sets.append(
        WeightSet(path: path, tensors: tensors, leftOut: leftOut, moreLeftOut: opaque.count - leftOut.count))
    }
    return sets
  }

  /// The first pickled module, at the root or under a key of it.
  static func wholeModule(in root: PickledValue) -> (path: String, name: String)? {
    var finder = ModuleFinder()
    if let name = finder.moduleClass(root) { return ("", name) }
    for (key, value) in root.entries {
      if let name = finder.moduleClass(value) { return (key, name) }
    }
    return nil
  }

  /// Visits dictionaries breadth first, each once.
  private static func visit(_ root: PickledValue, _ body: (String, [(name: String, value: PickledValue)]) -> Void) {
    var queue: [(path: String, value: PickledValue, depth: Int)] = [("", root, 0)]
    var seen: Set<PickleHeap.Index> = [root.index], next = 0
    while next < queue.count {
      let (path, value, depth) = queue[next], entries = value.entries
      next += 1
      body(path, entries)
      guard depth < deepest else { continue }
      let inside = entries.isEmpty ? value.items(mostInList + 1).enumerated().map { (String($0), $1) } : entries
      guard !entries.isEmpty || inside.count <= mostInList else { continue }
      for (name, child) in inside
      where child.isCollection && queue.count < mostVisits && seen.insert(child.index).inserted {
        let isSkipped = skipped.contains { name.lowercased().contains($0) }
        if !isSkipped { queue.append((path.isEmpty ? name : "\(path).\(name)", child, depth + 1)) }
      }
    }
  }
}

// MARK: choosing

extension WeightSet {
  /// The set that a key names, or the usual one.
  static func choose(_ key: String?, from sets: [WeightSet]) throws -> Choice {
    if let key { return try named(key, sets) }
    // An average or a teacher may be larger than what was trained, which it must not hide.
    let trained = sets.filter { !AveragedWeights.isName($0.path) && isNetwork($0.tensors.map(\.record.shape)) }
    let largest = (trained.isEmpty ? sets : trained).map(\.tensors.count).max() ?? 0
    // A few tensors next to the weights, such as an accuracy or a mean, are not a second set.
    let complete = sets.filter { 2 * $0.tensors.count >= largest }
    let ranked = complete.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
      .map(\.element)
    guard let first = ranked.first else { throw FileError("holds no weights") }
    if ranked.count > 1, first.rank == ranked[1].rank {
      let list = ranked.prefix(6).map(\.described).joined(separator: ", ")
      throw FileError("holds several sets of weights: \(list); choose one with \(Remedy.key(first.path))")
    }
    return Choice(set: first, part: nil, others: Array(ranked.dropFirst()))
  }

  /// True for tensors of these shapes that can be a network: several, and one of them a matrix or a convolution.
  static func isNetwork(_ shapes: [[Int]]) -> Bool {
    shapes.count > 1 && shapes.contains { $0.count(where: { $0 > 1 }) > 1 }
  }

  private var rank: Int { SetNames.rank(path) }

  private static func named(_ key: String, _ sets: [WeightSet]) throws -> Choice {
    func others(_ set: WeightSet) -> [WeightSet] {
      sets.filter { $0.path != set.path && 2 * $0.tensors.count >= set.tensors.count }
    }
    if let set = sets.first(where: { $0.path == key }) { return Choice(set: set, part: nil, others: others(set)) }
    let byLast = sets.filter { $0.path.hasSuffix(".\(key)") }
    if byLast.count == 1 { return Choice(set: byLast[0], part: nil, others: others(byLast[0])) }
    // A key can also name the tensors of one dictionary that share a prefix.
    for set in sets {
      let inside =
        set.path.isEmpty ? key : key.hasPrefix("\(set.path).") ? String(key.dropFirst(set.path.count + 1)) : key
      if set.tensors.contains(where: { $0.name.hasPrefix("\(inside).") }) {
        return Choice(set: set, part: inside, others: others(set))
      }
    }
    // Below a wrapper's prefix too, which is dropped elsewhere: 'ema' of 'module.ema.conv1.weight'.
    for set in sets {
      for tensor in set.tensors {
        guard let range = tensor.name.range(of: ".\(key).") else { continue }
        return Choice(set: set, part: String(tensor.name[..<range.upperBound].dropLast()), others: others(set))
      }
    }
    let known = sets.map(\.path).filter { !$0.isEmpty }
    let nearest = nearestName(to: key, in: known).map { "; did you mean \(oneLine($0))?" } ?? ""
    let list = known.isEmpty ? "weights at the top only; leave --key out" : known.prefix(8).joined(separator: ", ")
    throw FileError("has no weights under \(Remedy.key(key)); it has \(oneLine(list))\(nearest)")
  }
}
