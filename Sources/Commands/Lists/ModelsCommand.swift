import ArgumentParser

/// `dualab models`: the networks.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the networks.", subcommands: [ListModels.self],
    defaultSubcommand: ListModels.self)
}

struct ListModels: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Name and build of every network.")

  func run() throws { try Output.standard.result(Listing.text(Resources.models.map { [$0.name, $0.summary] })) }
}
