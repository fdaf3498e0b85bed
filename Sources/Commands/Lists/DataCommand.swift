import ArgumentParser
import Datasets

/// `dualab data`: the data sets.
struct DataCommand: ListingCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "List the data sets and whether they are installed.",
    subcommands: [ListItems<Self>.self], defaultSubcommand: ListItems<Self>.self)

  static let listHelp = "List all data sets, whether they are installed, and how to get those that are missing."

  static func rows(_: NoOptions) -> [[String]] { dataSources.map { [$0.name, availability(of: $0), $0.summary] } }

  /// `found`, or what to do about the missing files.
  static func availability(of source: any DataSource.Type) -> String {
    source.absence(.standard).map { "missing: \($0)" } ?? "found"
  }
}
