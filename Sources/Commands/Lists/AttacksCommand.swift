import ArgumentParser
import Attacks
import Evaluation
import Spelling

/// `dualab attacks`: what `dualab attack` can run.
package struct AttacksCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "attacks", abstract: "List and show the attacks.", subcommands: [ListAttacks.self, ShowAttack.self],
    defaultSubcommand: ListAttacks.self)

  package init() {}
}

struct ListAttacks: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Every suite and every attack.")

  func run() throws {
    let suites = AttackSuite.Kind.allCases.compactMap { kind in kind.summary.map { [kind.rawValue, $0] } }
    try Output.standard.result(Listing.text(suites + AttackName.allCases.map { [$0.rawValue, $0.summary] }))
  }
}

struct ShowAttack: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "The settings of every attack of a suite or a list.")

  @Argument(help: "A suite, an attack, or attacks with commas between.")
  var name: String

  @Option(help: "Classes of the network: few classes change a suite.")
  var classes = 10

  func run() throws {
    guard (2...100_000).contains(classes) else {
      throw CommandFailure.usage("--classes \(classes): give a whole number in 2 … 100000")
    }
    let suite: AttackSuite
    do { suite = try AttackSuite(named: name, classes: classes) } catch { throw CommandFailure.usage("\(error)") }
    let head = ["attack", "restarts", "targets", "iterations", "other"]
    let rows = suite.attacks.map { spec in
      [
        spec.title, "\(spec.restarts)", spec.name.isTargeted ? "\(spec.targets(classes: classes))" : "–",
        "\(spec.iterations)", Self.others(spec),
      ]
    }
    try Output.standard.result(suite.title(classes: classes) + "\n" + Listing.text([head] + rows))
  }

  private static func others(_ spec: AttackSpec) -> String {
    var parts: [String] = []
    if spec.gradientSamples > 1 { parts.append("mean of \(spec.gradientSamples) gradients") }
    if spec.name == .pgd {
      parts.append("step \(Fraction.decimal(spec.step)) ε, start \(spec.start.rawValue)")
      if spec.radius != 1 { parts.append("radius \(Fraction.decimal(spec.radius)) ε") }
      if spec.anyIterate { parts.append("any iterate counts") }
    }
    if spec.name == .square { parts.append("windows from \(Fraction.decimal(spec.initialShare)) of the pixels") }
    return parts.joined(separator: ", ")
  }
}

extension AttackSuite.Kind {
  /// One line for the listing; nil for what is no name.
  fileprivate var summary: String? {
    switch self {
    case .standard: "APGD-CE, APGD-T, FAB-T, Square: the standard to report (Croce and Hein 2020)"
    case .plus: "APGD-CE, APGD-DLR, FAB, Square, APGD-T, FAB-T, with 5 restarts"
    case .rand: "APGD-CE and APGD-DLR on means of 20 gradients, for randomised networks"
    case .quick: "APGD-T of 10 iterations and two PGDs of small steps: exposes false robustness in seconds"
    case .custom: nil
    }
  }
}

extension AttackName {
  /// One line for the listing.
  fileprivate var summary: String {
    switch self {
    case .fgsm: "one step along the (sign of the) gradient (Goodfellow et al. 2015)"
    case .pgd: "projected gradient descent, 10 steps of ε/4 (Madry et al. 2018)"
    case .apgdCE: "PGD with adaptive steps on the cross-entropy (Croce and Hein 2020)"
    case .apgdDLR: "the same on the difference of logits ratio"
    case .apgdT: "the same on the targeted ratio, for up to 9 target classes"
    case .fab: "smallest perturbation over linearised boundaries (Croce and Hein 2020)"
    case .fabT: "the same towards up to 9 target classes"
    case .square: "random squares, no gradients, 5000 queries (Andriushchenko et al. 2020)"
    }
  }
}
