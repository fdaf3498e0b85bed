import Attacks
import Spelling

/// The attacks of an evaluation, in order: a named suite or a custom list.
package struct AttackSuite: Sendable, Hashable {
  /// The suite the list comes from; nil for a custom list.
  package let named: NamedSuite?
  /// The attacks.
  package var attacks: [AnyEvaluationAttack]

  /// A custom list.
  package init(custom attacks: [any EvaluationAttack]) {
    named = nil
    self.attacks = attacks.map(AnyEvaluationAttack.init)
  }

  /// A named suite on a model with this many classes.
  package init(_ suite: NamedSuite, classes: Int) {
    named = suite
    attacks = suite.attacks(classes).filter { type(of: $0).leastClasses <= classes }
      .map { AnyEvaluationAttack($0.limited(toClasses: classes)) }
  }

  /// From the command line: a suite's name, or attacks separated by commas, which become a cascade with the reference's
  /// defaults for custom lists; `PGD-20` is `pgd` with 20 iterations. Names as in `KnownName`.
  package init(named text: String, classes: Int) throws(EvaluationError) {
    let suites = attackSuites.map(\.name)
    if let known = KnownName(text, in: suites), let suite = attackSuites.first(where: { $0.name == known.name }) {
      self.init(suite, classes: classes)
      return
    }
    var list: [any EvaluationAttack] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      list.append(try Self.attack(String(part)).limited(toClasses: classes))
    }
    for attack in list { try attack.check(classes: classes) }
    self.init(custom: list)
  }

  /// One attack of a list.
  private static func attack(_ part: String) throws(EvaluationError) -> any EvaluationAttack {
    let trimmed = String(part.drop { $0 == " " }), names = evaluationAttacks.map { $0.name }
    guard let known = KnownName(trimmed, in: names, numbers: 1),
      let type = evaluationAttacks.first(where: { $0.name == known.name })
    else { throw complaint(part) }
    guard let iterations = known.numbers.first else { return type.listed }
    guard var attack = type.listed as? any IterativeAttack else {
      throw EvaluationError("attack '\(part)': \(known.name) has no iterations to choose; use \(known.name)")
    }
    guard (1...1_000_000).contains(iterations) else {
      throw EvaluationError("attack '\(part)': use 1 … 1000000 iterations")
    }
    attack.iterations = iterations
    return attack
  }

  /// Why a part of a list is no attack, and what to do.
  private static func complaint(_ part: String) -> EvaluationError {
    let attacks = evaluationAttacks.map { $0.name }
    if KnownName(part, in: attackSuites.map(\.name)) != nil {
      return EvaluationError(
        "'\(part)' is a suite and can't be combined with other attacks; use it alone, or combine single attacks only ("
          + attacks.joined(separator: ", ") + ")")
    }
    let known = attackSuites.map(\.name) + attacks
    let near = nearestName(to: part, in: known).map { "did you mean '\($0)'?" }
    return EvaluationError(
      "attack '\(part)' is unknown; " + (near ?? "choose from " + known.joined(separator: ", ")))
  }

  /// The suite's name in reports. With few classes the name says that it is a different suite.
  package func title(classes: Int) -> String {
    guard let named else { return attacks.map(\.title).joined(separator: " → ") }
    return classes < 4 ? "\(named.reducedTitle) (K=\(classes))" : named.title
  }
}

extension AttackSuite: Codable {
  private enum CodingKeys: String, CodingKey { case kind, attacks }
  private static let custom = "custom"

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(String.self, forKey: .kind)
    named = attackSuites.first { $0.name == kind }
    guard named != nil || kind == Self.custom else {
      throw DecodingError.dataCorruptedError(forKey: .kind, in: container, debugDescription: "unknown suite '\(kind)'")
    }
    attacks = try container.decode([AnyEvaluationAttack].self, forKey: .attacks)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(named?.name ?? Self.custom, forKey: .kind)
    try container.encode(attacks, forKey: .attacks)
  }
}
