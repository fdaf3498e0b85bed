import Foundation
import Synchronization

/// How a worker shares the folder of a suite with others.
package struct SuiteSharing: Sendable, Hashable {
  /// Seconds without a sign of life after which a worker of another machine counts as dead.
  package var patience: Double
  /// Stay until the runs of other workers are finished, and take over those of dead ones.
  package var waits: Bool

  package init(patience: Double = 120, waits: Bool = true) { (self.patience, self.waits) = (patience, waits) }
}

extension SuiteRunner {
  /// Claims the next run that nobody has. While other workers have all that are left, waits for one to die or to
  /// finish. Nil when everything is finished or has failed here, or after `stop`.
  func nextShared(
    _ runs: [(title: String, run: SuiteRun)], _ claims: ClaimFolder,
    _ observe: @escaping @Sendable (SuiteProgress) -> Void
  ) async -> Int? {
    while !isStopped {
      var isWaiting = false
      for number in runs.indices where reserve(number) {
        do {
          if try claim(number, runs[number].title, runs[number].run, claims, observe) { return number }
          isWaiting = isWaiting || !state.withLock { $0.taken.contains(number) }
        } catch {
          state.withLock { $0.failures.append("\(runs[number].title): \(error)") }
          observe(SuiteProgress(runs[number].title, .failed("\(error)")))
        }
      }
      guard isWaiting, sharing?.waits ?? true else { return nil }
      try? await Task.sleep(for: .seconds(min(2, claims.patience / 4)))
    }
    return nil
  }

  private func reserve(_ number: Int) -> Bool {
    state.withLock { !$0.isStopped && $0.taken.insert(number).inserted }
  }

  /// True when the run is ours now. A finished one stays taken; one that another worker has is given back.
  private func claim(
    _ number: Int, _ title: String, _ run: SuiteRun, _ claims: ClaimFolder,
    _ observe: @escaping @Sendable (SuiteProgress) -> Void
  ) throws -> Bool {
    if isFinished(run) {
      observe(SuiteProgress(title, .known("already finished")))
      observe(SuiteProgress(title, .done))
      return false
    }
    switch try claims.take(run.digest) {
    case .busy(let owner):
      let isNew = state.withLock { state in
        state.taken.remove(number)
        return owner != nil && state.reported.insert(number).inserted
      }
      if isNew, let owner { observe(SuiteProgress(title, .known("\(owner) is working on it"))) }
      return false
    case .taken(let dead):
      // Its owner may have finished and given it up between the two looks.
      if isFinished(run) {
        claims.release(run.digest, finished: true)
        observe(SuiteProgress(title, .known("already finished")))
        observe(SuiteProgress(title, .done))
        return false
      }
      if let dead { observe(SuiteProgress(title, .known("taken over from \(dead), which is dead"))) }
      return true
    }
  }

  private func isFinished(_ run: SuiteRun) -> Bool {
    store.refresh(run)
    return store.isComplete(run, plan.measurements)
  }

  // MARK: signs of life

  /// A thread that renews the claims until it is stopped.
  final class Heart: Sendable {
    private let isBeating = Mutex(true)
    func stop() { isBeating.withLock { $0 = false } }
    var beats: Bool { isBeating.withLock { $0 } }
  }

  /// Starts to renew the claims of this worker. A run that another worker has taken over is stopped here.
  func startHeart() -> Heart {
    let heart = Heart()
    guard let claims else { return heart }
    let numbers = Dictionary(uniqueKeysWithValues: plan.runs.enumerated().map { ($1.run.digest, $0) })
    let thread = Thread { [self] in
      var waited = 0.0
      while heart.beats {
        // Short naps, so that the program ends at once.
        usleep(20_000)
        waited += 0.02
        guard waited >= claims.interval else { continue }
        waited = 0
        for number in claims.beat().compactMap({ numbers[$0] }) { leave(number) }
      }
    }
    thread.start()
    return heart
  }

  /// Stops a run that another worker has now.
  private func leave(_ number: Int) {
    let engine = state.withLock { state in
      state.lost.insert(number)
      return state.engines[number]
    }
    engine?.send(.stop)
  }

  /// Gives up the claim on a run that was performed. One that another worker took over is looked at again later.
  func release(_ number: Int, _ run: SuiteRun, isFinished: Bool) {
    claims?.release(run.digest, finished: isFinished)
    state.withLock { state in
      if state.lost.remove(number) != nil { state.taken.remove(number) }
    }
  }
}
