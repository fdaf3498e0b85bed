import ArgumentParser
import Events

/// `dualab presets`: the preset files.
struct PresetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets", abstract: "List, show and check presets.",
    subcommands: [ListPresets.self, ShowPreset.self, CheckPreset.self], defaultSubcommand: ListPresets.self)
}

struct ListPresets: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Name and purpose of every preset.")

  @OptionGroup var folders: FolderOptions

  func run() throws {
    let rows = try folders.access.presetEntries().map { [$0.name, $0.summary] }
    try Output.standard.result(Listing.text(rows))
  }
}

struct ShowPreset: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Every setting of a preset, with its meaning.")

  @Argument(help: "A preset's name or file.")
  var preset: String

  @OptionGroup var folders: FolderOptions

  func run() throws {
    let shown = try folders.access.preset(preset)
    try Output.standard.result("\(shown.name): \(shown.summary)\n" + Self.settings(shown.settings))
  }

  /// One line a setting: name, value, sign of the paper if it has one, meaning, accepted values.
  static func settings(_ settings: Settings) -> String {
    Listing.text(
      Knob.all.map { knob in
        let sign = knob.symbol == knob.name || knob.name.hasSuffix(knob.symbol) ? "" : "\(knob.symbol): "
        let unit = knob.unit.isEmpty ? "" : ", \(knob.unit)"
        return [knob.name, settings.formatted(knob.name), "\(sign)\(knob.help) (\(knob.accepted)\(unit))"]
      })
  }
}

struct CheckPreset: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a preset file; says what is wrong and where.")

  @Argument(help: "A preset's name or file.")
  var preset: String

  @OptionGroup var folders: FolderOptions

  func run() throws {
    let checked = try folders.access.preset(preset)
    try Output.standard.result("\(checked.name): good\n")
  }
}
