import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into a request to stop. A second SIGINT or SIGTERM ends the program at once.
final class SignalWatch: Sendable {
  private let seen = Mutex<Int32?>(nil)
  // Only kept alive; not used after the start.
  private nonisolated(unsafe) let sources: [any DispatchSourceProtocol]

  /// The first signal received; nil when there was none.
  var signal: Int32? { seen.withLock { $0 } }

  /// Watches until the program ends. Calls `stop` on a separate queue. Returns when no signal can end the program by
  /// itself any more.
  init(stop: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "dualab signals"), ready = DispatchSemaphore(value: 0)
    let numbers = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnoredByParent($0) }
    let signals = numbers.map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
    sources = signals
    for (number, source) in zip(numbers, signals) {
      source.setEventHandler { @Sendable [self] in take(number, stop) }
      source.setRegistrationHandler { @Sendable in ready.signal() }
      source.resume()
    }
    for _ in signals { ready.wait() }
  }

  /// The same for signals that other code catches and writes to a pipe, one byte each. Earlier signals are not lost.
  init(pipe: Int32, stop: @escaping @Sendable () -> Void) {
    let source = DispatchSource.makeReadSource(
      fileDescriptor: pipe, queue: DispatchQueue(label: "dualab signals"))
    sources = [source]
    source.setEventHandler { @Sendable [self] in
      var bytes = [UInt8](repeating: 0, count: 64)
      let count = read(pipe, &bytes, bytes.count)
      for number in bytes.prefix(max(0, count)).map(Int32.init) where [SIGINT, SIGTERM, SIGHUP].contains(number) {
        take(number, stop)
      }
    }
    source.resume()
  }

  private func take(_ number: Int32, _ stop: @Sendable () -> Void) {
    let isFirst = seen.withLock { seen in
      defer { seen = seen ?? number }
      return seen == nil
    }
    // When a terminal closes, both the kernel and the shell send SIGHUP. The second one is not a request to hurry.
    if isFirst { stop() } else if number != SIGHUP { _exit(128 + number) }
  }

  /// `nohup` ignores SIGHUP so that its program keeps running.
  private static func isIgnoredByParent(_ number: Int32) -> Bool {
    var action = sigaction()
    guard number == SIGHUP, sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
