import Events
import Foundation
import Readout
import Spelling
import Synchronization

/// What somebody who reaches the control socket may do.
package enum ControlPermission: String, Sendable, Hashable, CaseIterable {
  /// Read events.
  case watch
  /// Change settings, pause, resume, attack, acknowledge, note.
  case tune
  /// Also finish and stop the run, and choose where checkpoints are written.
  case all

  /// True when a command is allowed.
  package func allows(_ command: Command) -> Bool {
    switch command {
    case .finish, .stop, .saveTo: self == .all
    default: self != .watch
    }
  }
}

/// The control socket of a run: `control.sock` in its folder, for the user alone.
///
/// A line in is a JSON object: `{"command": "set beta=1"}` in the words of the lab's command line, or `{"since": 120}`,
/// which sends every event after that number, from the record, and then those to come. A line out is `{"ok": true}`,
/// `{"refused": "why"}`, or an event with its number: `{"seq": 121, …}`.
package final class ControlServer: Sendable {
  /// Understands a line of a person. Throws what is wrong with it, in one line.
  package typealias Reading = @Sendable (String) throws -> Command
  /// Hands a command to the session, and tells why it was refused, or nil.
  package typealias Asking = @Sendable (Command, @escaping @Sendable (String?) -> Void) -> Void

  private let store: RunStore
  private let permission: ControlPermission
  private let read: Reading
  private let ask: Asking
  private let listener: Int32
  private let isOver = Atomic(false)

  /// Opens the socket of a run and listens. Throws `RunError`.
  package init(_ store: RunStore, permission: ControlPermission, read: @escaping Reading, ask: @escaping Asking) throws
  {
    (self.store, self.permission, self.read, self.ask) = (store, permission, read, ask)
    listener = try UnixSocket.listen(in: store.folder)
    Thread.detachNewThread { [weak self, listener] in
      Thread.current.name = "dualab control"
      while true {
        let peer = accept(listener, nil, nil)
        if peer < 0, errno == EINTR { continue }
        guard peer >= 0, let self, !self.isOver.load(ordering: .acquiring) else { return }
        self.serve(SocketLines(peer))
      }
    }
  }

  /// Closes the socket.
  package func close() {
    guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
    shutdown(listener, Int32(SHUT_RDWR))
    Foundation.close(listener)
    unlink(store.folder.appendingPathComponent(UnixSocket.name).path)
  }

  private struct Request: Decodable {
    var command: String?
    var since: Int?
  }

  private func serve(_ peer: SocketLines) {
    Thread.detachNewThread { [self] in
      peer.read { line in
        guard !isOver.load(ordering: .acquiring) else { return false }
        guard let request = try? JSONDecoder().decode(Request.self, from: Data(line.utf8)) else {
          return peer.write(Self.refusal("not a request; send {\"command\": \"set beta=1\"} or {\"since\": 0}"))
        }
        if let since = request.since { follow(peer, after: since) }
        if let command = request.command { obey(command, peer) }
        return true
      }
    }
  }

  private func obey(_ line: String, _ peer: SocketLines) {
    do {
      let command = try read(line)
      guard permission.allows(command) else {
        peer.write(Self.refusal("not permitted: the run was started with --control \(permission.rawValue)"))
        return
      }
      ask(command) { refusal in peer.write(refusal.map(Self.refusal) ?? "{\"ok\":true}") }
    } catch {
      peer.write(Self.refusal("\(error)"))
    }
  }

  private static func refusal(_ reason: String) -> String {
    let text = (try? LosslessJSON.text(oneLine(reason))) ?? "\"\""
    return "{\"refused\":\(text)}"
  }

  /// Sends what the record has after a number, and goes on with what comes. Reads the record as anybody can: a slow
  /// peer slows nothing.
  private func follow(_ peer: SocketLines, after seq: Int) {
    Thread.detachNewThread { [self] in
      var last = seq
      while !isOver.load(ordering: .acquiring) {
        for (number, event) in (try? store.events(after: last)) ?? [] {
          last = number
          guard peer.write("{\"seq\":\(number),\(HeadlessReport.json(event).dropFirst())") else { return }
        }
        usleep(200_000)
      }
      peer.end()
    }
  }
}

/// The other end of the control socket.
package enum ControlClient {
  /// Sends a line to the process that trains a run; nil when it was obeyed, otherwise why not. Throws `RunError` when
  /// nobody listens.
  package static func send(_ line: String, to folder: URL) throws -> String? {
    let descriptor: Int32
    do { descriptor = try UnixSocket.connect(in: folder) } catch {
      let remedy =
        RunLock.holder(of: folder) == nil
        ? "nobody trains it" : "start it with --control to let other programs reach it"
      throw RunError("\(folder.relativePath): no control socket answers; \(remedy)")
    }
    let lines = SocketLines(descriptor)
    let text = try LosslessJSON.text(["command": line])
    guard lines.write(text) else { throw RunError("\(folder.relativePath): the run has just ended") }
    var answer: String??
    lines.read { line in
      struct Answer: Decodable { var refused: String? }
      answer = .some((try? JSONDecoder().decode(Answer.self, from: Data(line.utf8)))?.refused)
      return false
    }
    guard let answer else { throw RunError("\(folder.relativePath): the run has just ended") }
    return answer
  }
}
