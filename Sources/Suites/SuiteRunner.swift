import Engine
import Foundation
import Networks
import Synchronization

/// Performs a plan: trains and measures what the store does not have, several runs in parallel.
///
/// Each run has its own threads and random streams, so its results do not depend on how many runs are in parallel. With
/// `sharing`, other workers take runs from the same folder, on this machine or others.
package final class SuiteRunner: Sendable {
  struct State {
    var isStopped = false
    /// Numbers of the runs that are taken: being performed, finished or failed here.
    var taken: Set<Int> = []
    /// Runs that another worker has taken over.
    var lost: Set<Int> = []
    /// Runs of other workers that have been reported.
    var reported: Set<Int> = []
    var engines: [Int: TrainingEngine] = [:]
    var failures: [String] = []
  }

  let plan: SuitePlan
  let store: SuiteStore
  let claims: ClaimFolder?
  let sharing: SuiteSharing?
  let state = Mutex(State())
  private let threads: Int
  private let jobs: Int

  /// Performs `jobs` runs in parallel, with `threads` threads each. With `sharing`, the store must be shared too.
  package init(_ plan: SuitePlan, store: SuiteStore, jobs: Int, threads: Int, sharing: SuiteSharing? = nil) {
    (self.plan, self.store, self.jobs, self.threads) = (plan, store, max(1, jobs), max(1, threads))
    self.sharing = sharing
    claims = sharing.map { ClaimFolder(store.claims, patience: $0.patience) }
  }

  /// Stops soon: aborts trainings, and stores the partial results of evaluations. Can be called from any thread.
  package func stop() {
    let engines = state.withLock { state in
      state.isStopped = true
      return Array(state.engines.values)
    }
    for engine in engines { engine.send(.stop) }
  }

  /// True after `stop`.
  package var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Runs to the end of the plan, or until `stop`. Returns one line per failed run; a failure does not stop other runs.
  package func run(observe: @escaping @Sendable (SuiteProgress) -> Void) async -> [String] {
    // The first call chooses the kernel variant and must not happen on several threads at the same time.
    _ = KernelVariant.current
    let runs = plan.runs, heart = claims.map { _ in startHeart() }
    defer { heart?.stop() }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<min(jobs, runs.count) {
        group.addTask { [self] in
          while let number = await next(runs, observe) {
            let isFinished = await perform(number, runs[number].title, runs[number].run, observe)
            release(number, runs[number].run, isFinished: isFinished)
          }
        }
      }
    }
    return state.withLock { $0.failures }
  }

  /// Takes the next run; nil when there is none, or after `stop`.
  private func next(
    _ runs: [(title: String, run: SuiteRun)], _ observe: @escaping @Sendable (SuiteProgress) -> Void
  ) async -> Int? {
    if let claims { return await nextShared(runs, claims, observe) }
    return state.withLock { state in
      guard !state.isStopped, let number = runs.indices.first(where: { !state.taken.contains($0) }) else { return nil }
      state.taken.insert(number)
      return number
    }
  }

  /// Trains and measures one run. True when everything is in the store afterwards.
  private func perform(
    _ number: Int, _ title: String, _ run: SuiteRun, _ observe: @escaping @Sendable (SuiteProgress) -> Void
  ) async -> Bool {
    let job = SuiteJob(
      title: title, run: run, store: store, threads: threads,
      poll: { [self] in if isOver(number) { throw Interruption() } }, observe: observe)
    do {
      defer { state.withLock { $0.engines[number] = nil } }
      try await job.train(tracks: plan.suite.measures.contains(.running)) { engine in
        state.withLock { $0.engines[number] = engine }
        if isOver(number) { engine.send(.stop) }
      }
      for key in plan.measurements { try await onThread { try job.measure(key) } }
      observe(SuiteProgress(title, .done))
      return true
    } catch is Interruption {
      return false
    } catch {
      state.withLock { $0.failures.append("\(title): \(error)") }
      observe(SuiteProgress(title, .failed("\(error)")))
      return false
    }
  }

  /// True when a run is to be left: everything stops, or another worker has it now.
  private func isOver(_ number: Int) -> Bool { state.withLock { $0.isStopped || $0.lost.contains(number) } }

  /// Runs long computations on a separate thread, so that they do not block the cooperative thread pool.
  private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      let thread = Thread { continuation.resume(with: Result(catching: body)) }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }
}
