import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into a request to stop; a second one leaves at once.
final class SignalWatch: Sendable {
  private let seen = Mutex<Int32?>(nil)
  // Only kept alive; nothing is done with them after the start.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  /// The first signal that came, if one did.
  var signal: Int32? { seen.withLock { $0 } }

  /// Watches until the program ends. `stop` is called on a queue of its own.
  init(stop: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "dualab signals")
    let numbers = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnoredByParent($0) }
    sources = numbers.map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
    for (number, source) in zip(numbers, sources) {
      source.setEventHandler { @Sendable [self] in
        let isFirst = seen.withLock { seen in
          defer { seen = seen ?? number }
          return seen == nil
        }
        if isFirst { stop() } else { _exit(128 + number) }
      }
      source.resume()
    }
  }

  /// `nohup` asks to live on after a hang-up.
  private static func isIgnoredByParent(_ number: Int32) -> Bool {
    var action = sigaction()
    guard number == SIGHUP, sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
