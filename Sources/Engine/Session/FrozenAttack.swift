import Events
import Foundation
import Synchronization

/// What the thread of an attack on a frozen copy tells.
package struct FrozenReport: Sendable, Hashable {
  /// Its progress.
  package var progress: AttackProgressNote
  /// What it found; nil before the end, and when it is no measurement of the gap.
  package var reading: GapReading?
  /// Reasons not to trust the attack, one line each; with the end.
  package var warnings: [String]

  package init(progress: AttackProgressNote, reading: GapReading? = nil, warnings: [String] = []) {
    self.progress = progress
    self.reading = reading
    self.warnings = warnings
  }
}

/// An attack on a copy of the weights, on a thread of its own, while training continues or is paused.
package final class FrozenAttack: Sendable {
  /// The attack: tells its progress, often asks whether it was cancelled, and finally tells how it ended.
  package typealias Body =
    @Sendable (_ tell: @Sendable (FrozenReport) -> Void, _ isCancelled: @Sendable () -> Bool) -> Void

  private let body: Body
  private let cancelled = Atomic(false)

  /// An attack that has not started.
  package init(_ body: @escaping Body) { self.body = body }

  /// Starts; to be called once. `tell` is called on the attack's thread.
  package func start(tell: @escaping @Sendable (FrozenReport) -> Void) {
    let thread = Thread { [self] in
      Thread.current.name = "dualab attack"
      body(tell) { self.cancelled.load(ordering: .relaxed) }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Asks it to end.
  package func cancel() { cancelled.store(true, ordering: .relaxed) }
}
