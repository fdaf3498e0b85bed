import ArgumentParser
import Events
import Foundation
import Lab
import Plotting
import Presets
import Readout
import Recipe
import Runs
import Spelling
import Synchronization
import Tensors
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
    let themes = try options.folders.library(of: ThemeFile.self)
    // A theme that does not exist is refused where nothing is drawn, too.
    _ = try look.labOptions(themes)
    try await Launch.run(options) { team in
      // After the others have joined: they hear of an error.
      try Launch.takeTerminal()
      if look.describe {
        guard team == nil else { throw CommandFailure.usage("--describe: not under mpirun; use 'dualab train' there") }
        return try await LabInWords.run(options, lab: Lab(options: try look.labOptions(themes)), output: .standard)
      }
      if look.tui, team != nil, !TerminalCapabilities.standardInputIsTerminal {
        throw CommandFailure.usage("--tui: mpirun keeps the terminal from its processes; \(Launch.terminalRemedy)")
      }
      guard look.tui || TerminalCapabilities.canShowLab else {
        return try await Headless.run(options, style: Headless.Style(), team: team, output: .standard)
      }
      let (lab, configuration) = try look.lab(themes)
      try await show(lab, configuration, team, output: .standard)
    }
  }

  /// Shows the run, and the runs that follow it, one after the other. Other processes work for the first one only.
  private func show(
    _ first: Lab, _ configuration: LabConfiguration, _ team: RankTeam?, output: Output
  ) async throws {
    var lab = first, team = team
    lab.offer(RunChoice.all(try options.folders.library(of: Preset.self)))
    var session = try RunningSession(options, isAttended: true, team: team), given = options
    for note in session.plan.notes { try output.error("note: \(note)\n") }
    let left = Mutex(configuration.memory)
    let remember: @Sendable (LabMemory) -> Void = { memory in
      left.withLock { $0 = memory }
      configuration.remember(memory)
    }
    while let following = try await show(session, given, lab, team, output: output, remember: remember) {
      team = nil
      lab = Lab(options: lab.options(theme: following.theme))
      lab.restore(left.withLock { $0 })
      do {
        switch following.run {
        case .branch(let folder):
          session = try RunningSession(branching: folder, given)
          given = given.goingOn(with: folder.url)
        case .next(let next):
          if let run = Self.finished(next) { return try await replay(run, lab, remember) }
          given = try given.following(next, session)
          session = try RunningSession(given, isAttended: true)
        }
      } catch {
        throw (error as? SettingError).map { CommandFailure.usage("\($0)") } ?? error
      }
    }
  }

  /// The run that can only be played again.
  private static func finished(_ next: NextRun) -> String? {
    guard case .run(let name) = next, let store = try? RunName(name).store(),
      (try? store.sessions().last?.outcome) == SessionState.finished.rawValue
    else { return nil }
    return name
  }

  /// Plays a run again, in the same way as 'dualab replay'.
  private func replay(
    _ name: String, _ lab: Lab, _ remember: @escaping @Sendable (LabMemory) -> Void
  ) async throws {
    var lab = lab
    // From a replay the lab does not come back.
    lab.offer([])
    try await ReplayCommand.parse([name]).play(lab, remember)
  }

  /// What to go on with, and the theme.
  private struct Following {
    enum Run {
      case branch(RunFolder)
      case next(NextRun)
    }

    let run: Run
    let theme: Int
  }

  /// Shows one run until it is left; returns what to go on with, if that is why.
  private func show(
    _ session: RunningSession, _ given: RunOptions, _ lab: Lab, _ team: RankTeam?, output: Output,
    remember: @escaping @Sendable (LabMemory) -> Void
  ) async throws -> Following? {
    let engine = session.engine
    var lab = lab
    lab.recall(session.history)
    lab.compare(session.parent)
    async let ended = engine.run()
    let beside = BranchBeside(of: session, options)
    let examiner = Examiner { run in run == 0 ? session.folder.url : beside.folder ?? session.folder.url }
    let outcome: ScreenOutcome
    do {
      var screen = look.screenOptions(keepsSignals: true)
      screen.refusal = { step, changes in session.refusal(ofBranchAt: step, changes) }
      screen.refusalOfNext = { given.refusal(of: $0, after: session) }
      screen.beside = { step, changes in try beside.start(at: step, changes) }
      screen.examine = { examination, run in try examiner.start(examination, run: run) }
      screen.cancelExamination = { examiner.cancel() }
      screen.compare = { names in try session.others(named: names) }
      screen.look(around: session.folder.url, remember, progress: session.progress)
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
      team?.cancel()
    }
    var signal: Int32?, following: Following?, failure: (any Error)?
    switch outcome {
    case .signal(let number):
      signal = number
      engine.send(.stop)
      beside.send(.stop)
      team?.cancel()
    // Without the screen, a paused session could never be resumed.
    case .left, .next:
      engine.send(.resume)
      beside.send(.resume)
    case .branch(let step, let changes, let theme):
      // Made while its checkpoints are as they were checked.
      do {
        following = Following(run: .branch(try session.branch(at: step, changes)), theme: theme)
      } catch { failure = error }
      engine.send(.stop)
    }
    let summary = await ended
    session.tidy(after: summary)
    let branch = await beside.end()
    if let failure { throw failure }
    if following != nil, signals.signal == nil { return following }
    try report(summary, of: session, output: output)
    if let branch { try report(branch.summary, of: branch.session, output: output) }
    if case .next(let next, let theme) = outcome, signals.signal == nil {
      return Following(run: .next(next), theme: theme)
    }
    for ended in [summary] + (branch.map { [$0.summary] } ?? []) {
      try Headless.verdict(on: ended, signal: signal ?? signals.signal)
    }
    return nil
  }

  /// Says where the run is and what it reached.
  private func report(_ summary: Summary, of session: RunningSession, output: Output) throws {
    if summary.step > 0 { try output.error("written to \(session.folder.url.relativePath)\n") }
    let table = FinalTable.lines(summary, preset: session.plan.preset.name, settings: session.plan.settings)
    for line in table { try output.result(line + "\n") }
  }
}

