import Foundation
import Tensors

/// Golden numbers from another implementation, with the tolerance recommended for each.
package struct Oracle {
  /// The file as it stands.
  package let file: Safetensors
  /// Its name, for messages.
  package let name: String

  /// `ops/relu` and the like. Throws when it is missing: a missing oracle is a failure.
  package init(_ name: String) throws {
    self.name = name
    file = try Safetensors(contentsOf: Repository.oracle("\(name).safetensors"))
  }

  /// All oracles of a folder whose names start with `prefix`, sorted.
  package static func names(in folder: String, prefix: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: Repository.oracle(folder).path)
      .filter { $0.hasSuffix(".safetensors") && $0.hasPrefix(prefix) }
      .map { "\(folder)/\($0.dropLast(".safetensors".count))" }.sorted()
  }

  /// A float tensor.
  package func floats(_ tensor: String) throws -> [Float] { try file.floats(tensor) }
  /// An integer tensor.
  package func integers(_ tensor: String) throws -> [Int] { try file.integers(tensor) }
  /// The dimensions of a tensor.
  package func shape(_ tensor: String) -> [Int] { file.tensors[tensor]?.shape ?? [] }
  /// A number in the metadata.
  package func setting(_ key: String) -> Double? { file.metadata[key].flatMap(Double.init) }

  /// How far `got` is from the stored tensor, in units of the allowed distance: at most 1 is right. Accepted is
  /// `max|got − expected| ≤ tolerance · max|expected|`; nil tolerance: the one in the metadata.
  package func excess(_ got: [Float], _ tensor: String, tolerance: Double? = nil) throws -> Double {
    let expected = try floats(tensor)
    guard got.count == expected.count else { return .infinity }
    let prefix = tensor.split(separator: ".").first.map(String.init) ?? tensor
    guard let allowed = tolerance ?? setting("tol.\(tensor)") ?? setting("tol.\(prefix)") else { return .infinity }
    var distance = 0.0, largest = 0.0
    for (value, reference) in zip(got, expected) {
      guard value.isFinite else { return .infinity }
      distance = max(distance, abs(Double(value) - Double(reference)))
      largest = max(largest, abs(Double(reference)))
    }
    return distance == 0 ? 0 : distance / (allowed * max(largest, 1e-30))
  }
}
