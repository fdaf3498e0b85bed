import ArgumentParser
import Foundation
import Lab
import Plotting
import Presets
import Readout
import Terminal

/// `dualab lab`: a run on a full screen.
struct LabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "Train in a full-screen interface: watch, pause, change settings, resume.",
    discussion: """
      If stdin or stdout is not a terminal, or TERM is dumb, 'lab' prints like 'train'.

      \(CommandFailure.statusHelp)
      """)

  private static let defaultTheme = "midnight"

  @OptionGroup var options: RunOptions

  @Option(help: ArgumentHelp("Color theme: a name or a file (default: \(defaultTheme)).", valueName: "theme"))
  var theme: String?

  @Option(help: "Character set for charts (default: the finest that the terminal can show).")
  var symbols: Symbols?

  @Flag(help: "Describe the screen in sentences instead of drawing it.")
  var describe = false

  @Flag(help: "Use the full-screen interface even if stdout is not a terminal.")
  var tui = false

  mutating func run() async throws {
    let lab = Lab(options: try labOptions())
    if describe { return try await LabInWords.run(options, lab: lab, output: .standard) }
    guard tui || TerminalCapabilities.canShowLab else {
      return try await Headless.run(options, style: Headless.Style(), output: .standard)
    }
    try await show(lab, output: .standard)
  }

  private func show(_ lab: Lab, output: Output) async throws {
    let session = try RunningSession(options), engine = session.engine
    for note in session.plan.notes { try output.error("note: \(note)\n") }
    async let ended = engine.run()
    let outcome: ScreenOutcome
    do {
      outcome = try await LabScreen.run(
        lab, options: ScreenOptions(colors: TerminalCapabilities.wantsNoColor ? 0 : nil, keepsSignals: true),
        events: session.alarms.relay(engine.events),
        send: { engine.send($0) })
    } catch {
      engine.send(.stop)
      session.tidy(after: await ended)
      throw error
    }
    // The session may still be writing checkpoints, and the screen still catches signals: a terminal that is closed first
    // ends its input and sends SIGHUP a moment later.
    let signals = SignalWatch(pipe: LabScreen.signals) { engine.send(.stop) }
    var signal: Int32?
    switch outcome {
    case .signal(let number):
      signal = number
      engine.send(.stop)
    // Without the screen, a paused session could never be resumed.
    case .left: engine.send(.resume)
    }
    let summary = await ended
    session.tidy(after: summary)
    if summary.step > 0 { try output.error("written to \(session.folder.url.relativePath)\n") }
    let table = FinalTable.lines(summary, preset: session.plan.preset.name, settings: session.plan.settings)
    for line in table { try output.result(line + "\n") }
    try Headless.verdict(on: summary, signal: signal ?? signals.signal)
  }

  /// All themes, starting with the one asked for.
  private func labOptions() throws -> LabOptions {
    let library = try options.folders.library(of: ThemeFile.self)
    var themes = library.list().compactMap { try? library.load($0.path).theme }
    let first = try theme.map { try library.load($0).theme } ?? themes.first { $0.name == Self.defaultTheme }
    // A theme given as a file may not be in the folders.
    if let first, !themes.contains(first) { themes.append(first) }
    return LabOptions(
      themes: themes, theme: first.flatMap(themes.firstIndex) ?? 0, symbols: symbols ?? Self.suggestedSymbols,
      noColor: TerminalCapabilities.wantsNoColor)
  }

  private static var suggestedSymbols: Symbols {
    Symbols(rawValue: TerminalCapabilities.suggestedSymbols.rawValue) ?? .braille
  }
}

extension Symbols: ExpressibleByArgument {}
