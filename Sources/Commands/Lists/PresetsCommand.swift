import ArgumentParser
import Events
import Panes
import Presets
import Readout
import Recipe

/// `dualab presets`: the preset files.
struct PresetsCommand: FileCommand {
  typealias Item = Preset

  static let configuration = CommandConfiguration(
    commandName: "presets", abstract: "List, show and check presets.",
    subcommands: [ListItems<Self>.self, ShowItem<Self>.self, CheckItem<Self>.self],
    defaultSubcommand: ListItems<Self>.self)

  static let listHelp = "List all presets with their purpose."
  static let showHelp = "Show every setting of a preset with its meaning."
  static let checkDiscussion =
    "A preset is valid if a run can start from it. In a tour, the settings must also be compatible after each stop, and "
    + "each stop must come before the last step, and its pane must be one of the lab's."

  /// One line per setting: name, value, symbol in the paper if there is one, meaning, accepted values.
  static func text(of preset: Preset) -> String {
    let rows = AnyKnob.all.map { knob in
      let symbol = knob.symbol == knob.name || knob.name.hasSuffix(knob.symbol) ? "" : "\(knob.symbol): "
      let unit = knob.unit.isEmpty ? "" : ", \(knob.unit)"
      return [knob.name, preset.settings.formatted(knob), "\(symbol)\(knob.help) (\(knob.accepted)\(unit))"]
    }
    return "\(preset.name): \(preset.summary)\n" + Listing.text(rows, columns: Output.standard.tableColumns())
  }

  static func complaint(about preset: Preset) -> String? { preset.complaint }
}

extension Preset {
  /// Why a run cannot start from it, or will fail at a stop of its tour; nil when it is valid.
  package var complaint: String? {
    if let complaint = settings.startComplaint { return "\(complaint)" }
    var settings = settings
    let steps = settings[.steps]
    for stop in tour {
      if let complaint = stop.paneComplaint { return "tour, step \(stop.step): \(complaint)" }
      if steps > 0, stop.step >= steps {
        return "tour: the stop at step \(stop.step) is too late for a run of \(steps) steps; use an earlier step, or "
          + "more steps"
      }
      // The reader of the file has checked every value.
      for change in stop.changes { try? settings.set(change.knob, to: change.value) }
      if let complaint = settings.startComplaint { return "tour, step \(stop.step): \(complaint)" }
    }
    return nil
  }
}

extension TourStop {
  /// Why the lab has no such pane; nil when it has, or when none is named.
  fileprivate var paneComplaint: String? {
    let known = paneCatalogue.map { $0.id }
    guard let pane, !known.contains(pane) else { return nil }
    return "there is no pane '\(pane)'; use one of \(known.joined(separator: ", "))"
  }
}
