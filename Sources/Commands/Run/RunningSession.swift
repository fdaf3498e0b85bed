import Engine
import Events
import Foundation
import Panes
import Presets
import Readout
import Recipe
import Runs
import Spelling
import Synchronization
import Tensors

/// A run that is ready to start or to go on: its folder, its record and its engine. The lab and `train` share it.
struct RunningSession {
  let plan: RunPlan
  let folder: RunFolder
  let engine: TrainingEngine
  /// What to do about alarms.
  let alarms: AlarmWatch
  /// How far the step that is under way has come.
  let progress = StepProgress()
  /// What the run told before this session.
  let history: [Event]
  /// False when the folder had a run before.
  private let isNew: Bool
  private let record: RunRecord
  private let control: ControlServer?
  private let hold = RemoteHold()

  /// Makes the folder and the engine, or takes those of the run that goes on. `isAttended`: the lab shows it.
  /// `team`: other processes work for it. Throws what `RunPlan` throws, and `RunError`.
  init(_ options: RunOptions, isAttended: Bool = false, team: RankTeam? = nil) throws {
    if let run = options.resume {
      try self.init(resuming: URL(fileURLWithPath: run), options, isAttended, team)
    } else {
      try self.init(starting: options, isAttended, team)
    }
  }

  private init(starting options: RunOptions, _ isAttended: Bool, _ team: RankTeam?) throws {
    let plan = try RunPlan(options)
    let command = try options.onAlarm.map { try AlarmCommand($0) }
    let path =
      options.out
      ?? RunFolder.usual(preset: plan.preset.name, date: Date(), zone: .current) {
        FileManager.default.fileExists(atPath: $0)
      }
    let folder = try RunFolder(URL(fileURLWithPath: path), preset: plan.file(tour: plan.tour))
    do {
      try self.init(
        plan, folder, try RunStore.create(in: folder.url), command, options, isAttended, team, isNew: true)
    } catch {
      folder.discard()
      throw error
    }
  }

  /// Begins a run in its folder.
  private init(
    _ plan: RunPlan, _ folder: RunFolder, _ store: RunStore, _ command: AlarmCommand?, _ options: RunOptions,
    _ isAttended: Bool, _ team: RankTeam?, isNew: Bool
  ) throws {
    record = try RunRecord(store, plan: plan, folder: folder, from: nil)
    (self.plan, self.folder, self.isNew, history) = (plan, folder, isNew, [])
    alarms = AlarmWatch(command: command, folder: folder.url.path)
    engine = TrainingEngine(
      settings: plan.settings, tour: plan.tour, policy: plan.preset.policy, isAttended: isAttended,
      record: { [record] in record.take($0) }, accepted: { [record] in record.take(accepted: $0) }
    ) {
      [record, progress, url = folder.url] in
      try team?.begin(preset: plan.preset.name, initial: plan.settings, isResumed: !isNew)
      let trainer = try Trainer.leading(team) {
        try Trainer(settings: plan.settings, presetName: plan.preset.name, threads: plan.threads, folder: url)
      }
      trainer.beforeWriting { record.flush() }
      trainer.tell(progress)
      return trainer
    }
    record.attach(engine)
    control = try Self.control(options, record, engine, hold)
  }

  private init(resuming url: URL, _ options: RunOptions, _ isAttended: Bool, _ team: RankTeam?) throws {
    try options.checkResume()
    let folder = try RunFolder(resuming: url), store = try RunStore.open(url, writing: true)
    if let beginning = try store.beginning() {
      try self.init(again: beginning, in: folder, store, options, isAttended, team)
    } else {
      try self.init(in: folder, options, isAttended, longer: options.steps, team: team)
    }
  }

  /// Begins a run again that was killed before its first checkpoint.
  private init(
    again beginning: RunBeginning, in folder: RunFolder, _ store: RunStore, _ options: RunOptions, _ isAttended: Bool,
    _ team: RankTeam?
  ) throws {
    let preset = Preset(
      name: try store.fact("preset") ?? "unknown", settings: beginning.settings, tour: beginning.tour,
      policy: beginning.policy)
    let note = "\(folder.url.relativePath): ended before its first checkpoint; it begins again from its settings"
    let plan = try RunPlan(
      options, preset: preset, cores: ProcessInfo.processInfo.activeProcessorCount
    ).adding(notes: [note])
    try store.beginAgain()
    let command = try options.onAlarm.map { try AlarmCommand($0) }
    try self.init(plan, folder, store, command, options, isAttended, team, isNew: false)
  }

  /// Goes on with a branch that was just made, on this number of threads.
  init(branching folder: RunFolder, _ options: RunOptions, threads: Int? = nil) throws {
    // Only the lab goes on with a branch at once.
    try self.init(in: folder, options, true, longer: nil, threads: threads)
  }

