import ArgumentParser
import Plotting

/// `dualab themes`: the theme files.
struct ThemesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "themes", abstract: "List, show and check themes.",
    subcommands: [ListThemes.self, ShowTheme.self, CheckTheme.self], defaultSubcommand: ListThemes.self)
}

struct ListThemes: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Name of every theme.")

  @OptionGroup var folders: FolderOptions

  func run() throws {
    try Output.standard.result(Listing.text(try folders.access.themeEntries().map { [$0.name, $0.summary] }))
  }
}

struct ShowTheme: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "The colours of a theme, role by role.")

  @Argument(help: "A theme's name or file.")
  var theme: String

  @OptionGroup var folders: FolderOptions

  func run() throws {
    let shown = try folders.access.theme(theme)
    let rows = Theme.Role.allCases.map { [$0.rawValue] + Self.words(shown[$0]) }
    try Output.standard.result("\(shown.name)\n" + Listing.text(rows))
  }

  /// Foreground, background, attributes.
  static func words(_ style: Style) -> [String] {
    let attributes: [(Style.Attributes, String)] = [
      (.bold, "bold"), (.dim, "dim"), (.underline, "underline"), (.reverse, "reverse"),
    ]
    let set = attributes.filter { style.attributes.contains($0.0) }.map(\.1).joined(separator: " ")
    return [colour(style.foreground), "on \(colour(style.background))", set]
  }

  private static func colour(_ colour: Color) -> String {
    switch colour {
    case .terminal: return "terminal"
    case .palette(let index): return "palette \(index)"
    case .rgb(let red, let green, let blue):
      return "#" + [red, green, blue].map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
  }
}

struct CheckTheme: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a theme file; says what is wrong and where.")

  @Argument(help: "A theme's name or file.")
  var theme: String

  @OptionGroup var folders: FolderOptions

  func run() throws {
    let checked = try folders.access.theme(theme)
    try Output.standard.result("\(checked.name): good\n")
  }
}
