import PyTorchFiles
import Tensors

/// Mean and standard deviation that a file keeps as tensors: what programs that normalize inside the network save as
/// `mean`/`std`, `mu`/`sigma`, `first_norm.mean`/`.stdev`, `normalizer.new_mean`/`.new_std`, below any root.
struct InputNormalization {
  /// The pair of tensors.
  let names: (mean: String, std: String)
  let mean: [Float]
  let std: [Float]

  /// True for a name that would be a mean or standard deviation of the input.
  static func isBuffer(_ name: String) -> Bool { InputStatistics.role(of: name) != nil }

  /// The normalization among the tensors `names` of a file, for `channels` channels; nil when none of them is one.
  /// Throws `FileError` when it is not clear which numbers are meant.
  static func find(_ names: [String], in file: Safetensors, channels: Int) throws -> InputNormalization? {
    var pairs: [String: (mean: String?, std: String?)] = [:]
    for name in names.sorted() {
      guard let role = InputStatistics.role(of: name), let tensor = file.tensors[name],
        tensor.count == channels || tensor.count == 1
      else { continue }
      if role.isMean {
        pairs[role.key, default: (nil, nil)].mean = name
      } else {
        pairs[role.key, default: (nil, nil)].std = name
      }
    }
    guard !pairs.isEmpty else { return nil }
    let found = try pairs.sorted { $0.key < $1.key }.map { try pair($0.value.mean, $0.value.std, file, channels) }
    guard let first = found.first else { return nil }
    if let other = found.first(where: { $0.mean != first.mean || $0.std != first.std }) {
      throw FileError(
        "holds two different normalizations, '\(first.names.mean)' \(first.mean) and '\(other.names.mean)' \(other.mean)"
      )
    }
    return first
  }

  private static func pair(
    _ mean: String?, _ std: String?, _ file: Safetensors, _ channels: Int
  ) throws -> InputNormalization {
    guard let mean, let std else {
      throw FileError(
        "holds the normalization tensor '\(mean ?? std ?? "")' without its \(mean == nil ? "mean" : "std")")
    }
    func values(_ name: String) throws -> [Float] {
      let values = try file.numbers(name)
      return values.count == channels ? values : Array(repeating: values[0], count: channels)
    }
    let pair = InputNormalization(names: (mean, std), mean: try values(mean), std: try values(std))
    guard fits(pair.mean, pair.std) else {
      throw FileError(
        "its normalization '\(mean)' \(pair.mean), '\(std)' \(pair.std) does not fit images in [0, 1]")
    }
    return pair
  }

  /// False for numbers of images in 0 … 255, and for those that are none.
  static func fits(_ mean: [Float], _ std: [Float]) -> Bool {
    mean.allSatisfy { $0.isFinite && abs($0) <= 2 } && std.allSatisfy { $0.isFinite && $0 > 0 && $0 <= 4 }
  }
}
