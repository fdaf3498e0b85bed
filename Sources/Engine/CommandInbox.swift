import Dispatch
import Synchronization

/// What is on its way into a session, commands and the reports of an attack: any thread puts it in, the engine's thread takes it out in order.
final class CommandInbox: Sendable {
  private let inputs = Mutex<[SessionInput]>([])
  private let arrivals = DispatchSemaphore(value: 0)

  /// Puts one in and wakes a waiting reader. Never blocks.
  func put(_ input: SessionInput) {
    inputs.withLock { $0.append(input) }
    arrivals.signal()
  }

  /// The input that came first; nil when there is none.
  func take() -> SessionInput? {
    inputs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }

  /// Blocks until something may have come; may return too early when what had come was taken before.
  func wait() { arrivals.wait() }
}