extension RunOptions {
  /// Why a run cannot follow `session`, in one line: settings, a preset or a run that are none. Nil when it can, as far
  /// as that is known without its data.
  fileprivate func refusal(of next: NextRun, after session: RunningSession) -> String? {
    do {
      switch next {
      case .longer: break
      case .again, .preset: _ = try RunPlan(following(next, session))
      case .run(let name): _ = try RunName(name).store()
      }
      return nil
    } catch let failure as CommandFailure { return failure.line } catch { return oneLine("\(error)") }
  }

  /// The options of the run that follows `session`, which is over.
  fileprivate func following(_ next: NextRun, _ session: RunningSession) throws -> RunOptions {
    var options = self
    (options.resume, options.out, options.steps) = (nil, nil, nil)
    switch next {
    case .longer(let steps): (options.resume, options.steps) = (session.folder.url.path, steps)
    case .again(let changes):
      options.out = Self.place(preset: session.plan.preset.name, next: session)
      // A run that went on has no preset on the command line; its folder has it.
      if resume != nil { options.preset = session.folder.url.appendingPathComponent("preset.yaml").path }
      options.steps = resume == nil ? steps : nil
      options.set.assignments += changes.map { "\($0.name)=\($0.value)" }
    case .preset(let name):
      let file = URL(fileURLWithPath: name)
      options.out = Self.place(preset: file.deletingPathExtension().lastPathComponent, next: session)
      (options.preset, options.set.assignments, options.changes) = (name, [], [])
    case .run(let name): options.resume = name
    }
    return options.resume.map { options.goingOn(with: URL(fileURLWithPath: $0)) } ?? options
  }

  /// The options of going on with a run: what it began with is in its folder.
  fileprivate func goingOn(with run: URL) -> RunOptions {
    var options = self
    (options.resume, options.out) = (run.path, nil)
    (options.preset, options.set.assignments, options.changes, options.seed) = (nil, [], [], nil)
    return options
  }

  /// A new folder next to that of a run.
  private static func place(preset: String, next session: RunningSession) -> String {
    let parent = session.folder.url.deletingLastPathComponent()
    func path(_ usual: String) -> String {
      parent.appendingPathComponent(URL(fileURLWithPath: usual).lastPathComponent).relativePath
    }
    return path(
      RunFolder.usual(preset: preset, date: Date(), zone: .current) {
        FileManager.default.fileExists(atPath: path($0))
      })
  }
}
