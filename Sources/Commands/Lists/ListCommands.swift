import ArgumentParser
import Events
import Presets
import Readout

/// A command with a subcommand `list`, which prints a line for each item.
protocol ListingCommand: ParsableCommand {
  /// The options of `list`.
  associatedtype ListOptions: ParsableArguments
  /// The help of `list`.
  static var listHelp: String { get }
  /// The columns of each line; the first one is the item's name.
  static func rows(_ options: ListOptions) throws -> [[String]]
}

/// For lists of what is built in.
struct NoOptions: ParsableArguments {}

struct ListItems<Command: ListingCommand>: ParsableCommand {
  static var configuration: CommandConfiguration {
    let options = Command.ListOptions.self == NoOptions.self ? "" : " [<options>]"
    return CommandConfiguration(
      commandName: "list", abstract: Command.listHelp, usage: usage(of: Command.self, "list\(options)"))
  }

  @OptionGroup var options: Command.ListOptions

  func run() throws {
    try Output.standard.result(Listing.text(try Command.rows(options), columns: Output.standard.tableColumns()))
  }
}

/// A command for files that are found by name, with subcommands `list`, `show` and `check`.
protocol FileCommand: ListingCommand where ListOptions == FolderOptions {
  associatedtype Item: Resource
  /// The help of `show`.
  static var showHelp: String { get }
  /// What `check` checks, in its help; empty when that is obvious.
  static var checkDiscussion: String { get }
  /// What `show` prints.
  static func text(of item: Item) -> String
  /// Why an item cannot be used although its file can be read; nil when it can be used.
  static func complaint(about item: Item) -> String?
}

extension FileCommand {
  static func rows(_ options: FolderOptions) throws -> [[String]] { try options.rows(of: Item.self) }
}

extension FolderOptions {
  /// Name and summary of each item of one kind.
  func rows<Item: Resource>(of kind: Item.Type) throws -> [[String]] {
    try library(of: kind).list().map { [$0.name, $0.summary] }
  }
}

/// The argument of `show` and `check`.
struct ItemOptions<Command: FileCommand>: ParsableArguments {
  @Argument(help: ArgumentHelp("Name or file of the \(Command.Item.kind.noun).", valueName: Command.Item.kind.noun))
  var nameOrPath: String

  @OptionGroup var folders: FolderOptions

  var item: Command.Item { get throws { try folders.library(of: Command.Item.self).load(nameOrPath) } }
}

struct ShowItem<Command: FileCommand>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "show", abstract: Command.showHelp,
      usage: usage(of: Command.self, "show <\(Command.Item.kind.noun)> [<options>]"))
  }

  @OptionGroup var options: ItemOptions<Command>

  func run() throws { try Output.standard.result(Command.text(of: try options.item)) }
}

struct CheckItem<Command: FileCommand>: ParsableCommand {
  static var configuration: CommandConfiguration {
    let noun = Command.Item.kind.noun
    return CommandConfiguration(
      commandName: "check", abstract: "Check a \(noun) and report what is wrong and where.",
      usage: usage(of: Command.self, "check <\(noun)> [<options>]"), discussion: Command.checkDiscussion)
  }

  @OptionGroup var options: ItemOptions<Command>

  func run() throws {
    let item = try options.item
    if let complaint = Command.complaint(about: item) {
      throw CommandFailure.usage("\(Command.Item.kind.noun) '\(options.nameOrPath)': \(complaint)")
    }
    try Output.standard.result("\(item.name): OK\n")
  }
}

/// The usage line of a subcommand; the parser's own does not wrap.
private func usage(of command: (some ParsableCommand).Type, _ rest: String) -> String {
  "dualab \(command.configuration.commandName ?? "") \(rest)"
}
