import Foundation
import PyTorchFiles

/// What an import of weights assumed, ignored and converted: for the protocol card, the JSON and the person.
package struct ImportReport: Sendable, Hashable, Codable {
  /// The network's name.
  package var model = ""
  /// True when the name was recognized from the tensors.
  package var recognized = false
  /// What stood before the tensors' names: `module.`; empty for none.
  package var prefix = ""
  /// What the first layer subtracts, per channel.
  package var mean: [Float] = []
  /// What the first layer divides by, per channel.
  package var std: [Float] = []
  /// Where both come from: `--set` (`, in place of the file's …`), `metadata`, the names of two tensors, `assumed: …`,
  /// or `none: images enter unnormalized`.
  package var normalization = ""
  /// What the names of the tensors cannot tell of the function, and whether somebody said so:
  /// `activation relu (assumed), shortcut raw, stem_stride 1 (assumed), strides 1,2,2,2 (assumed), norm eps 1e-05`.
  package var variant = ""
  /// Tensors that were not used, by name.
  package var ignored: [String] = []
  /// What was computed from other tensors, a line each.
  package var converted: [String] = []
  /// Metadata that say nothing usable.
  package var metadata: [String] = []
  /// What each class of the network shows, by number, where the file of another program says it.
  package var classNames: [String]?

  private enum CodingKeys: String, CodingKey {
    case model, recognized, prefix, mean, std, normalization, variant, ignored, converted, metadata
    case classNames = "class_names"
  }

  package init() {}

  /// Behind what nobody said.
  static let assumed = " (assumed)"

  /// The settings of the variant that nobody said, as they are called, with what was assumed.
  package var assumedVariant: [(name: String, value: String)] {
    variant.components(separatedBy: ", ").compactMap { part in
      guard part.hasSuffix(Self.assumed) else { return nil }
      let words = part.split(separator: " ").dropLast()
      return words.last.map { (words.dropLast().joined(separator: "."), String($0)) }
    }
  }

  private static let mostClasses = 10

  /// `0 cat, 1 dog`, of many the first.
  package static func numbered(_ names: [String]) -> String {
    let shown = names.prefix(mostClasses).enumerated().map { "\($0) \($1)" }.joined(separator: ", ")
    return names.count > mostClasses ? "\(shown) and \(names.count - mostClasses) more" : shown
  }

  private static func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ", ") }

  /// What a person should know, a line each; `path` names the file.
  package func lines(_ path: String, takesSettings: Bool) -> [String] {
    facts(takesSettings: takesSettings).map { "\(path): \($0)" }
  }

  /// The same without the file. With `takesSettings`, what a person can pass is said too.
  package func facts(takesSettings: Bool) -> [String] {
    var lines: [String] = []
    if recognized { lines.append("recognized as \(model) from the names and shapes of its tensors") }
    lines += converted
    if !metadata.isEmpty { lines.append("metadata not understood and ignored: \(metadata.joined(separator: ", "))") }
    if let classNames { lines.append("classes by the file: \(Self.numbered(classNames))") }
    if !ignored.isEmpty { lines.append("ignored, not part of the network: \(TensorFit.few(ignored))") }
    if normalization.hasPrefix("none") {
      let remedy = takesSettings ? "; pass --set mean=… --set std=… if the network expects them" : ""
      let isElsewhere = converted.contains { $0.contains(StateDictionary.notAmongWeights) }
      let place = isElsewhere ? "among the weights" : "in the file"
      lines.append("no mean and std \(place), images enter unnormalized\(remedy)")
    } else if normalization.hasPrefix("assumed") {
      let remedy = takesSettings ? "; pass --set mean=… --set std=… if the network expects others" : ""
      let numbers = "mean \(Self.list(mean)), std \(Self.list(std))"
      lines.append("no mean and std in the file, \(normalization): \(numbers)\(remedy)")
    } else if normalization.hasPrefix("--set, in place") {
      lines.append("mean and std of \(normalization)")
    } else if normalization.hasPrefix("tensors") {
      lines.append("mean and std taken from the file's \(normalization)")
    }
    let assumed = assumedVariant
    if !assumed.isEmpty {
      lines.append(
        "its tensors do not tell the variant; assumed: \(assumed.map { "\($0.name) \($0.value)" }.joined(separator: ", "))"
          + (takesSettings ? "; pass --set NAME=… if it is another" : ""))
    }
    lines += variant.components(separatedBy: ", ").filter { $0.hasSuffix(")") && $0.contains(" (in place of ") }
    return lines
  }
}
