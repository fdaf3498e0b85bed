import Events
import Foundation
import Plotting

/// A preset as the commands see it.
package struct NamedPreset {
  package let name: String
  package let summary: String
  package let settings: Settings

  package init(name: String, summary: String, settings: Settings) {
    self.name = name
    self.summary = summary
    self.settings = settings
  }
}

/// All that the commands know of preset and theme files.
struct PresetAccess {
  static let defaultPreset = "false-robustness"
  static let defaultTheme = "midnight"

  let presetsFolder: String?
  let themesFolder: String?

  /// Every preset, by name.
  func presets() throws -> [NamedPreset] {
    [NamedPreset(name: Self.defaultPreset, summary: "every setting at its initial value", settings: Settings())]
  }

  /// The preset of that name or file. Throws `CommandFailure`.
  func preset(_ nameOrPath: String) throws -> NamedPreset {
    let all = try presets()
    guard let found = all.first(where: { $0.name == nameOrPath }) else {
      let near = nearestName(to: nameOrPath, in: all.map(\.name))
      let hint = near.map { "did you mean '\($0)'?" } ?? "'dualab presets list' lists all"
      throw CommandFailure.usage("--preset \(nameOrPath): no such preset; \(hint)")
    }
    return found
  }

  /// Every theme, by name.
  func themes() throws -> [Theme] { [Theme.mono] }

  /// The theme of that name or file. Throws `CommandFailure`.
  func theme(_ nameOrPath: String) throws -> Theme {
    let all = try themes()
    guard let found = all.first(where: { $0.name == nameOrPath }) else {
      let near = nearestName(to: nameOrPath, in: all.map(\.name))
      let hint = near.map { "did you mean '\($0)'?" } ?? "'dualab themes list' lists all"
      throw CommandFailure.usage("--theme \(nameOrPath): no such theme; \(hint)")
    }
    return found
  }

  /// A preset file that repeats a run without its preset: every setting is in it.
  static func resolvedFile(_ preset: NamedPreset, settings: Settings) -> String {
    let lines = Knob.all.map { knob in
      if case .text = knob.kind { return "\(knob.name): \"\(settings.text(knob.name))\"" }
      return "\(knob.name): \(settings.formatted(knob.name))"
    }
    return (["# Resolved settings of a run of '\(preset.name)'."] + lines).joined(separator: "\n") + "\n"
  }
}
