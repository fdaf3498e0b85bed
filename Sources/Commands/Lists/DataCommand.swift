import ArgumentParser

/// `dualab data`: the data sets.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "List the data sets, and whether they are there.", subcommands: [ListData.self],
    defaultSubcommand: ListData.self)
}

struct ListData: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Every data set, what it is, and how to get it when it is absent.")

  func run() throws {
    let rows = Resources.data.map { data in
      [data.name, data.remedy.map { "absent: \($0)" } ?? "there", data.summary]
    }
    try Output.standard.result(Listing.text(rows))
  }
}
