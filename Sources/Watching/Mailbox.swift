import Dispatch
import Events
import Synchronization

/// Commands on their way to the watching thread.
final class Mailbox: Sendable {
  private let commands = Mutex<[Command]>([])
  private let signal = DispatchSemaphore(value: 0)

  /// Puts one in and wakes the reader. Never blocks; from any thread.
  func put(_ command: Command) {
    commands.withLock { $0.append(command) }
    signal.signal()
  }

  /// The command that came first; nil when there is none.
  func take() -> Command? { commands.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

  /// Sleeps until a command comes, for at most `seconds`.
  func wait(seconds: Double) { _ = signal.wait(timeout: .now() + .milliseconds(Int(max(1, seconds * 1000)))) }
}
