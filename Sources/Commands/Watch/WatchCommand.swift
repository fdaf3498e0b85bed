import ArgumentParser
import Events
import Lab
import Presets
import Readout
import Terminal
import Watching

/// `dualab watch`: measures the checkpoints of a training that another program runs, as they appear.
struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Watch a training: one in PyTorch, checkpoint by checkpoint, or a run of dualab.",
    usage: """
      dualab watch <folder> --data <name> --eps <radius> [<options>]
      dualab watch <folder> --npz <file> --eps <radius> --once [<options>]
      dualab watch <run>
      """,
    discussion: """
      Measures each new .pt, .pth, .ckpt or .safetensors file in the folder on the CPU: clean accuracy, FGSM, PGD-10, the \
      sentinel's quick and deep checks, and the distances between domains; raises the alarm when robustness is false. \
      Nothing in the folder is run or written. Steps come from the file (step, epoch), or else from its name, or else \
      from the order of arrival. A run of dualab that another process trains is followed as its record grows. On a terminal it opens the lab; with --once, --json or --quiet it prints.

      \(CommandFailure.statusHelp) 3 with --fail-on-alarm after an alarm.
      """)

  @OptionGroup var options: WatchOptions

  @Flag(help: "Print one JSON object per event to stdout, and nothing else.")
  var json = false

  @Flag(help: "Print only errors to stderr.")
  var quiet = false

  @OptionGroup var look: LookOptions

  mutating func run() async throws {
    let style = HeadlessReport.Style(json: json, quiet: quiet)
    if let run = try RunFollowing(options.folder, look, style: style, failsOnAlarm: options.failOnAlarm) {
      return try await run.run(output: .standard)
    }
    let plan = try WatchPlan(options)
    let wantsLines = json || quiet || options.once || look.describe
    guard look.tui || (!wantsLines && TerminalCapabilities.canShowLab) else {
      let lab = Lab(options: try look.labOptions(ResourceLibrary<ThemeFile>()))
      return try await watch(plan, lab, output: .standard)
    }
    let (lab, configuration) = try look.lab(ResourceLibrary<ThemeFile>())
    try await show(plan, lab, configuration, output: .standard)
  }

  /// Without a screen: a row per checkpoint, JSON lines, or the screen in sentences.
  private func watch(_ plan: WatchPlan, _ lab: Lab, output: Output) async throws {
    let session = WatchSession(plan.task), alarms = plan.alarms
    var report = WatchReport(style: HeadlessReport.Style(json: json, quiet: quiet)), lab = lab
    var endsAtAlarm = false
    let signals = SignalWatch { session.send(.stop) }
    async let ended = session.run()
    let failure = await Headless.print(session.events, output: output, stop: { session.send(.stop) }) { event in
      let complaint = alarms.take(event)
      // The checkpoint comes after its causes.
      if options.failOnAlarm, !options.once, alarms.hasNewAlarm, case .checkpoint(let note) = event,
        note.kind == .found
      {
        endsAtAlarm = true
        session.send(.stop)
      }
      let pieces =
        look.describe
        ? lab.words(after: event).map { [.result($0 + "\n")] } ?? [] : report.pieces(for: event)
      return pieces + (complaint.map { [.note($0)] } ?? [])
    }
    let summary = await ended
    if let failure { throw failure }
    if endsAtAlarm { throw CommandFailure.watchedAlarm }
    try verdict(summary, alarms, signal: signals.signal)
  }

  /// On the lab's screen.
  private func show(_ plan: WatchPlan, _ lab: Lab, _ configuration: LabConfiguration, output: Output) async throws {
    let session = WatchSession(plan.task)
    async let ended = session.run()
    let outcome: ScreenOutcome
    do {
      var screen = look.screenOptions(keepsSignals: true)
      screen.look(around: nil, configuration.remember)
      outcome = try await LabScreen.run(
        lab, options: screen, events: plan.alarms.relay(session.events), send: { session.send($0) })
    } catch {
      session.send(.stop)
      _ = await ended
      throw error
    }
    // A closed terminal sends SIGHUP a moment after the end of its input.
    let signals = SignalWatch(pipe: LabScreen.signals) {}
    session.send(.stop)
    let summary = await ended
    let signal: Int32? = if case .signal(let number) = outcome { number } else { signals.signal }
    try verdict(summary, plan.alarms, signal: signal)
  }

  private func verdict(_ summary: Summary, _ alarms: AlarmWatch, signal: Int32?) throws {
    try Headless.verdict(on: summary, signal: signal)
    if options.failOnAlarm, alarms.isUnacknowledged { throw CommandFailure.watchedAlarm }
  }
}
