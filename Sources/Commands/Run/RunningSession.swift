import Engine
import Events
import Foundation

/// A run that is ready to start: its folder and its engine. The lab and `train` share it.
struct RunningSession {
  let plan: RunPlan
  let folder: RunFolder
  let engine: TrainingEngine
  /// What to do about alarms.
  let alarms: AlarmWatch

  /// Makes the folder and the engine. Throws what `RunPlan` throws.
  init(_ options: RunOptions) throws {
    plan = try RunPlan(options)
    let command = try options.onAlarm.map { try AlarmCommand($0) }
    let path =
      options.out
      ?? RunFolder.usual(preset: plan.preset.name, date: Date(), zone: .current) {
        FileManager.default.fileExists(atPath: $0)
      }
    folder = try RunFolder(URL(fileURLWithPath: path), preset: plan.file(tour: plan.tour))
    alarms = AlarmWatch(command: command, folder: folder.url.path)
    engine = TrainingEngine(settings: plan.settings, tour: plan.tour) { [plan, url = folder.url] in
      try Trainer(settings: plan.settings, presetName: plan.preset.name, threads: plan.threads, folder: url)
    }
  }

  /// Deletes the folder when nothing was trained, so that the same command works once the cause is gone. Otherwise
  /// writes the changes made during the run to its preset, so that it repeats what was done and not what was planned.
  func tidy(after summary: Summary) {
    if summary.step == 0, summary.outcome != .finished { return folder.discard() }
    // A tour that went as planned keeps its captions.
    guard !summary.changes.isEmpty || !plan.tour.isEmpty, summary.changes.settings != plan.tour.settings else { return }
    folder.keep(plan.file(tour: summary.changes))
  }
}

extension [TourStop] {
  /// What changes when, one change per stop, without captions.
  fileprivate var settings: [TourStop] {
    flatMap { stop in stop.changes.map { TourStop(step: stop.step, changes: [$0], caption: "") } }
  }
}
