import Foundation
import Spelling
import Tensors

/// Finds the buffers of an input normalization among tensors.
enum InputStatistics {
  /// Which of the two a name is.
  enum Kind { case mean, deviation }

  private static let means: Set<String> = ["mean", "mu", "new_mean", "means", "norm_mean", "image_mean", "data_mean"]
  private static let deviations: Set<String> = [
    "std", "sigma", "stdev", "new_std", "stds", "stddev", "norm_std", "image_std", "data_std", "deviation",
  ]

  /// The kind by the last part of a name, nil for other tensors.
  static func kind(of name: String) -> Kind? {
    guard let last = name.split(separator: ".").last.map({ $0.lowercased() }) else { return nil }
    let word = last.hasPrefix("_") ? String(last.dropFirst()) : last
    if means.contains(word) { return .mean }
    return deviations.contains(word) ? .deviation : nil
  }

  /// True for a tensor of one number per channel: C, C×1×1 or 1×C×1×1.
  static func isStatistic(_ name: String, _ tensor: Safetensors.Tensor) -> Bool {
    kind(of: name) != nil && (1...4).contains(tensor.count) && tensor.shape.filter { $0 != 1 }.count <= 1
      && [.float32, .float64, .float16, .bfloat16].contains(tensor.type)
  }

  /// Takes the normalization out of the tensors. Throws when two differ, or when half of one is missing.
  static func take(from tensors: inout [String: Safetensors.Tensor]) throws -> StateDictionary.Normalization? {
    let names = tensors.keys.filter { name in tensors[name].map { isStatistic(name, $0) } ?? false }.sorted()
    guard !names.isEmpty else { return nil }
    var found: [StateDictionary.Normalization] = []
    for (root, group) in Dictionary(grouping: names, by: root).sorted(by: { $0.key < $1.key }) {
      let mean = group.filter { kind(of: $0) == .mean }, deviation = group.filter { kind(of: $0) == .deviation }
      guard mean.count == 1, deviation.count == 1 else {
        throw FileError(
          "has '\(oneLine(group.prefix(4).joined(separator: "', '")))', which "
            + "\(group.count == 1 ? "is half of" : "is no clear") input normalization; give mean and std as settings "
            + "and delete \(group.count == 1 ? "this tensor" : "these tensors") from the state dictionary"
            + (root.isEmpty ? "" : " (under '\(oneLine(root))')"))
      }
      found.append(try normalization(mean[0], deviation[0], tensors))
    }
    guard let first = found.first else { return nil }
    for other in found.dropFirst() where other.mean != first.mean || other.deviation != first.deviation {
      throw FileError(
        "has two different input normalizations, '\(oneLine(first.names[0]))' and '\(oneLine(other.names[0]))'; delete "
          + "one from the state dictionary")
    }
    for name in names { tensors[name] = nil }
    return first
  }

  private static func root(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[..<$0]) } ?? ""
  }

  private static func normalization(
    _ mean: String, _ deviation: String, _ tensors: [String: Safetensors.Tensor]
  ) throws -> StateDictionary.Normalization {
    var file = Safetensors()
    for name in [mean, deviation] { file.tensors[name] = tensors[name] }
    let (means, deviations) = (try file.numbers(mean), try file.numbers(deviation))
    guard means.count == deviations.count else {
      throw FileError("'\(oneLine(mean))' and '\(oneLine(deviation))' have different numbers of channels")
    }
    guard means.allSatisfy(\.isFinite), deviations.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw FileError("'\(oneLine(deviation))' is not a standard deviation: its values must be finite and above 0")
    }
    return StateDictionary.Normalization(mean: means, deviation: deviations, names: [mean, deviation])
  }
}
