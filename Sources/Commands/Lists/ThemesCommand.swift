import ArgumentParser
import Plotting
import Presets
import Readout

/// `dualab themes`: the theme files.
struct ThemesCommand: FileCommand {
  typealias Item = ThemeFile

  static let configuration = CommandConfiguration(
    commandName: "themes", abstract: "List, show and check color themes.",
    subcommands: [ListItems<Self>.self, ShowItem<Self>.self, ThemesCheck.self],
    defaultSubcommand: ListItems<Self>.self)

  static let listHelp = "List all themes."
  static let showHelp = "Show the colors of a theme, role by role."
  static let checkDiscussion = ""

  static func text(of file: ThemeFile) -> String {
    let rows = Theme.Role.allCases.map { [$0.rawValue] + words(file.theme[$0]) }
    return "\(file.name)\n" + Listing.text(rows, columns: Output.standard.tableColumns())
  }

  static func complaint(about file: ThemeFile) -> String? { nil }

  /// Foreground, background, attributes.
  private static func words(_ style: Style) -> [String] {
    let attributes: [(Style.Attributes, String)] = [
      (.bold, "bold"), (.dim, "dim"), (.underline, "underline"), (.reverse, "reverse"),
    ]
    let set = attributes.filter { style.attributes.contains($0.0) }.map(\.1).joined(separator: " ")
    return [word(style.foreground), "on \(word(style.background))", set]
  }

  private static func word(_ color: Color) -> String {
    switch color {
    case .terminal: return "terminal"
    case .palette(let index): return "palette \(index)"
    case .rgb(let red, let green, let blue):
      return "#" + [red, green, blue].map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
  }
}
