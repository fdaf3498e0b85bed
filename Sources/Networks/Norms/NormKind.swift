import Tensors

/// What stands in a network's norm places. Raw values are those of the knob `norm`.
public enum NormKind: String, Sendable, Hashable, CaseIterable {
  case batch = "bn"
  case dual = "dbn"
  case split
  case instance = "in"
  case group = "gn"
  case identity = "none"

  /// Two sets of statistics, one per domain.
  public var hasTwoSets: Bool { self == .dual || self == .split }

  /// Running statistics, one set or two.
  public var hasStatistics: Bool { self == .batch || hasTwoSets }
}

/// The trained γ and β of norms. Raw values are those of the knob `norm.affine`.
public enum NormAffine: String, Sendable, Hashable, CaseIterable {
  /// The norm's own habit: split shared, gn on, in off. ALGORITHMS §8, §10.
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

/// At which of a network's norm places a dual or split norm stands; at the others stands BN. ALGORITHMS §9.
public enum NormPlacement: Sendable, Hashable {
  /// The last norm of each stage; every norm in a network without stages.
  case stageEnds
  case all
  /// Places counted from 0 in the order of the forward pass.
  case list([Int])

  /// `stage-ends`, `all` or rising whole numbers with commas between; nil for anything else.
  public init?(_ text: String) {
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

  /// True when place `index` is one of them.
  func contains(_ index: Int, isStageEnd: Bool) -> Bool {
    switch self {
    case .stageEnds: isStageEnd
    case .all: true
    case .list(let places): places.contains(index)
    }
  }
}

extension ModelSettings {
  /// The name of a norm that would have a single value in a group.
  private var loneNorm: String? {
    Network.plannedNorms(self).first { place in
      let channels = place.shape.channels
      return place.shape.pixels == 1 && (norm == .instance || GroupNorm.groups(of: channels) == channels)
    }?.name
  }

  /// What is wrong with the settings of the norms, in one line with the remedy; nil when they can be.
  public var normComplaint: String? {
    guard norms.contains(where: { $0.kind == norm }) else {
      return "norm: '\(norm.rawValue)' is not in the catalogue; give one of "
        + norms.map { $0.kind.rawValue }.joined(separator: ", ")
    }
    guard let placement = NormPlacement(normLayers) else {
      return "norm.layers: '\(normLayers)' is not accepted; give stage-ends, all or rising whole numbers with commas"
    }
    if case .list(let places) = placement, norm.hasTwoSets, let last = places.last {
      let count = Network.normPlaces(self).count
      if count > 0, last >= count {
        return "norm.layers: \(name) has no norm \(last); its norms are 0 … \(count - 1), in the order of the pass"
      }
    }
    if norm == .instance || norm == .group, let lonely = loneNorm {
      return "norm: \(norm.rawValue) has nothing to normalise over at \(lonely), where an image is one pixel; "
        + "take larger images, another model or another norm"
    }
    let accepted: [NormAffine] =
      switch norm {
      case .split: [.shared, .separate]
      case .instance, .group: [.on, .off]
      case .batch, .dual, .identity: []
      }
    guard normAffine == .habitual || accepted.contains(normAffine) else {
      return "norm.affine: '\(normAffine.rawValue)' means nothing for norm \(norm.rawValue); give "
        + (["default"] + accepted.map(\.rawValue)).joined(separator: ", ")
    }
    return nil
  }
}
