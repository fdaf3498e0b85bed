import ArgumentParser
import Plotting
import Presets

/// `dualab themes check`: reads themes and measures whether everything in them can be seen.
struct ThemesCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check themes: syntax, contrast, and how far chart lines are apart.",
    usage: "dualab themes check [<theme> …] [<options>]",
    discussion: """
      Text needs a contrast of 4.5 (WCAG 2.2) on the background, in the header and in dialogs. Two chart lines need a \
      difference of 15 (ΔE 2000) with normal vision, protanopia, deuteranopia and tritanopia, or one of them 'dashed'. \
      Without a name, all themes are checked. Ends with 2 when one fails.
      """)

  @Argument(help: ArgumentHelp("Names or files of themes (default: all).", valueName: "theme"))
  var names: [String] = []

  @OptionGroup var folders: FolderOptions

  func run() throws {
    let library = try folders.library(of: ThemeFile.self)
    let files = try (names.isEmpty ? library.list().map(\.name) : names).map { try library.load($0) }
    for file in files {
      let isGood = file.warnings.isEmpty
      let lines = isGood ? file.measurements : file.theme.findings.filter { !$0.isGood }.map(\.sentence)
      try Output.standard.result("\(file.name): \(isGood ? "OK" : "hard to see")\n")
      for line in lines { try Output.standard.result("  \(line)\n") }
    }
    let failed = files.filter { !$0.warnings.isEmpty }.map(\.name)
    guard failed.isEmpty else {
      throw CommandFailure.usage("theme \(failed.joined(separator: ", ")): hard to see; change the colors named above")
    }
  }
}
