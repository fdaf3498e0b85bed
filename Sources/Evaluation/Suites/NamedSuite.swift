import Attacks

/// A suite with a name: which attacks it runs on a model with how many classes. One declaration each, below, and a line
/// in `attackSuites`.
package struct NamedSuite: Sendable {
  /// The name on the command line and in files.
  package let name: String
  /// The name in reports.
  package let title: String
  /// The name in reports when there are so few classes that it is a different suite.
  let reducedTitle: String
  /// One line for `dualab attacks list`.
  package let summary: String
  /// What its result says about another's, in one line; nil for most.
  package let note: String?
  /// Whether cheap attacks on the first images check by default if its result can be trusted.
  package let runsChecks: Bool
  /// Whether it is meant for randomized models, whose gradients it averages.
  package let averagesGradients: Bool
  /// The attacks on a model with this many classes. Those that need more classes are left out afterwards, and targets
  /// are limited to the classes there are.
  let attacks: @Sendable (_ classes: Int) -> [any EvaluationAttack]

  init(
    name: String, title: String, reducedTitle: String? = nil, summary: String, note: String? = nil,
    runsChecks: Bool = false,
    averagesGradients: Bool = false, _ attacks: @escaping @Sendable (_ classes: Int) -> [any EvaluationAttack]
  ) {
    self.name = name
    self.title = title
    self.reducedTitle = reducedTitle ?? title
    self.summary = summary
    self.note = note
    self.runsChecks = runsChecks
    self.averagesGradients = averagesGradients
    self.attacks = attacks
  }
}

extension NamedSuite: Hashable {
  package static func == (one: NamedSuite, other: NamedSuite) -> Bool { one.name == other.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The named suites, in the order of their listing.
package let attackSuites: [NamedSuite] = [
  .standard, .plus, .rand, .quick, .sentinel, .beyond, .autoAE,
]

// MARK: the suites

/// docs/algorithms.md §7, §7.1 (few classes), §11.4 (quick).
extension NamedSuite {
  package static let standard = NamedSuite(
    name: "autoattack", title: "AutoAttack", reducedTitle: "AA",
    summary: "APGD-CE, APGD-T, FAB-T, Square: the standard to report (Croce and Hein 2020)", runsChecks: true
  ) { classes in
    let second: any EvaluationAttack = if classes == 3 { APGDDLRAttack() } else { APGDTAttack() }
    return [APGDCEAttack(), second, FABTAttack(), SquareAttack()]
  }

  package static let plus = NamedSuite(
    name: "autoattack-plus", title: "AutoAttack plus",
    summary: "APGD-CE, APGD-DLR, FAB, Square, APGD-T, FAB-T, with 5 restarts", runsChecks: true
  ) { _ in
    [
      APGDCEAttack(restarts: 5), APGDDLRAttack(restarts: 5), FABAttack(restarts: 5), SquareAttack(), APGDTAttack(),
      FABTAttack(),
    ]
  }

  package static let rand = NamedSuite(
    name: "autoattack-rand", title: "AutoAttack rand",
    summary: "APGD-CE and APGD-DLR on means of 20 gradients, for randomized networks", averagesGradients: true
  ) { _ in
    [APGDCEAttack(gradientSamples: 20), APGDDLRAttack(gradientSamples: 20)]
  }

  /// APGD-T with 10 iterations and 3 targets, or with fewer classes what is left of it with 20 iterations; then PGD
  /// with small steps from the image, at the full and at a quarter of the radius.
  package static let quick = NamedSuite(
    name: "quick", title: "quick probe",
    summary: "APGD-T with 10 iterations and two PGDs with small steps: exposes false robustness in seconds"
  ) { classes in
    let first: any EvaluationAttack =
      switch classes {
      case ..<3: APGDCEAttack(iterations: 20)
      case 3: APGDDLRAttack(iterations: 20)
      default: APGDTAttack(iterations: 10, targets: 3)
      }
    return [
      first, PGDAttack(iterations: 20, step: 1 / 16, start: .clean, anyIterate: true),
      PGDAttack(iterations: 10, step: 1 / 16, radius: 0.25, start: .clean, anyIterate: true),
    ]
  }

  /// A look of the sentinel without history: the margin attack; PGD with small steps, at the full and at a quarter of the
  /// radius; and Square with 500 queries.
  package static let sentinel = NamedSuite(
    name: "sentinel", title: "sentinel",
    summary: "a look of the sentinel without history: MM-3, PGD with small steps, Square with 500 queries",
    note:
      "AutoAttack is likely to leave less: on 34 Fashion-MNIST networks 2.2 points on average, at most 7.5 (docs/alarm.md)"
  ) { _ in
    [
      MarginAttack(), PGDAttack(iterations: 20, step: 1 / 16, start: .clean, anyIterate: true),
      PGDAttack(iterations: 10, step: 1 / 16, radius: 0.25, start: .clean, anyIterate: true),
      SquareAttack(iterations: 500),
    ]
  }

  /// Attacks that were published as at least as strong as AutoAttack at a fraction of its cost. docs/algorithms.md §7.5.
  package static let beyond = NamedSuite(
    name: "beyond", title: "beyond AutoAttack",
    summary: "PMA, MALT and a long MM-9: what AutoAttack may have left; report it next to AutoAttack, not instead"
  ) { classes in
    let second: [any EvaluationAttack] = classes < 4 ? [] : [MALTAttack()]
    return [PMAAttack()] + second + [MarginAttack(iterations: 100, targets: 9)]
  }

  /// The policy that AutoAE found for ℓ∞ (Liu et al., AAAI 2023; LeegerPENG/AutoAE): 854 iterations, those of the
  /// targeted attacks shared by nine classes.
  package static let autoAE = NamedSuite(
    name: "autoae", title: "AutoAE", summary: "seven short attacks in the order that a search found (Liu et al. 2023)"
  ) { _ in
    [
      APGDDLRAttack(iterations: 32), APGDCEAttack(iterations: 32), APGDTAttack(iterations: 7),
      FABAttack(iterations: 63), APGDTAttack(iterations: 14), APGDDLRAttack(iterations: 160),
      APGDTAttack(iterations: 42),
    ]
  }
}
