import ArgumentParser
import Events
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

  @OptionGroup var options: RunOptions
  @OptionGroup var look: LookOptions

  mutating func run() async throws {
    let lab = Lab(options: try look.labOptions(options.folders.library(of: ThemeFile.self)))
    if look.describe { return try await LabInWords.run(options, lab: lab, output: .standard) }
    guard look.tui || TerminalCapabilities.canShowLab else {
      return try await Headless.run(options, style: Headless.Style(), output: .standard)
    }
    try await show(lab, output: .standard)
  }

  /// Shows the run, and the runs that branch off it, one after the other.
  private func show(_ lab: Lab, output: Output) async throws {
    var session = try RunningSession(options, isAttended: true), lab = lab
    for note in session.plan.notes { try output.error("note: \(note)\n") }
    while let branch = try await show(session, lab, output: output) {
      lab = Lab(options: lab.options(theme: branch.theme))
      session = try RunningSession(branching: branch.run, options)
    }
  }

  /// The run to go on with, and its theme.
  private struct Branching {
    let run: RunFolder
    let theme: Int
  }

  /// Shows one run until it is left; returns the branch to go on with, if that is why.
  private func show(_ session: RunningSession, _ lab: Lab, output: Output) async throws -> Branching? {
    let engine = session.engine
    var lab = lab
    lab.recall(session.history)
    lab.compare(session.parent)
    async let ended = engine.run()
    let beside = BranchBeside(of: session, options)
    let outcome: ScreenOutcome
    do {
      var screen = ScreenOptions(colors: TerminalCapabilities.wantsNoColor ? 0 : nil, keepsSignals: true)
      screen.refusal = { step, changes in session.refusal(ofBranchAt: step, changes) }
      screen.beside = { step, changes in try beside.start(at: step, changes) }
      screen.compare = { names in try session.others(named: names) }
      outcome = try await LabScreen.run(
        Desk(lab), options: screen, events: session.alarms.relay(engine.events), send: { engine.send($0) })
    } catch {
      for send in [engine.send, beside.send] { send(.stop) }
      session.tidy(after: await ended)
      _ = await beside.end()
      throw error
    }
    // The session may still be writing checkpoints, and the screen still catches signals: a terminal that is closed
    // first ends its input and sends SIGHUP a moment later.
    let signals = SignalWatch(pipe: LabScreen.signals) {
      engine.send(.stop)
      beside.send(.stop)
    }
    var signal: Int32?, branching: Branching?, failure: (any Error)?
    switch outcome {
    case .signal(let number):
      signal = number
      engine.send(.stop)
      beside.send(.stop)
    // Without the screen, a paused session could never be resumed.
    case .left, .attack:
      engine.send(.resume)
      beside.send(.resume)
    case .branch(let step, let changes, let theme):
      // Made while its checkpoints are as they were checked.
      do { branching = Branching(run: try session.branch(at: step, changes), theme: theme) } catch { failure = error }
      engine.send(.stop)
    }
    let summary = await ended
    session.tidy(after: summary)
    let branch = await beside.end()
    if let failure { throw failure }
    if branching != nil, signals.signal == nil { return branching }
    try report(summary, of: session, output: output)
    if let branch { try report(branch.summary, of: branch.session, output: output) }
    for ended in [summary] + (branch.map { [$0.summary] } ?? []) {
      try Headless.verdict(on: ended, signal: signal ?? signals.signal)
    }
    if case .attack(let weights, let run) = outcome {
      try attack(weights, in: run == 0 ? session.folder.url : branch?.session.folder.url ?? session.folder.url)
    }
    return nil
  }

  /// Goes on as the command that it prints: AutoAttack on weights of a run.
  private func attack(_ weights: Probe.Weights, in folder: URL) throws {
    let file = "\(folder.relativePath)/checkpoints/\(weights.rawValue).safetensors"
    try Output.standard.error("dualab attack --checkpoint \(file)\n")
    restart(with: ["dualab", "attack", "--checkpoint", file])
    throw CommandFailure.failed("cannot start it from here; use the command above")
  }

  /// Says where the run is and what it reached.
  private func report(_ summary: Summary, of session: RunningSession, output: Output) throws {
    if summary.step > 0 { try output.error("written to \(session.folder.url.relativePath)\n") }
    let table = FinalTable.lines(summary, preset: session.plan.preset.name, settings: session.plan.settings)
    for line in table { try output.result(line + "\n") }
  }
}
