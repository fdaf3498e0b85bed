import Dispatch
import Events
import Synchronization

/// What reaches a session from outside, at any time.
enum Arrival: Sendable {
  /// Someone asks for something.
  case command(Command)
  /// The attack on a frozen copy tells its progress.
  case report(FrozenReport)
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

  /// Blocks until something has arrived, and takes it.
  func next() -> Arrival {
    while true {
      if let arrival = take() { return arrival }
      wait()
    }
  }
}
