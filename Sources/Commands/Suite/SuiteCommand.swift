import ArgumentParser
import Presets

extension SuiteScale: ExpressibleByArgument {}

/// `dualab suite`: the tables and figures of the paper.
struct SuiteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suite",
    abstract: "Reproduce a table or figure of the paper: train its rows, attack them, make the table.",
    subcommands: [ListSuites.self, ShowSuite.self, RunSuite.self], defaultSubcommand: ListSuites.self)
}

struct ListSuites: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Name and purpose of every suite.")

  @OptionGroup var folders: FolderOptions

  func run() throws {
    let rows = try folders.access.suiteEntries().map { [$0.name, $0.summary] }
    try Output.standard.result(Listing.text(rows))
  }
}

struct ShowSuite: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "What a suite trains and measures, row by row.")

  @Argument(help: "A suite's name or file.")
  var suite: String

  @Option(help: "lite or full; both when it is not given.")
  var scale: SuiteScale?

  @OptionGroup var folders: FolderOptions

  func run() throws {
    let shown = try folders.access.suite(suite), presets = try folders.access.presetLibrary()
    var text = "\(shown.name): \(shown.title)\n\(shown.header)\n"
    for scale in scale.map({ [$0] }) ?? SuiteScale.allCases {
      guard let base = shown.bases[scale] else { continue }
      let rows: [ResolvedRow]
      do { rows = try shown.resolved(scale, presets: presets) } catch { throw CommandFailure.usage("\(error)") }
      let seeds = base.seeds.map(String.init).joined(separator: ", ")
      text += "\n\(scale.rawValue): seeds \(seeds); \(base.limit) test images\n"
      text += Listing.text(try rows.map { try [$0.label, $0.preset, Self.changes($0, presets)] })
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
