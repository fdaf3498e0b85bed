import Engine
import Events
import Foundation

/// Makes the work of a session; the one place that knows who trains.
enum MakeSession {
  /// The trainer of a run. Throws `CommandFailure`.
  static func work(_ plan: RunPlan, folder: URL?) throws -> any SessionWork {
    throw CommandFailure.failed("this build has no trainer; build the Trainer target")
  }
}
