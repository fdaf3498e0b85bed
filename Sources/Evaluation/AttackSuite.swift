import Attacks

/// The attacks of an evaluation, in order. ALGORITHMS §7, §7.1 (few classes), §11.4 (quick).
package struct AttackSuite: Sendable, Hashable, Codable {
  /// Where the list comes from.
  package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case standard = "autoattack"
    case plus = "autoattack-plus"
    case rand = "autoattack-rand"
    case quick
    case custom
  }

  /// Where the list comes from.
  package let kind: Kind
  /// The attacks.
  package var attacks: [AttackSpec]

  /// A list of one's own.
  package init(custom attacks: [AttackSpec]) {
    kind = .custom
    self.attacks = attacks
  }

  /// A named suite on a model with so many classes; `custom` is empty.
  package init(_ kind: Kind, classes: Int) {
    self.kind = kind
    attacks =
      switch kind {
      case .standard: Self.standard
      case .plus: Self.plus
      case .rand: Self.rand
      case .quick: Self.quick
      case .custom: []
      }
    guard kind != .custom else { return }
    if kind == .quick {
      // §7.1's rule for the targeted attack: what is left of it with fewer classes, at 20 iterations.
      if classes == 3 { attacks[0] = AttackSpec(.apgdDLR, iterations: 20) }
      if classes < 3 { attacks[0] = AttackSpec(.apgdCE, iterations: 20) }
    } else if kind == .standard && classes == 3 {
      attacks[1] = AttackSpec(.apgdDLR)
    }
    attacks = attacks.filter { classes >= $0.name.leastClasses }
    for index in attacks.indices where attacks[index].name.isTargeted {
      attacks[index].targets = max(1, attacks[index].targets(classes: classes))
    }
  }

  /// `autoattack`, `autoattack-plus`, `autoattack-rand`, `quick`, or names of attacks with commas between them, which
  /// become a cascade with the reference's defaults for custom lists (five restarts of untargeted APGD and FAB).
  package init(named text: String, classes: Int) throws(EvaluationError) {
    if let kind = Kind(rawValue: text), kind != .custom {
      self.init(kind, classes: classes)
      return
    }
    var list: [AttackSpec] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let name = AttackName(rawValue: String(part)) else {
        let known = Kind.allCases.filter { $0 != .custom }.map(\.rawValue) + AttackName.allCases.map(\.rawValue)
        throw EvaluationError("attack '\(part)' is unknown; there are: \(known.joined(separator: ", "))")
      }
      let restarts = [.apgdCE, .apgdDLR, .fab].contains(name) ? 5 : 1
      list.append(AttackSpec(name, restarts: restarts, targets: max(1, min(9, classes - 1))))
    }
    for spec in list { try spec.check(classes: classes) }
    self.init(custom: list)
  }

  /// The suite's name as reports write it; with few classes it is said that the suite is another one.
  package func title(classes: Int) -> String {
    let small = classes < 4 ? " (K=\(classes))" : ""
    return switch kind {
    case .standard: classes < 4 ? "AA\(small)" : "AutoAttack"
    case .plus: "AutoAttack plus\(small)"
    case .rand: "AutoAttack rand\(small)"
    case .quick: "quick probe\(small)"
    case .custom: attacks.map(\.title).joined(separator: " → ")
    }
  }

  private static let standard = [
    AttackSpec(.apgdCE), AttackSpec(.apgdT), AttackSpec(.fabT), AttackSpec(.square),
  ]

  private static let plus = [
    AttackSpec(.apgdCE, restarts: 5), AttackSpec(.apgdDLR, restarts: 5), AttackSpec(.fab, restarts: 5),
    AttackSpec(.square), AttackSpec(.apgdT), AttackSpec(.fabT),
  ]

  private static let rand = [
    AttackSpec(.apgdCE, gradientSamples: 20), AttackSpec(.apgdDLR, gradientSamples: 20),
  ]

  /// APGD-T 10 × 3 targets; PGD of small steps from the image, at the full and at a quarter of the radius.
  private static let quick = [
    AttackSpec(.apgdT, iterations: 10, targets: 3),
    AttackSpec(.pgd, iterations: 20, step: 1 / 16, start: .clean, anyIterate: true),
    AttackSpec(.pgd, iterations: 10, step: 1 / 16, radius: 0.25, start: .clean, anyIterate: true),
  ]
}
