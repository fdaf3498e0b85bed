import Dispatch
import Events
import Synchronization
import Tensors

/// What reaches a session from outside, at any time.
enum Arrival: Sendable {
  /// Someone asks for something.
  case command(Command)
  /// The attack on a frozen copy tells its progress.
  case report(FrozenReport)
  /// A checkpoint was written while training went on, or could not be.
  case written(Result<CheckpointNote, FileError>)
  /// The record of the run cannot be written, for this reason; nil when it can be again.
  case recordTrouble(String?)
}

/// What is on its way into a session: any thread puts it in, the engine's thread takes it out in order.
final class Inbox: Sendable {
  private let arrivals = Mutex<[Arrival]>([])
  private let signal = DispatchSemaphore(value: 0)

  /// Puts one in and wakes a waiting reader. Never blocks.
  func put(_ arrival: Arrival) {
    arrivals.withLock { $0.append(arrival) }
    signal.signal()
  }

  /// The arrival that came first; nil when there is none.
  func take() -> Arrival? {
    arrivals.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }

  /// Blocks until something may have arrived; may return early when what arrived was taken before.
  func wait() { signal.wait() }

  /// Blocks until something has arrived, but not longer than this; takes it.
  func next(within seconds: Double) -> Arrival? {
    let limit = DispatchTime.now() + seconds
    while true {
      if let arrival = take() { return arrival }
      if signal.wait(timeout: limit) == .timedOut { return nil }
    }
  }

  /// Blocks until something has arrived, and takes it.
  func next() -> Arrival {
    while true {
      if let arrival = take() { return arrival }
      wait()
    }
  }
}
