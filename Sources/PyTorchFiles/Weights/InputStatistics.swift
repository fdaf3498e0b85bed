import Foundation
import Tensors

/// Tells the buffers of an input normalization from the tensors of a network, by name and size. Which numbers they mean
/// is decided by who makes a network of the file.
package enum InputStatistics {
  /// Which of the two a tensor is, and what it shares with the other one.
  package struct Role: Sendable, Hashable {
    /// True for the mean, false for the standard deviation.
    package let isMean: Bool
    /// The name without its last word.
    package let key: String
  }

  private static let means: Set<String> = ["mean", "mu", "means"]
  private static let deviations: Set<String> = ["std", "sigma", "stdev", "stddev", "stds", "sd", "deviation"]

  /// What a tensor's name says it is, by the last word of its last component: `new_mean` is a mean. Nil for others, and
  /// for running statistics.
  package static func role(of name: String) -> Role? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let words = (parts.last ?? "").lowercased().split(separator: "_").map(String.init)
    guard let last = words.last, !words.contains("running"), means.contains(last) || deviations.contains(last) else {
      return nil
    }
    let key = (parts.dropLast().map(String.init) + [words.dropLast().joined(separator: "_")]).joined(separator: ".")
    return Role(isMean: means.contains(last), key: key)
  }

  /// True for a tensor of one number per channel: C, C×1×1 or 1×C×1×1.
  static func isStatistic(_ name: String, _ tensor: Safetensors.Tensor) -> Bool {
    role(of: name) != nil && (1...4).contains(tensor.count) && tensor.shape.filter { $0 != 1 }.count <= 1
      && [.float32, .float64, .float16, .bfloat16].contains(tensor.type)
  }
}