  private init(
    in folder: RunFolder, _ options: RunOptions, _ isAttended: Bool, longer steps: Int?, threads: Int? = nil,
    team: RankTeam? = nil
  ) throws {
    let command = try options.onAlarm.map { try AlarmCommand($0) }
    let threads = try threads ?? options.threads.count(usually: ProcessInfo.processInfo.activeProcessorCount)
    let url = folder.url, store = try RunStore.open(url, writing: true)
    let resumption = try Resumption(url, store, steps: steps, isForced: options.force)
    let point = resumption.point
    let plan = RunPlan(resuming: point, threads: threads, notes: resumption.notes)
    history = try store.history()
    record = try RunRecord(store, plan: plan, folder: folder, from: point)
    (self.plan, self.folder, isNew) = (plan, folder, false)
    alarms = AlarmWatch(command: command, folder: url.path, repeatsFirst: true)
    // An alarm that nobody has acknowledged is one still.
    for event in history { if case .alarm = event { _ = alarms.take(event) } }
    engine = TrainingEngine(
      settings: point.initial, resuming: point, isAttended: isAttended,
      record: { [record] in record.take($0) }, accepted: { [record] in record.take(accepted: $0) }
    ) { [record, progress] in
      try team?.begin(preset: point.preset, initial: point.initial, built: point.progress.built, isResumed: true)
      let trainer = try Trainer.leading(team) {
        try Trainer(resuming: point, presetName: point.preset, threads: plan.threads, folder: url)
      }
      trainer.beforeWriting { record.flush() }
      trainer.tell(progress)
      return trainer
    }
    record.attach(engine)
    control = try Self.control(options, record, engine, hold)
  }

  private static func control(
    _ options: RunOptions, _ record: RunRecord, _ engine: TrainingEngine, _ hold: RemoteHold
  ) throws -> ControlServer? {
    try options.control.map { permission in
      try ControlServer(
        record.store, permission: permission, read: ControlLine.command,
        ask: { [weak engine] command, answer in
          hold.note(command)
          guard let engine else { return answer("the run has ended") }
          engine.ask(command) { refusal in answer(refusal?.text) }
        })
    }
  }

  /// True while another program holds the run, which can also resume it.
  var isHeldRemotely: Bool { hold.isOn }

  // MARK: other runs

  /// The run that this one branched off, to be drawn behind it.
  var parent: [OtherRun] { OtherRun.parent(of: record.store) }

  /// The curves of a run that this one has just branched off.
  func asParent(of branch: RunningSession) throws -> OtherRun {
    record.flush()
    return try OtherRun(record.store, name: "parent", for: branch.record.store)
  }

  /// Other runs by name. Throws `RunError`.
  func others(named names: [String]) throws -> [OtherRun] {
    record.flush()
    return try OtherRun.named(names, for: record.store)
  }

  // MARK: branches

  /// Why the run cannot be left after a step with these changes, in one line; nil when it can be.
  func refusal(ofBranchAt step: Int, _ changes: [Assignment]) -> String? {
    record.flush()
    do {
      _ = try RunBranch(of: record.store, at: step, changes)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Makes the branch, in a folder next to the run's. Throws `RunError`.
  func branch(at step: Int, _ changes: [Assignment]) throws -> RunFolder {
    record.flush()
    return try RunFolder(of: try RunBranch(of: record.store, at: step, changes), next: folder.url, at: step)
  }

  /// Deletes the folder when nothing was trained, so that the same command works once the cause is gone. Otherwise
  /// writes the changes made during the run to its preset, so that it repeats what was done and not what was planned.
  func tidy(after summary: Summary) {
    control?.close()
    record.end(summary)
    defer { folder.release() }
    if summary.step == 0, summary.outcome != .finished, isNew { return folder.discard() }
    // A tour that went as planned keeps its captions.
    guard !summary.changes.isEmpty || !plan.tour.isEmpty, summary.changes.settings != plan.tour.settings else { return }
    folder.keep(plan.file(tour: summary.changes))
  }
}

extension RunOptions {
  /// Refuses options that a run that goes on cannot have. Throws `CommandFailure`.
  fileprivate func checkResume() throws {
    let given: [(String, Bool)] = [
      ("--preset", preset != nil), ("--set", !(try set.changes).isEmpty), ("--at", !changes.isEmpty),
      ("--seed", seed != nil),
      ("--out", out != nil),
    ]
    guard let name = given.first(where: \.1)?.0 else { return }
    throw CommandFailure.usage(
      "--resume and \(name): a run goes on as it began; to go on with other settings use 'dualab runs branch RUN --set "
        + "NAME=VALUE', or change them in the lab")
  }
}

extension [TourStop] {
  /// What changes when, one change per stop, without captions.
  fileprivate var settings: [TourStop] {
    flatMap { stop in
      let other = TourStop(
        step: stop.step, caption: "", recalibrates: stop.recalibrates, finishes: stop.finishes)
      return stop.changes.map { TourStop(step: stop.step, changes: [$0], caption: "") }
        + (stop.recalibrates == nil && stop.finishes == nil ? [] : [other])
    }
  }
}

/// Whether another program has paused the run.
private final class RemoteHold: Sendable {
  private let state = Mutex(false)

  var isOn: Bool { state.withLock { $0 } }

  func note(_ command: Command) {
    switch command {
    case .pause, .step, .run: state.withLock { $0 = true }
    case .resume: state.withLock { $0 = false }
    default: break
    }
  }
}
