import Foundation
import Tensors

/// The tensors of a file as a network wants them: weights that a program split into two tensors are put together again.
struct JoinedTensors {
  private(set) var file: Safetensors
  /// What was computed, a line each.
  private(set) var converted: [String] = []

  /// Undoes pruning (`weight_orig`·`weight_mask`) and weight normalization (`weight_g`·`weight_v`/‖`weight_v`‖, or
  /// `parametrizations.weight.original0/1`). Throws `FileError` where the two parts do not fit.
  init(_ file: Safetensors) throws {
    self.file = file
    let pruned = try join(("_orig", "_mask")) { zip($0, $1).map(*) }
    if pruned > 0 { converted.append("pruned weights computed as orig·mask (\(Self.tensors(pruned)))") }
    var normed = 0
    for (magnitude, direction, target) in [
      ("_g", "_v", ""), (".original0", ".original1", "parametrizations."),
    ] {
      normed += try joinNormed(magnitude, direction, target)
    }
    if normed > 0 { converted.append("weight normalization folded into the weights (\(Self.tensors(normed)))") }
  }

  private static func tensors(_ count: Int) -> String { count == 1 ? "1 tensor" : "\(count) tensors" }

  /// Replaces `X` + first suffix and `X` + second suffix by `X`; returns how many.
  private mutating func join(
    _ suffixes: (String, String), _ combine: ([Float], [Float]) -> [Float]
  ) throws -> Int {
    var count = 0
    for name in file.tensors.keys.sorted() where name.hasSuffix(suffixes.0) {
      let stem = String(name.dropLast(suffixes.0.count)), other = stem + suffixes.1
      guard file.tensors[stem] == nil, let first = file.tensors[name], let second = file.tensors[other] else {
        continue
      }
      guard first.shape == second.shape else {
        throw FileError("tensor '\(name)' is \(first.shape), '\(other)' is \(second.shape); they should be equal")
      }
      replace([name, other], by: stem, shape: first.shape, combine(try file.numbers(name), try file.numbers(other)))
      count += 1
    }
    return count
  }

  /// w = g·v/‖v‖, the norm over everything but the first dimension: torch.nn.utils.weight_norm with dim 0.
  private mutating func joinNormed(_ magnitude: String, _ direction: String, _ infix: String) throws -> Int {
    var count = 0
    for name in file.tensors.keys.sorted() where name.hasSuffix("weight" + magnitude) {
      let stem = String(name.dropLast(magnitude.count)), other = stem + direction
      let target = infix.isEmpty ? stem : stem.replacingOccurrences(of: infix, with: "")
      guard file.tensors[target] == nil, let g = file.tensors[name], let v = file.tensors[other] else { continue }
      guard let rows = v.shape.first, rows > 0, g.count == rows else {
        throw FileError("tensor '\(name)' is \(g.shape) for '\(other)' \(v.shape); weight_norm with dim=0 is read")
      }
      let scale = try file.numbers(name), values = try file.numbers(other), width = values.count / rows
      var weight = values
      for row in 0..<rows {
        let range = row * width..<(row + 1) * width
        let norm = values[range].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        let factor = norm == 0 ? 0 : Double(scale[row]) / norm
        for place in range { weight[place] = Float(Double(values[place]) * factor) }
      }
      replace([name, other], by: target, shape: v.shape, weight)
      count += 1
    }
    return count
  }

  private mutating func replace(_ names: [String], by target: String, shape: [Int], _ values: [Float]) {
    for name in names { file.tensors[name] = nil }
    file.add(target, shape: shape, floats: values)
  }
}
