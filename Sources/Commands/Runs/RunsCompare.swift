import ArgumentParser
import Events
import Foundation
import Readout
import Recipe
import Runs

/// `dualab runs compare`: several runs next to each other.
struct RunsCompare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare runs: settings that differ, final numbers with intervals, curves.")

  @Argument(help: ArgumentHelp("Two or more runs.", valueName: "runs"))
  var names: [String]

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    guard names.count > 1 else { throw CommandFailure.usage("compare: name two or more runs") }
    let stores = try names.map { try RunName($0).store() }, cards = try stores.map(RunCard.init)
    if json { return try Output.standard.result(try RunJSON.text(cards.map(RunJSON.init)) + "\n") }
    let columns = Output.standard.tableColumns()
    let tables = [RunComparison.settings(cards), RunComparison.results(cards)]
    for table in tables where !table.isEmpty {
      for line in Listing.table(table, columns: columns) { try Output.standard.result(line + "\n") }
      try Output.standard.result("\n")
    }
    for line in try RunComparison.chart(stores, cards, columns: columns ?? 100) {
      try Output.standard.result(line + "\n")
    }
  }
}
