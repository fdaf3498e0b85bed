import ArgumentParser
import Foundation
import Lab
import Plotting
import Presets
import Terminal

extension Symbols: ExpressibleByArgument {}
extension FrameFormat: ExpressibleByArgument {}

/// How a screen looks, and whether there is one.
package struct LookOptions: ParsableArguments {
  private static let defaultTheme = "midnight"

  @Option(help: ArgumentHelp("Color theme: a name or a file (default: \(defaultTheme)).", valueName: "theme"))
  var theme: String?

  @Option(help: "Character set for charts (default: the finest that the terminal can show).")
  var symbols: Symbols?

  @Flag(help: "Big mode for a projector: large numbers, few panes, no small print (key D).")
  var demo = false

  @Flag(help: "Describe the screen in sentences instead of drawing it.")
  var describe = false

  @Flag(help: "Use the full-screen interface even if stdout is not a terminal.")
  var tui = false

  @Option(help: ArgumentHelp("Draw at most this many frames per second, 1 to 60.", valueName: "n"))
  var fps = 30

  @Flag(help: "Do not query the terminal for what it can do (synchronized output, when a frame is drawn).")
  var noQueries = false

  @Flag(help: "Do not use the mouse; the terminal then selects text without shift.")
  var noMouse = false

  @Flag(
    help: ArgumentHelp(
      "Neither read nor write ~/.config/dualab/lab.yaml, where the lab remembers its theme, layout and panes."))
  var noConfig = false

  package init() {}

  package func validate() throws {
    guard (1...60).contains(fps) else { throw ValidationError("--fps \(fps): use a number in 1 … 60") }
  }

  /// How a screen may use the terminal.
  func screenOptions(keepsSignals: Bool = false) -> ScreenOptions {
    var options = ScreenOptions(colors: TerminalCapabilities.wantsNoColor ? 0 : nil, keepsSignals: keepsSignals)
    options.fps = fps
    options.mayAsk = !noQueries
    options.usesMouse = !noMouse
    return options
  }

  /// What the lab remembers of the last time.
  var configuration: LabConfiguration {
    LabConfiguration(environment: ProcessInfo.processInfo.environment, isOff: noConfig)
  }

  /// A lab for a screen, as it was left the last time, and where that is remembered. Throws `ResourceError`.
  func lab(_ library: ResourceLibrary<ThemeFile>) throws -> (Lab, LabConfiguration) {
    let configuration = configuration
    var lab = Lab(options: try labOptions(library, remembered: configuration.memory.theme))
    lab.restore(configuration.memory)
    if let complaint = configuration.complaint { lab.note(complaint) }
    return (lab, configuration)
  }

  /// All themes of a library, starting with the one asked for, or else the one `remembered`. Throws `ResourceError` when
  /// there is no such theme.
  func labOptions(_ library: ResourceLibrary<ThemeFile>, remembered: String? = nil) throws -> LabOptions {
    var themes = library.list().compactMap { try? library.load($0.path).theme }
    let usual = themes.first { $0.name == remembered } ?? themes.first { $0.name == Self.defaultTheme }
    let first = try theme.map { try library.load($0).theme } ?? usual
    // A theme given as a file may not be in the folders.
    if let first, !themes.contains(first) { themes.append(first) }
    var options = LabOptions(
      themes: themes, theme: first.flatMap(themes.firstIndex) ?? 0, symbols: symbols ?? Self.suggestedSymbols,
      noColor: TerminalCapabilities.wantsNoColor, colors: TerminalCapabilities.colors ?? 256)
    options.isBig = demo
    options.runs = RunName.known(in: URL(fileURLWithPath: "runs")).map { "runs/" + $0 }
    return options
  }

  private static var suggestedSymbols: Symbols {
    Symbols(rawValue: TerminalCapabilities.suggestedSymbols.rawValue) ?? .braille
  }
}
