import ArgumentParser
import Presets
import Readout

extension SuiteScale: ExpressibleByArgument {}

/// `dualab suite`: the tables and figures of the paper.
struct SuiteCommand: AsyncParsableCommand, ListingCommand {
  static let configuration = CommandConfiguration(
    commandName: "suite",
    abstract: "Reproduce a table or figure of the paper: train its rows, attack them, print the table.",
    subcommands: [ListItems<Self>.self, ShowSuite.self, RunSuite.self], defaultSubcommand: ListItems<Self>.self)

  static let listHelp = "List all suites with their purpose."

  static func rows(_ options: FolderOptions) throws -> [[String]] { try options.rows(of: Suite.self) }
}

struct ShowSuite: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what a suite trains and measures, row by row.",
    usage: "dualab suite show <suite> [<options>]")

  @Argument(help: "Name or file of the suite.")
  var suite: String

  @Option(help: "Show only this scale.")
  var scale: SuiteScale?

  @OptionGroup var folders: FolderOptions

  func run() throws {
    let shown = try folders.library(of: Suite.self).load(suite), presets = try folders.library(of: Preset.self)
    var text = "\(shown.name): \(shown.title)\n\(shown.header)\n"
    for scale in scale.map({ [$0] }) ?? SuiteScale.allCases {
      guard let base = shown.bases[scale] else { continue }
      let seeds = base.seeds.map(String.init).joined(separator: ", ")
      text += "\n\(scale.rawValue): seeds \(seeds); \(base.limit) test images\n"
      text += Listing.text(
        try shown.resolved(scale, presets: presets).map { row in
          [row.label, row.preset, try Self.changes(row, presets)]
        }, columns: Output.standard.tableColumns())
    }
    try Output.standard.result(text)
  }

  /// The settings in which a row differs from its preset.
  private static func changes(_ row: ResolvedRow, _ presets: PresetLibrary) throws -> String {
    let preset = try presets.load(row.preset).settings
    return row.settings.differences(from: preset)
      .map { "\($0.name)=\(row.settings.formatted($0))" }.joined(separator: " ")
  }
}
