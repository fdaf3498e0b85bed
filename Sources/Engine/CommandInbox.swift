import Dispatch
import Events
import Synchronization

/// Commands on their way into a session: any thread puts them in, the engine's thread takes them out in order.
final class CommandInbox: Sendable {
  private let commands = Mutex<[Command]>([])
  private let arrivals = DispatchSemaphore(value: 0)

  /// Puts a command in and wakes a waiting reader. Never blocks.
  func put(_ command: Command) {
    commands.withLock { $0.append(command) }
    arrivals.signal()
  }

  /// The command that came first; nil when there is none.
  func take() -> Command? {
    commands.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }

  /// Blocks until something may have come; may return too early when what had come was taken before.
  func wait() { arrivals.wait() }
}
