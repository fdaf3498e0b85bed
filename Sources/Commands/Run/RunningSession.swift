import Engine
import Events
import Foundation

/// A run that can begin: its folder is made and its engine is ready. The lab and `train` share what is around it.
struct RunningSession {
  let plan: RunPlan
  let folder: RunFolder
  let engine: TrainingEngine
  /// Looks after alarms.
  let alarms: AlarmWatch

  /// Makes the folder and the engine. Throws `CommandFailure`.
  init(_ options: RunOptions) throws {
    plan = try RunPlan(options)
    let command = try options.onAlarm.map { try AlarmCommand($0) }
    let path =
      options.out
      ?? RunFolder.usual(preset: plan.preset.name, date: Date(), zone: .current) {
        FileManager.default.fileExists(atPath: $0)
      }
    folder = try RunFolder(
      URL(fileURLWithPath: path),
      preset: PresetAccess.resolvedFile(plan.preset, settings: plan.settings, tour: plan.tour))
    alarms = AlarmWatch(command: command, folder: folder.url.path)
    engine = TrainingEngine(
      work: MakeSession.work(plan, folder: folder.url), settings: plan.settings, tour: plan.tour)
  }

  /// Takes the folder back when nothing was trained, so that the same command works once the cause is gone. Otherwise its
  /// preset has the changes that were made on the way: it repeats the run, not what was planned.
  func tidy(after summary: Summary) {
    if summary.step == 0, summary.outcome != .finished { return folder.discard() }
    // A tour that went as planned keeps its captions.
    guard !summary.changes.isEmpty || !plan.tour.isEmpty, summary.changes.settings != plan.tour.settings else { return }
    folder.keep(PresetAccess.resolvedFile(plan.preset, settings: plan.settings, tour: summary.changes))
  }
}

extension [TourStop] {
  /// What is changed when, one by one, without what is said.
  fileprivate var settings: [TourStop] {
    flatMap { stop in stop.changes.map { TourStop(step: stop.step, changes: [$0], caption: "") } }
  }
}
