import ArgumentParser
import Networks

/// `dualab models`: the network architectures.
struct ModelsCommand: ListingCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the network architectures.", subcommands: [ListItems<Self>.self],
    defaultSubcommand: ListItems<Self>.self)

  static let listHelp = "List all network architectures with their layers."

  static func rows(_: NoOptions) -> [[String]] { models.map { [$0.name, $0.summary] } }
}
