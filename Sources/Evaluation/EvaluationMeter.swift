import Attacks
import Networks

/// Counts and times a running evaluation.
struct EvaluationMeter {
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var lapBegan: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant?
  private var attack = 0
  private var total = 0
  private var finished = 0
  private var broken = 0
  /// Passes of runs that have ended.
  private var forwards = 0
  private var backwards = 0

  init() {
    began = clock.now
    lapBegan = began
  }

  /// Starts an attack.
  mutating func begin(_ attack: Int, pending: Int) {
    self.attack = attack
    total = pending
    finished = 0
    broken = 0
    lapBegan = clock.now
  }

  /// Counts a run that ended.
  mutating func end(_ tally: RunTally, broken isBroken: Bool) {
    finished += 1
    if isBroken { broken += 1 }
    forwards += tally.forwards
    backwards += tally.backwards
  }

  /// Seconds since the last call or `begin`.
  mutating func lap() -> Double {
    let now = clock.now
    defer { lapBegan = now }
    return (now - lapBegan) / .seconds(1)
  }

  /// Whether 50 ms have passed since progress was last shown.
  mutating func isDue() -> Bool {
    let now = clock.now
    if let lastShown, now - lastShown < .milliseconds(50) { return false }
    lastShown = now
    return true
  }

  /// How far everything is.
  func progress(
    _ record: EvaluationRecord, of running: any EvaluationAttack, active: [AttackRounds.Entry], classes: Int
  ) -> EvaluationProgress {
    let tallies = active.map(\.run.tally)
    let forwards = tallies.reduce(forwards) { $0 + $1.forwards }
    let backwards = tallies.reduce(backwards) { $0 + $1.backwards }
    let oldest = tallies.max { $0.iterations < $1.iterations }
    let seconds = (clock.now - began) / .seconds(1)
    let spent = tallies.reduce(0) { $0 + $1.forwards + $1.backwards }
    let left = max(0, passesLeft(record, classes: classes) - spent)
    return EvaluationProgress(
      attack: attack, finished: finished, total: total, active: active.count, broken: broken,
      attempt: oldest?.attempt ?? 0, attempts: running.attempts(classes: classes),
      iteration: oldest?.iteration ?? 0, iterations: running.iterations,
      robust: record.examples.count(where: \.isRobust),
      images: record.examples.count, forwards: forwards, backwards: backwards, seconds: seconds,
      secondsLeft: seconds / Double(max(1, forwards + backwards)) * Double(left))
  }

  /// Passes of everything pending, if nothing more breaks.
  private func passesLeft(_ record: EvaluationRecord, classes: Int) -> Int {
    var sum = 0
    for (number, pending) in record.settings.suite.attacks.enumerated() where number >= attack {
      let (forwards, backwards) = pending.base.passes(classes: classes)
      sum += (forwards + backwards) * record.examples.count { record.isPending(number, on: $0) }
    }
    return sum
  }
}

extension RobustnessEvaluation {
  /// The maximum cost of what is left of the evaluation, from a short timing of the classifier: a few passes on all
  /// lanes.
  package func forecast() -> CostForecast {
    let classes = classifier.classes
    var result = CostForecast(images: 0, forwards: 0, backwards: 0, secondsPerForward: 0, secondsPerBackward: 0)
    let images = record.examples.isEmpty ? set.count : record.examples.count(where: \.isRobust)
    result.images = images
    for (number, attack) in record.settings.suite.attacks.enumerated() {
      let (forwards, backwards) = attack.base.passes(classes: classes)
      let pending =
        record.examples.isEmpty ? set.count : record.examples.count { record.isPending(number, on: $0) }
      result.forwards += pending * forwards
      result.backwards += pending * backwards
    }
    if record.settings.compares && record.comparisons == nil {
      for (attack, _) in Comparison.attacks(record.settings, set.shape) {
        let (forwards, backwards) = attack.passes(classes: classes)
        result.forwards += comparedCount * forwards
        result.backwards += comparedCount * backwards
      }
    }
    (result.secondsPerForward, result.secondsPerBackward) = timing()
    return result
  }

  /// Seconds per forward and per backward pass of one image: the best of five on all lanes at once.
  private func timing() -> (forward: Double, backward: Double) {
    let clock = ContinuousClock(), lanes = classifier.laneCount, classes = classifier.classes
    let count = min(set.count, Lane.capacity)
    var forward = Duration.seconds(1_000_000), both = forward
    for _ in 0..<5 {
      let once = clock.measure {
        classifier.eachSeat(lanes) { lane, _ in _ = lane.forward(set.image(0), count: count) }
      }
      let there = clock.measure {
        classifier.eachSeat(lanes) { lane, _ in
          _ = lane.forward(set.image(0), count: count)
          lane.cotangent.update(repeating: 1, count: count * classes)
          _ = lane.backward()
        }
      }
      forward = min(forward, once)
      both = min(both, there)
    }
    let images = Double(count * lanes)
    return (forward / .seconds(1) / images, max(.zero, both - forward) / .seconds(1) / images)
  }
}
