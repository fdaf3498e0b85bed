import Events
import Foundation
import Lab
import Panes
import Presets
import Readout
import Runs
import Terminal

/// `dualab watch RUN`: follows a run of dualab that another process trains.
struct RunFollowing {
  private let store: RunStore
  private let look: LookOptions
  private let style: HeadlessReport.Style
  private let failsOnAlarm: Bool

  /// Nil when the folder is no run of dualab. Throws `RunError` when it is one that cannot be read.
  init?(_ folder: String, _ look: LookOptions, style: HeadlessReport.Style, failsOnAlarm: Bool) throws {
    let places = [folder, "runs/\(folder)"].map { URL(fileURLWithPath: $0) }
    guard let url = places.first(where: RunStore.isRun) else { return nil }
    store = try RunStore.open(url, writing: false)
    (self.look, self.style, self.failsOnAlarm) = (look, style, failsOnAlarm)
  }

  /// Follows it to its end, or until the screen is left.
  func run(output: Output) async throws {
    let alarms = AlarmWatch(command: nil, folder: store.folder.path)
    let events = alarms.relay(RunFollower(store).events)
    guard look.tui || (!style.json && !style.quiet && !look.describe && TerminalCapabilities.canShowLab) else {
      let lab = Lab(options: try look.labOptions(ResourceLibrary<ThemeFile>()))
      return try await print(events, alarms, lab: lab, output: output)
    }
    var (lab, configuration) = try look.lab(ResourceLibrary<ThemeFile>())
    lab = lab.looking(on: .follow)
    var screen = look.screenOptions()
    screen.compare = { [store] names in try OtherRun.named(names, for: store) }
    screen.look(around: store.folder, configuration.remember)
    lab.compare(OtherRun.parent(of: store))
    let outcome = try await LabScreen.run(lab, options: screen, events: events, send: { _ in })
    if case .signal(let number) = outcome { throw CommandFailure.signal(number) }
    if failsOnAlarm, alarms.isUnacknowledged { throw CommandFailure.alarm }
  }

  private func print(_ events: AsyncStream<Event>, _ alarms: AlarmWatch, lab: Lab, output: Output) async throws {
    var report = HeadlessReport(style: style, canRedraw: output.canRedraw), lab = lab.looking(on: .follow)
    let failure = await Headless.print(events, output: output, stop: {}) { event in
      look.describe ? lab.words(after: event).map { [.result($0 + "\n")] } ?? [] : report.pieces(for: event)
    }
    if let failure { throw failure }
    if failsOnAlarm, alarms.isUnacknowledged { throw CommandFailure.alarm }
  }
}
