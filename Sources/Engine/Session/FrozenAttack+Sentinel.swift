import Attacks
import Diagnostics
import Evaluation
import Events
import Networks
import Spelling

extension FrozenAttack {
  /// The sentinel's quick tier, or a full AutoAttack on the whole probe. No one else may use `network` from here on.
  package convenience init(
    _ sentinel: Sentinel, _ attack: any Attack, on network: Network, scope: AttackScope, step: Int,
    epsilon: Double? = nil
  ) {
    // Only the attack's thread touches the copy; of the sentinel only what does not change is read.
    nonisolated(unsafe) let sentinel = sentinel
    nonisolated(unsafe) let network = network
    self.init { tell, isCancelled in
      FrozenRun(
        sentinel: sentinel, attack: attack, network: network, scope: scope, step: step, epsilon: epsilon
      )
      .run(tell: tell, isCancelled: isCancelled)
    }
  }
}

/// One attack on frozen weights, from the clean pass to its result.
private struct FrozenRun {
  let sentinel: Sentinel
  let attack: any Attack
  let network: Network
  let scope: AttackScope
  let step: Int
  /// The radius of the attack as a person wrote it.
  let epsilon: Double?

  private struct Cancelled: Error {}

  func run(tell: (FrozenReport) -> Void, isCancelled: () -> Bool) {
    let start = ContinuousClock.now
    var note = AttackProgressNote(step: step, scope: scope, phase: .running, n: sentinel.set.count)
    note.epsilon = epsilon
    func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
    func poll() throws { if isCancelled() { throw Cancelled() } }
    func update(_ progress: EvaluationProgress, _ suite: AttackSuite) {
      note.take(progress, suite)
      note.seconds = seconds()
      tell(FrozenReport(progress: note))
    }
    do {
      let (quick, _) = try sentinel.quick(
        afterStep: step, attack, on: network, observe: { if scope == .quick { update($0, $1) } }, poll: poll)
      note.correct = quick.survivors.count
      let full =
        scope == .full
        ? try sentinel.deep(after: quick, attack, on: network, isFull: true, observe: update, poll: poll) : nil
      note.finish(.finished, seconds: seconds())
      note.broken = (full?.reading ?? quick.reading).broken
      tell(FrozenReport(progress: note, reading: full?.reading, warnings: full?.warnings.map(\.line) ?? []))
    } catch is Cancelled {
      note.finish(.cancelled, seconds: seconds())
      tell(FrozenReport(progress: note))
    } catch {
      note.finish(.failed, seconds: seconds())
      note.reason = oneLine("\(error)")
      tell(FrozenReport(progress: note))
    }
  }
}

extension AttackProgressNote {
  /// What replaces an attack's name while the evaluation linter runs.
  private static let checks = "checks"

  /// Takes over how far an evaluation is.
  package mutating func take(_ progress: EvaluationProgress, _ suite: AttackSuite) {
    guard progress.attack >= 0 else {
      tallies = [Tally(attack: Self.checks, attacked: progress.finished, total: progress.total, broken: 0)]
      (iteration, iterations, secondsLeft) = (nil, nil, nil)
      return
    }
    if tallies.first?.attack == Self.checks { tallies = [] }
    // The evaluation counts what all of its attacks took.
    let before = tallies.prefix(progress.attack)
    let tally = Tally(
      attack: suite.attacks[progress.attack].title, attacked: progress.finished, total: progress.total,
      broken: progress.broken,
      passes: progress.forwards + progress.backwards - before.reduce(0) { $0 + ($1.passes ?? 0) },
      seconds: progress.seconds - before.reduce(0) { $0 + ($1.seconds ?? 0) })
    if tallies.count > progress.attack { tallies[progress.attack] = tally } else { tallies.append(tally) }
    broken = tallies.reduce(0) { $0 + $1.broken }
    iteration = progress.iteration
    iterations = progress.iterations
    secondsLeft = progress.secondsLeft
  }

  /// Notes how it ended.
  package mutating func finish(_ phase: Phase, seconds: Double) {
    self.phase = phase
    self.seconds = seconds
    (iteration, iterations, secondsLeft) = (nil, nil, nil)
  }
}
