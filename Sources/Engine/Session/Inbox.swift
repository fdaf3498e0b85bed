import Dispatch
import Events
import Synchronization
import Tensors

/// What reaches a session from outside, at any time.
enum Arrival: Sendable {
  /// Someone asks for something.
  case command(Command)
  /// The same, and they want to know why it was refused; nil when it was not.
  case asked(Command, @Sendable (Refusal?) -> Void)
  /// The attack on a frozen copy tells its progress.
  case report(FrozenReport)
  /// A checkpoint was written while training went on, or could not be.
  case written(Result<CheckpointNote, FileError>)
  /// The record of the run cannot be written, for this reason; nil when it can be again.
  case recordTrouble(String?)
}

/// What is on its way into a session: any thread puts it in, the session's thread takes it out in order.
package final class Inbox<Item: Sendable>: Sendable {
  private let items = Mutex<[Item]>([])
  private let signal = DispatchSemaphore(value: 0)

  package init() {}

  /// Puts one in and wakes a waiting reader. Never blocks.
  package func put(_ item: Item) {
    items.withLock { $0.append(item) }
    signal.signal()
  }

  /// The item that came first; nil when there is none.
  package func take() -> Item? {
    items.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }

  /// Blocks until something may have arrived; may return early when what arrived was taken before.
  package func wait() { signal.wait() }

  /// Blocks for at most `seconds`.
  package func wait(seconds: Double) { _ = signal.wait(timeout: .now() + .milliseconds(Int(max(1, seconds * 1000)))) }

  /// Blocks until something has arrived, but not longer than this; takes it.
  package func next(within seconds: Double) -> Item? {
    let limit = DispatchTime.now() + seconds
    while true {
      if let item = take() { return item }
      if signal.wait(timeout: limit) == .timedOut { return nil }
    }
  }

  /// Blocks until something has arrived, and takes it.
  package func next() -> Item {
    while true {
      if let item = take() { return item }
      wait()
    }
  }
}
