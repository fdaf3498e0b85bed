/// What `Command.attack` runs on a frozen copy of the weights.
package enum AttackScope: String, Sendable, Hashable, Codable, CaseIterable {
  /// The sentinel's cheap attacks on the whole probe.
  case quick
  /// Standard AutoAttack on the whole probe: what confirms an alarm.
  case full
}

/// The progress of an attack on a frozen copy: the event `attackProgress`.
package struct AttackProgressNote: Sendable, Hashable, Codable {
  /// The stage of an attack.
  package enum Phase: String, Sendable, Hashable, Codable {
    /// It has not started; `secondsLeft` is what it would take at most.
    case forecast
    /// It is running.
    case running
    /// It is done, and `accuracy` is its result.
    case finished
    /// It was cancelled; `accuracy` is an upper bound.
    case cancelled
    /// It ended in an error, which `reason` states; `accuracy` is an upper bound.
    case failed

    /// True when nothing follows.
    package var isEnd: Bool {
      switch self {
      case .forecast, .running: false
      case .finished, .cancelled, .failed: true
      }
    }
  }

  /// One attack of the suite that has started.
  package struct Tally: Sendable, Hashable, Codable {
    /// Its name: `APGD-T`.
    package var attack: String
    /// Images it has finished.
    package var attacked: Int
    /// Images it has to attack: those that the attacks before it did not break.
    package var total: Int
    /// Images it has broken.
    package var broken: Int
    /// Forward and backward passes of one image that it took; nil where that was not counted.
    package var passes: Int?
    /// Seconds that it took; only shown.
    package var seconds: Double?

    package init(
      attack: String, attacked: Int, total: Int, broken: Int, passes: Int? = nil, seconds: Double? = nil
    ) {
      self.attack = attack
      self.attacked = attacked
      self.total = total
      self.broken = broken
      self.passes = passes
      self.seconds = seconds
    }
  }

  /// Steps done when the weights were copied.
  package var step: Int
  /// What runs.
  package var scope: AttackScope
  /// Its stage.
  package var phase: Phase
  /// Images of the probe.
  package var n: Int
  /// Images that it begins with: those that the attack of training left, or, after the end of a run, those classified
  /// correctly without an attack; nil before that is known.
  package var correct: Int?
  /// Images broken so far, by all attacks.
  package var broken: Int
  /// The attacks that have started, in order; the last one is running.
  package var tallies: [Tally]
  /// Iteration of the running attack, from 0; nil when none is running.
  package var iteration: Int?
  /// Iterations of one attempt of it.
  package var iterations: Int?
  /// Seconds so far; only shown.
  package var seconds: Double
  /// Seconds left if no further image breaks; nil when not known. Only shown.
  package var secondsLeft: Double?
  /// The error message of a failure; nil otherwise.
  package var reason: String?
  /// The radius of the ball; nil where that was not told.
  package var epsilon: Double?
  /// Which weights were copied, at the end of a run; nil for those that are being trained.
  package var weights: Probe.Weights?

  package init(
    step: Int, scope: AttackScope, phase: Phase, n: Int, correct: Int? = nil, broken: Int = 0, tallies: [Tally] = [],
    iteration: Int? = nil, iterations: Int? = nil, seconds: Double = 0, secondsLeft: Double? = nil,
    reason: String? = nil
  ) {
    self.step = step
    self.scope = scope
    self.phase = phase
    self.n = n
    self.correct = correct
    self.broken = broken
    self.tallies = tallies
    self.iteration = iteration
    self.iterations = iterations
    self.seconds = seconds
    self.secondsLeft = secondsLeft
    self.reason = reason
  }

  /// Accuracy under all attacks so far: an upper bound until it is finished; nil before the clean pass.
  package var accuracy: Proportion? { correct.map { Proportion(correct: $0 - broken, n: n) } }
}
