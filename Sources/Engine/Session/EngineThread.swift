import Dispatch
import Foundation
import Synchronization

/// A separate thread as an actor's executor, so that hours of computing never occupy the cooperative pool.
///
/// The thread lives until `stop()`; jobs queued before it still run.
final class EngineThread: SerialExecutor, Sendable {
  private struct State {
    var jobs: [UnownedJob] = []
    var isStopped = false
    var thread: pthread_t?
  }

  private enum Next {
    case run(UnownedJob), wait, leave
  }

  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)

  /// Starts the thread.
  init(name: String) {
    let thread = Thread { [self] in
      loop(name)
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    wake.signal()
  }

  /// Ends the thread once its queue is empty.
  func stop() {
    state.withLock { $0.isStopped = true }
    wake.signal()
  }

  func checkIsolated() {
    precondition(isIsolatingCurrentContext() == true, "not on the engine's thread")
  }

  func isIsolatingCurrentContext() -> Bool? {
    state.withLock { $0.thread } == pthread_self()
  }

  private func loop(_ name: String) {
    state.withLock { $0.thread = pthread_self() }
    var isNamed = false
    while true {
      switch next() {
      case .run(let job):
        // Foundation names the calling thread when this is set before the start, and nobody when the thread runs before
        // its creator has noted it; with the first job it is noted.
        if !isNamed { Thread.current.name = name }
        isNamed = true
        job.runSynchronously(on: asUnownedSerialExecutor())
      case .wait: wake.wait()
      case .leave: return
      }
    }
  }

  private func next() -> Next {
    state.withLock { state in
      if !state.jobs.isEmpty { return .run(state.jobs.removeFirst()) }
      return state.isStopped ? .leave : .wait
    }
  }
}
