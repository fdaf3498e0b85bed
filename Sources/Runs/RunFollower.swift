import Events
import Foundation

/// What the process that trains a run tells, for another one: read from the record as it grows. Nothing is written.
package struct RunFollower: Sendable {
  private let store: RunStore
  /// Seconds between two looks.
  private static let interval = 0.25

  package init(_ store: RunStore) { self.store = store }

  /// Everything so far, and then what comes; ends a moment after the process has.
  package var events: AsyncStream<Event> {
    AsyncStream { continuation in
      let task = Task.detached {
        var last = 0, hasEnded = false
        while !Task.isCancelled {
          // Asked first: what was written before its end is read after it.
          let isRunning = RunLock.holder(of: store.folder) != nil
          for (seq, event) in (try? store.events(after: last)) ?? [] {
            last = seq
            continuation.yield(event)
          }
          if hasEnded { break }
          hasEnded = !isRunning
          try? await Task.sleep(for: .milliseconds(Int(Self.interval * 1000)))
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
