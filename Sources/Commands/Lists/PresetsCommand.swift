import ArgumentParser
import Recipe

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
      AnyKnob.all.map { knob in
        let sign = knob.symbol == knob.name || knob.name.hasSuffix(knob.symbol) ? "" : "\(knob.symbol): "
        let unit = knob.unit.isEmpty ? "" : ", \(knob.unit)"
        return [knob.name, settings.formatted(knob), "\(sign)\(knob.help) (\(knob.accepted)\(unit))"]
      })
  }
}

struct CheckPreset: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a preset file; says what is wrong and where.",
    discussion: """
      Good is what a run can begin with. A tour is gone through as a run would: the settings of every stop, and whether it \
      comes before the last step.
      """)

  @Argument(help: "A preset's name or file.")
  var preset: String

  @OptionGroup var folders: FolderOptions

  func run() throws {
    let checked = try folders.access.preset(preset)
    if let complaint = checked.complaint { throw CommandFailure.usage("preset '\(preset)': \(complaint)") }
    try Output.standard.result("\(checked.name): good\n")
  }
}

extension NamedPreset {
  /// What a run with it would be refused for, now or at a stop of its tour; nil when it is good.
  package var complaint: String? {
    if let complaint = settings.startComplaint { return "\(complaint)" }
    var settings = settings
    let steps = settings[.steps]
    for stop in tour {
      if steps > 0, stop.step >= steps {
        return "tour: the stop at step \(stop.step) is not before the last of \(steps) steps; give an earlier step, or "
          + "more steps"
      }
      // The reader of the file has checked every value.
      for change in stop.changes { try? settings.set(change.knob, to: change.value) }
      if let complaint = settings.startComplaint { return "tour, step \(stop.step): \(complaint)" }
    }
    return nil
  }
}
