import Events
import Foundation
import Plotting
import Presets
import Recipe

/// A preset as the commands see it.
package struct NamedPreset {
  package let name: String
  package let summary: String
  package let settings: Settings
  /// Timed interventions.
  package let tour: [TourStop]

  package init(name: String, summary: String, settings: Settings, tour: [TourStop] = []) {
    self.tour = tour
    self.name = name
    self.summary = summary
    self.settings = settings
  }
}

/// Preset, suite and theme files for the commands: what they are called, where they are, and errors as usage errors.
struct PresetAccess {
  static let defaultPreset = "false-robustness"
  static let defaultTheme = "midnight"

  let presetsFolder: String?
  let themesFolder: String?
  let suitesFolder: String?

  /// Throws `CommandFailure` when a folder that was given is not there.
  func check() throws {
    let given: [(ResourceFolders.Kind, String?)] = [
      (.presets, presetsFolder), (.suites, suitesFolder), (.themes, themesFolder),
    ]
    for (kind, folder) in given where folder != nil {
      _ = try asUsage { try ResourceFolders.standard(kind, override: folder) }
    }
  }

  /// Every preset by name; a file that cannot be read is listed with what is wrong.
  func presetEntries() throws -> [ResourceEntry] { try presetLibrary().list() }

  /// The preset of that name or file. Throws `CommandFailure`.
  func preset(_ nameOrPath: String) throws -> NamedPreset {
    let preset = try asUsage { try presetLibrary().load(nameOrPath) }
    return NamedPreset(name: preset.name, summary: preset.summary, settings: preset.settings, tour: preset.tour)
  }

  /// Every suite by name; a file that cannot be read is listed with what is wrong.
  func suiteEntries() throws -> [ResourceEntry] { try suiteLibrary().list() }

  /// The suite of that name or file. Throws `CommandFailure`.
  func suite(_ nameOrPath: String) throws -> Suite { try asUsage { try suiteLibrary().load(nameOrPath) } }

  /// Every theme by name; a file that cannot be read is listed with what is wrong.
  func themeEntries() throws -> [ResourceEntry] { try themeLibrary().list() }

  /// The themes that can be used, by name.
  func themes() throws -> [Theme] {
    let library = try themeLibrary()
    return library.list().compactMap { try? library.load($0.path).theme }
  }

  /// The theme of that name or file. Throws `CommandFailure`.
  func theme(_ nameOrPath: String) throws -> Theme { try asUsage { try themeLibrary().load(nameOrPath).theme } }

  /// A preset file that repeats a run without its preset: every setting is in it, and every change that was timed.
  static func resolvedFile(_ preset: NamedPreset, settings: Settings, tour: [TourStop]) -> String {
    resolvedYAML(settings, tour: tour, header: "The resolved settings of a run of '\(preset.name)'.")
  }

  /// The presets that can be found.
  func presetLibrary() throws -> PresetLibrary {
    PresetLibrary(try asUsage { try ResourceFolders.standard(.presets, override: presetsFolder) })
  }

  private func suiteLibrary() throws -> SuiteLibrary {
    SuiteLibrary(try asUsage { try ResourceFolders.standard(.suites, override: suitesFolder) })
  }

  private func themeLibrary() throws -> ThemeLibrary {
    ThemeLibrary(try asUsage { try ResourceFolders.standard(.themes, override: themesFolder) })
  }

  private func asUsage<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as ResourceError { throw CommandFailure.usage(error.description) }
  }
}
