/// A normalization of the catalogue, by its name in the setting `norm`, under which it stands in files too. What is
/// known of it stands in its own file.
package struct NormKind: RawRepresentable, Hashable, Sendable, CaseIterable, Codable {
  /// The layer.
  package let layer: any NormLayer.Type

  package init(_ layer: any NormLayer.Type) { self.layer = layer }

  /// The normalization of that name; nil when the catalogue has none.
  package init?(rawValue: String) {
    guard let layer = norms.first(where: { $0.kindName == rawValue }) else { return nil }
    self.layer = layer
  }

  package static let allCases = norms.map { NormKind($0) }

  package var rawValue: String { layer.kindName }
  package static func == (one: NormKind, other: NormKind) -> Bool { one.layer == other.layer }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(layer)) }

  /// Two sets of statistics, one per domain.
  package var hasTwoSets: Bool { layer.hasTwoSets }
  /// Running statistics, one set or two.
  package var hasStatistics: Bool { layer.hasStatistics }
  /// Infers the domain of every pixel; trained, it needs both domains in one pass.
  package var infersDomains: Bool { layer.infersDomains }
  /// Reads one of its two sets because it cannot infer a domain.
  package var choosesSet: Bool { hasTwoSets && !infersDomains }
}

/// The trained γ and β of normalization layers. Raw values are those of the setting `norm.affine`.
package enum NormAffine: String, Sendable, Hashable, CaseIterable, Codable {
  /// The layer's own default: split shared, gn on, in off. docs/algorithms.md §8, §10.
  case habitual = "default"
  /// split: one γ and β for both domains.
  case shared
  /// split: γ and β for each domain.
  case separate
  /// gn, in: with γ and β.
  case on
  /// gn, in: without.
  case off
}

/// Which of a network's normalization layers a dual or split one replaces; the others are BN. docs/algorithms.md §9.
package enum NormPlacement: Sendable, Hashable, LosslessStringConvertible, Codable {
  /// The last one of each stage; every one in a network without stages.
  case stageEnds
  case all
  /// Places counted from 0 in the order of the forward pass.
  case list([Int])

  /// `stage-ends`, `all` or comma-separated increasing integers; nil for anything else.
  package init?(_ text: String) {
    switch text {
    case "stage-ends": self = .stageEnds
    case "all": self = .all
    default:
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = parts.compactMap { Int($0.filter { $0 != " " }) }
      guard numbers.count == parts.count, let first = numbers.first, first >= 0,
        zip(numbers, numbers.dropFirst()).allSatisfy(<)
      else { return nil }
      self = .list(numbers)
    }
  }

  /// As it is written in a preset.
  package var description: String {
    switch self {
    case .stageEnds: "stage-ends"
    case .all: "all"
    case .list(let places): places.map { "\($0)" }.joined(separator: ",")
    }
  }

  /// The accepted texts in words.
  package static let accepted = "stage-ends, all, or comma-separated increasing integers"

  /// True when place `index` is one of them.
  func contains(_ index: Int, isStageEnd: Bool) -> Bool {
    switch self {
    case .stageEnds: isStageEnd
    case .all: true
    case .list(let places): places.contains(index)
    }
  }
}
