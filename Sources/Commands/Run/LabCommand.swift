import ArgumentParser
import Foundation
import Lab
import Plotting
import Terminal

/// `dualab lab`: a run on the screen.
struct LabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "Train on the screen: watch, pause, retune, go on (the default).",
    discussion: "Without a terminal on stdout, or with TERM=dumb, it behaves as 'train'; --tui insists on the screen.")

  @OptionGroup var options: RunOptions

  @Option(help: ArgumentHelp("A theme's name or file.", valueName: "theme"))
  var theme: String?

  @Option(help: "What lines are drawn with.")
  var symbols: Symbols?

  @Flag(help: "Print sentences instead of drawing.")
  var describe = false

  @Flag(help: "Insist on the screen, wherever stdout goes.")
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
    async let ended = engine.run()
    let outcome: ScreenOutcome
    do {
      outcome = try await LabScreen.run(
        lab, options: ScreenOptions(colours: Self.isColourUnwanted ? 0 : nil, keepsSignals: true),
        events: session.alarms.relay(engine.events),
        send: { engine.send($0) })
    } catch {
      engine.send(.stop)
      session.tidy(after: await ended)
      throw CommandFailure.failed("\(error)")
    }
    // The session may still write its checkpoints. The screen goes on catching the signals: a terminal that is closed ends
    // its input first and sends SIGHUP a moment later.
    let signals = SignalWatch(pipe: LabScreen.signals) { engine.send(.stop) }
    var signal: Int32?
    switch outcome {
    case .signal(let number):
      signal = number
      engine.send(.stop)
    // Without a screen nobody could resume a paused session.
    case .left: engine.send(.resume)
    }
    let summary = await ended
    session.tidy(after: summary)
    if summary.step > 0 { try output.error("written to \(session.folder.url.relativePath)\n") }
    let table = FinalTable.lines(summary, preset: session.plan.preset.name, settings: session.plan.settings)
    for line in table { try output.result(line + "\n") }
    try Headless.verdict(on: summary, signal: signal ?? signals.signal)
  }

  /// Every theme to go through, the wanted one first shown.
  private func labOptions() throws -> LabOptions {
    let access = try options.folders.access
    var themes = try access.themes()
    let first = try theme.map(access.theme) ?? themes.first { $0.name == PresetAccess.defaultTheme }
    // A theme given as a file is not among those found by name.
    if let first, !themes.contains(first) { themes.append(first) }
    return LabOptions(
      themes: themes, theme: first.flatMap(themes.firstIndex) ?? 0, symbols: symbols ?? Self.suggestedSymbols,
      noColour: Self.isColourUnwanted)
  }

  private static var isColourUnwanted: Bool { TerminalCapabilities.wantsNoColour }

  private static var suggestedSymbols: Symbols {
    Symbols(rawValue: TerminalCapabilities.suggestedSymbols.rawValue) ?? .braille
  }
}

extension Symbols: ExpressibleByArgument {}
