import Events
import Foundation
import Synchronization

/// What the thread of an attack on a frozen copy tells.
package struct FrozenReport: Sendable, Hashable {
  /// How far it is.
  package var progress: AttackProgressNote
  /// What it found; nil before the end, and where it is no measurement of the gap.
  package var reading: GapReading?
  /// Reasons not to believe the attack, a line each; with the end.
  package var warnings: [String]

  package init(progress: AttackProgressNote, reading: GapReading? = nil, warnings: [String] = []) {
    self.progress = progress
    self.reading = reading
    self.warnings = warnings
  }
}

/// An attack on a copy of the weights, on a thread of its own, while training goes on or is paused.
package final class FrozenAttack: Sendable {
  /// The attack: tells its progress, looks often whether it was given up, and ends by telling its result or the end.
  package typealias Body =
    @Sendable (_ tell: @Sendable (FrozenReport) -> Void, _ isCancelled: @Sendable () -> Bool) -> Void

  private let body: Body
  private let cancelled = Atomic(false)

  /// An attack that has not begun.
  package init(_ body: @escaping Body) { self.body = body }

  /// Begins; to be called once. `tell` is called on the attack's thread.
  func start(tell: @escaping @Sendable (FrozenReport) -> Void) {
    let thread = Thread { [self] in
      Thread.current.name = "dualab attack"
      body(tell) { self.cancelled.load(ordering: .relaxed) }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Asks it to end.
  func cancel() { cancelled.store(true, ordering: .relaxed) }
}
