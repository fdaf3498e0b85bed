import Engine
import Foundation
import Networks
import Synchronization

/// Performs a plan: trains and measures what the store does not have, several runs in parallel.
///
/// Each run has its own threads and random streams, so its results do not depend on how many runs are in parallel.
package final class SuiteRunner: Sendable {
  private struct State {
    var isStopped = false
    var next = 0
    var engines: [Int: TrainingEngine] = [:]
    var failures: [String] = []
  }

  private let plan: SuitePlan
  private let store: SuiteStore
  private let threads: Int
  private let jobs: Int
  private let state = Mutex(State())

  /// Performs `jobs` runs in parallel, with `threads` threads each.
  package init(_ plan: SuitePlan, store: SuiteStore, jobs: Int, threads: Int) {
    (self.plan, self.store, self.jobs, self.threads) = (plan, store, max(1, jobs), max(1, threads))
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
    let runs = plan.runs
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<min(jobs, runs.count) {
        group.addTask { [self] in
          while let number = takeNumber(below: runs.count) {
            await perform(number, runs[number].title, runs[number].run, observe)
          }
        }
      }
    }
    return state.withLock { $0.failures }
  }

  private func takeNumber(below count: Int) -> Int? {
    state.withLock { state in
      guard !state.isStopped, state.next < count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  private func perform(
    _ number: Int, _ title: String, _ run: SuiteRun, _ observe: @escaping @Sendable (SuiteProgress) -> Void
  ) async {
    let job = SuiteJob(
      title: title, run: run, store: store, threads: threads,
      poll: { [self] in if isStopped { throw Interruption() } }, observe: observe)
    do {
      defer { state.withLock { $0.engines[number] = nil } }
      try await job.train(tracks: plan.suite.measures.contains(.running)) { engine in
        let isLate = state.withLock { state in
          state.engines[number] = engine
          return state.isStopped
        }
        if isLate { engine.send(.stop) }
      }
      for key in plan.measurements { try await onThread { try job.measure(key) } }
      observe(SuiteProgress(title, .done))
    } catch is Interruption {
      return
    } catch {
      state.withLock { $0.failures.append("\(title): \(error)") }
      observe(SuiteProgress(title, .failed("\(error)")))
    }
  }

  /// Runs long computations on a separate thread, so that they do not block the cooperative thread pool.
  private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      let thread = Thread { continuation.resume(with: Result(catching: body)) }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }
}
