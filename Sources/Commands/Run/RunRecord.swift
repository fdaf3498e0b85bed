import Engine
import Events
import Foundation
import Runs
import Synchronization

/// The record that a running session keeps of itself: every event, and `preset.yaml` as the run really went.
final class RunRecord: Sendable {
  let store: RunStore
  private let recorder: RunRecorder
  private let session: Int
  private let engine: EngineBox

  /// The engine comes after its record.
  private final class EngineBox: Sendable {
    let engine = Mutex<TrainingEngine?>(nil)
  }

  /// Begins a session in the record. Throws `RunError`.
  init(_ store: RunStore, plan: RunPlan, folder: RunFolder, from point: ResumePoint?) throws {
    self.store = store
    if point == nil {
      try store.note(["preset": plan.preset.name, "format": "1"])
      try store.note(RunBeginning(settings: plan.settings, tour: plan.tour, policy: plan.preset.policy))
    }
    session = try store.beginSession(threads: plan.threads, from: point)
    let box = EngineBox()
    engine = box
    recorder = RunRecorder(
      store, told: point?.told ?? 0,
      changed: { [plan, url = folder.url] in
        guard let made = try? store.interventions(), made.inOrder().contains(where: \.isBeyondThePreset) else { return }
        RunFolder.keep(plan.file(tour: made.tour), in: url)
      },
      trouble: { reason in box.engine.withLock { $0 }?.tell(recordTrouble: reason) })
  }

  /// Whom to tell when the record cannot be written.
  func attach(_ engine: TrainingEngine) { self.engine.engine.withLock { $0 = engine } }

  /// Takes in what was accepted and is done later.
  func take(accepted intervention: Intervention) { recorder.take(accepted: intervention) }

  /// Takes in an event.
  func take(_ event: Event) { recorder.take(event) }

  /// Writes what is left; blocks until that is on the disk.
  func flush() { recorder.finish() }

  /// The session has ended: writes what is left.
  func end(_ summary: Summary) {
    recorder.finish()
    try? store.endSession(session, outcome: summary.outcome)
    store.close()
    engine.engine.withLock { $0 = nil }
  }
}

extension Intervention {
  /// True when the preset's tour alone would not do it again.
  fileprivate var isBeyondThePreset: Bool { cause != .tour && cause != .engine }
}
