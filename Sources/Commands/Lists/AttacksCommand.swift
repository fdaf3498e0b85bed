import ArgumentParser
import Attacks
import Evaluation
import Readout

/// `dualab attacks`: what `dualab attack` can run.
package struct AttacksCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "attacks", abstract: "List attacks and suites, or show their settings.",
    subcommands: [ListAttacks.self, ShowAttack.self], defaultSubcommand: ListAttacks.self)

  package init() {}
}

struct ListAttacks: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List every suite and every attack.")

  func run() throws {
    let suites = attackSuites.map { [$0.name, $0.summary] }
    try Output.standard.result(
      Listing.text(
        suites + evaluationAttacks.map { [$0.name, $0.summary] }, columns: Output.standard.tableColumns()))
  }
}

struct ShowAttack: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the settings of every attack in a suite or list.")

  @Argument(help: "A suite, an attack, or attacks separated by commas.")
  var name: String

  @Option(help: "Number of classes of the network. With few classes, suites run different attacks.")
  var classes = 10

  func run() throws {
    guard (2...100_000).contains(classes) else {
      throw CommandFailure.usage("--classes \(classes): use a whole number in 2 … 100000")
    }
    let suite: AttackSuite
    do { suite = try AttackSuite(named: name, classes: classes) } catch { throw CommandFailure.usage("\(error)") }
    let head = ["attack", "restarts", "targets", "iterations", "other"]
    let rows = suite.attacks.map { attack in
      [
        attack.title, "\(attack.restarts)", attack.base.targetCount(classes: classes).map(String.init) ?? "–",
        "\(attack.iterations)", attack.details.joined(separator: ", "),
      ]
    }
    try Output.standard.result(
      suite.title(classes: classes) + "\n" + Listing.text([head] + rows, columns: Output.standard.tableColumns()))
  }
}
