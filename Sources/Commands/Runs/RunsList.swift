import ArgumentParser
import Foundation
import Readout
import Runs

/// `dualab runs list`: the runs in a folder.
struct RunsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the runs in a folder: where they stand and what they reached.")

  @Argument(help: ArgumentHelp("Folder to look in.", valueName: "dir"))
  var folder = "runs"

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let url = URL(fileURLWithPath: folder), names = RunName.known(in: url)
    var cards: [RunCard] = []
    for name in names {
      do {
        cards.append(try RunCard(try RunStore.open(url.appendingPathComponent(name), writing: false)))
      } catch {
        // One damaged run hides none of the others.
        try Output.standard.error("\(error)\n")
      }
    }
    if json { return try Output.standard.result(try RunJSON.text(cards.map(RunJSON.init)) + "\n") }
    guard !cards.isEmpty else {
      return try Output.standard.error("no runs in \(folder); 'dualab' and 'dualab train' write them there\n")
    }
    let rows = RunTable.rows(cards)
    for line in Listing.table(rows, columns: Output.standard.tableColumns()) { try Output.standard.result(line + "\n") }
  }
}
