import Attacks
import Synchronization

/// How far the current step, or a measurement, has come. The training thread writes it, and the screen reads it.
package final class StepProgress: Sendable {
  /// What was noted last.
  package struct State: Sendable, Hashable {
    /// The step, from 1.
    package let step: Int
    /// The attack that makes its adversarial images, as shown: `PGD-10`.
    package let attack: String
    /// The iteration that has begun, from 1, and how many there are; 0 before the first, and for an attack without any.
    package fileprivate(set) var iteration: Int, iterations: Int
    /// When the attack began.
    package let start: ContinuousClock.Instant

    package init(step: Int, attack: String, iteration: Int, iterations: Int, start: ContinuousClock.Instant) {
      (self.step, self.attack, self.start) = (step, attack, start)
      (self.iteration, self.iterations) = (iteration, iterations)
    }
  }

  /// How far a validation or test is.
  package struct Measurement: Sendable, Hashable {
    /// Images that are done, and how many there are.
    package fileprivate(set) var images: Int
    package let count: Int
    /// When it began.
    package let start: ContinuousClock.Instant

    package init(images: Int, count: Int, start: ContinuousClock.Instant) {
      (self.images, self.count, self.start) = (images, count, start)
    }
  }

  private let noted = Mutex<State?>(nil)
  private let measured = Mutex<Measurement?>(nil)

  package init() {}

  /// Nil between two attacks.
  package var state: State? { noted.withLock { $0 } }
  /// Nil while nothing is measured.
  package var measurement: Measurement? { measured.withLock { $0 } }

  /// A measurement on `count` images begins.
  func beginMeasuring(_ count: Int) { measured.withLock { $0 = Measurement(images: 0, count: count, start: .now) } }

  /// So many images are done.
  func measured(_ images: Int) { measured.withLock { $0?.images = images } }

  /// It has ended.
  func endMeasuring() { measured.withLock { $0 = nil } }

  /// The attack of a step begins.
  func begin(_ step: Int, _ attack: String) {
    noted.withLock { $0 = State(step: step, attack: attack, iteration: 0, iterations: 0, start: .now) }
  }

  /// It has ended.
  func end() { noted.withLock { $0 = nil } }
}

extension StepProgress: AttackObserver {
  package func begins(_ iteration: Int, of count: Int) {
    noted.withLock { state in
      state?.iteration = iteration
      state?.iterations = count
    }
  }
}
