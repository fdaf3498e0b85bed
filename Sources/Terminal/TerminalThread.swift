import CTerminal
import Foundation
import Synchronization

/// The one thread that touches the terminal: it runs the jobs of the actor on it and waits for keys and signals between.
///
/// A thread of its own because curses is not thread-safe, and because waiting for a key must not occupy one of the few
/// threads that all other actors share.
final class TerminalThread: SerialExecutor, @unchecked Sendable {
  /// What a round of waiting found.
  struct Readiness {
    /// Keys wait.
    var keys = false
    /// The terminal is gone.
    var gone = false
    /// Signals wait.
    var signals = false
  }

  /// What to wait for next, beside jobs.
  struct Wait {
    /// The terminal's descriptor, or -1.
    var keys: Int32 = -1
    /// The signal pipe, or -1.
    var signals: Int32 = -1
    /// At most this long; -1 for ever.
    var milliseconds: Int32 = -1
  }

  private struct State {
    var jobs: [UnownedJob] = []
    var stopped = false
    var thread: pthread_t?
  }

  private let state = Mutex(State())
  private let wakeRead: Int32
  private let wakeWrite: Int32

  /// A thread that is not yet running. Throws when the system has no descriptors left.
  init() throws {
    var ends: [Int32] = [-1, -1]
    guard terminal_pipe(&ends) == 0 else {
      throw ScreenError(description: "the screen cannot open a pipe: \(String(cString: strerror(errno)))")
    }
    (wakeRead, wakeWrite) = (ends[0], ends[1])
  }

  deinit {
    close(wakeRead)
    close(wakeWrite)
  }

  /// Runs jobs, and `turn` after them and whenever something is ready, until `stop`.
  func start(turn: @escaping @Sendable (Readiness) -> Wait) {
    Thread.detachNewThread { self.loop(turn) }
  }

  /// Ends the thread after the jobs it has.
  func stop() {
    state.withLock { $0.stopped = true }
    wake()
  }

  private func loop(_ turn: (Readiness) -> Wait) {
    state.withLock { $0.thread = pthread_self() }
    terminal_name_thread()
    var wait = Wait()
    while true {
      let ready = poll(wait)
      let (jobs, stopped) = state.withLock { state in
        defer { state.jobs.removeAll() }
        return (state.jobs, state.stopped)
      }
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      if stopped && jobs.isEmpty { return }
      wait = stopped ? Wait(milliseconds: 0) : turn(ready)
    }
  }

  private func poll(_ wait: Wait) -> Readiness {
    var waited = [wakeRead, wait.keys, wait.signals].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    guard Foundation.poll(&waited, nfds_t(waited.count), wait.milliseconds) > 0 else { return Readiness() }
    if waited[0].revents != 0 {
      var bytes = [UInt8](repeating: 0, count: 64)
      while read(wakeRead, &bytes, bytes.count) > 0 {}
    }
    let keys = Int32(waited[1].revents)
    return Readiness(
      keys: keys & POLLIN != 0, gone: keys & (POLLHUP | POLLERR | POLLNVAL) != 0, signals: waited[2].revents != 0)
  }

  private func wake() {
    var byte: UInt8 = 0
    _ = write(wakeWrite, &byte, 1)
  }

  // MARK: SerialExecutor

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    wake()
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  func checkIsolated() {
    precondition(isIsolatingCurrentContext() == true, "not on the terminal's thread")
  }

  func isIsolatingCurrentContext() -> Bool? {
    state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }
}
