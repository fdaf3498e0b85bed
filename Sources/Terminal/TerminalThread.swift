import CTerminal
import Foundation
import Synchronization

/// The only thread that uses the terminal: it runs the jobs of its actor and waits for keys and signals in between.
///
/// It is a separate thread because curses is not thread-safe, and because waiting for a key must not block one of the
/// few threads that all other actors share.
final class TerminalThread: SerialExecutor, @unchecked Sendable {
  /// What is ready after waiting.
  struct Readiness {
    /// There are keys to read.
    var keys = false
    /// The terminal has been closed.
    var gone = false
    /// There are signals to read.
    var signals = false
  }

  /// What to wait for next, in addition to jobs.
  struct Wait {
    /// The terminal's descriptor, or -1.
    var keys: Int32 = -1
    /// The pipe of signals, or -1.
    var signals: Int32 = -1
    /// The longest time to wait; -1 for no limit.
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

  /// Creates the thread without starting it. Throws `ScreenError` when there are too many open files.
  init() throws {
    var ends: [Int32] = [-1, -1]
    guard terminal_pipe(&ends) == 0 else {
      throw ScreenError(description: "cannot create a pipe: \(String(cString: strerror(errno))); close some files")
    }
    (wakeRead, wakeWrite) = (ends[0], ends[1])
  }

  deinit {
    close(wakeRead)
    close(wakeWrite)
  }

  /// Runs jobs until `stop`; calls `turn` after them and whenever something is ready.
  func start(turn: @escaping @Sendable (Readiness) -> Wait) {
    Thread.detachNewThread { self.loop(turn) }
  }

  /// Ends the thread after the jobs that are queued.
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
