import Engine
import Foundation

/// Makes the work of a session; the one place that knows who trains.
enum MakeSession {
  /// The trainer of a run.
  static func work(_ plan: RunPlan, folder: URL?) -> any SessionWork {
    Trainer(settings: plan.settings, presetName: plan.preset.name, threads: plan.threads, folder: folder)
  }
}
