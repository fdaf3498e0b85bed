import Engine
import Events
import Foundation
import Recipe
import Spelling
import Synchronization
import Terminal

/// The branch that trains next to the run of a lab, in the same process: a run of its own in a folder of its own.
///
/// It has half as many threads as the run it leaves; the system shares the cores between the two. What either computes
/// does not depend on that.
final class BranchBeside: Sendable {
  private let parent: RunningSession
  private let options: RunOptions
  private let state = Mutex<(session: RunningSession, ended: Task<Summary, Never>)?>(nil)

  init(of parent: RunningSession, _ options: RunOptions) { (self.parent, self.options) = (parent, options) }

  /// Makes the branch and starts it. Throws `RunError`, `SettingError` or `CommandFailure`, in one line.
  func start(at step: Int, _ changes: [Assignment]) throws -> Companion {
    let threads = max(1, parent.plan.threads / 2)
    let session = try RunningSession(branching: try parent.branch(at: step, changes), options, threads: threads)
    var curves = try parent.asParent(of: session)
    // What lies between the checkpoint of the branch and its step comes out the same.
    curves.trunk = step
    let engine = session.engine
    state.withLock { $0 = (session, Task { await engine.run() }) }
    return Companion(
      history: session.history, parent: curves,
      note: "\(session.folder.url.relativePath) trains next to its parent on \(NumberText.count(threads, "thread")); "
        + "o switches between the two",
      events: session.alarms.relay(engine.events), send: { engine.send($0) })
  }

  /// The branch's folder, if there is one.
  var folder: URL? { state.withLock { $0?.session.folder.url } }

  /// Asks something of the branch, if there is one.
  func send(_ command: Command) { state.withLock { $0?.session.engine.send(command) } }

  /// Waits for its end; nil when there is none.
  func end() async -> (session: RunningSession, summary: Summary)? {
    guard let (session, ended) = state.withLock({ $0 }) else { return nil }
    let summary = await ended.value
    session.tidy(after: summary)
    return (session, summary)
  }
}
