import Dispatch
import Foundation
import Synchronization
import Tensors

/// Threads of one process as the processes of a run.
package final class ThreadRanks: Ranks, @unchecked Sendable {
  /// What is on its way between them.
  private final class Mail: Sendable {
    private struct State {
      var messages: [[Int]: [[UInt8]]] = [:]
      var isClosed = false
    }

    private let state = Mutex(State())
    private let condition = NSCondition()

    func put(_ message: [UInt8], _ way: [Int]) -> Bool {
      condition.lock()
      defer { condition.unlock() }
      condition.broadcast()
      return state.withLock { state in
        state.messages[way, default: []].append(message)
        return !state.isClosed
      }
    }

    /// Waits for at most half a minute, so that a test that is stuck fails.
    func take(_ way: [Int]) -> [UInt8]? {
      condition.lock()
      defer { condition.unlock() }
      let limit = Date(timeIntervalSinceNow: 30)
      while true {
        let (message, isClosed) = state.withLock { state -> ([UInt8]?, Bool) in
          guard state.messages[way]?.isEmpty == false else { return (nil, state.isClosed) }
          return (state.messages[way]?.removeFirst(), state.isClosed)
        }
        if let message { return message }
        if isClosed || !condition.wait(until: limit) { return nil }
      }
    }

    func close() {
      condition.lock()
      state.withLock { $0.isClosed = true }
      condition.broadcast()
      condition.unlock()
    }
  }

  package let rank: Int
  package let count: Int
  private let mail: Mail
  private let traffic: Traffic?

  private init(_ rank: Int, of count: Int, _ mail: Mail, _ traffic: Traffic?) {
    (self.rank, self.count, self.mail, self.traffic) = (rank, count, mail, traffic)
  }

  /// What the ranks have sent.
  package final class Traffic: Sendable {
    /// Messages and bytes of one rank.
    package struct Sent: Sendable, Hashable {
      package var messages = 0
      package var bytes = 0
    }

    private let counts = Mutex<[Int: Sent]>([:])

    package init() {}

    /// What a rank has sent so far.
    package func sent(by rank: Int) -> Sent { counts.withLock { $0[rank] ?? Sent() } }

    fileprivate func add(_ bytes: Int, from rank: Int) {
      counts.withLock {
        $0[rank, default: Sent()].messages += 1
        $0[rank, default: Sent()].bytes += bytes
      }
    }
  }

  /// That many, to be used by one thread each.
  package static func make(_ count: Int, _ traffic: Traffic? = nil) -> [ThreadRanks] {
    let mail = Mail()
    return (0..<count).map { ThreadRanks($0, of: count, mail, traffic) }
  }

  /// Runs `body` for the teams of all ranks at once, the first one on this thread; throws what that throws. The others'
  /// errors are returned.
  package static func run(
    _ count: Int, traffic: Traffic? = nil, _ first: (RankTeam) throws -> Void,
    others: @escaping @Sendable (RankTeam) throws -> Void
  ) throws -> [any Error] {
    let ranks = make(count, traffic), group = DispatchGroup(), kept = Kept()
    for rank in ranks.dropFirst() {
      group.enter()
      let thread = Thread {
        do { try others(RankTeam(rank)) } catch { kept.errors.withLock { $0.append(error) } }
        group.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    let result = Result { try first(RankTeam(ranks[0])) }
    if case .failure = result { ranks[0].cancel() }
    group.wait()
    try result.get()
    return kept.errors.withLock { $0 }
  }

  private final class Kept: Sendable {
    let errors = Mutex<[any Error]>([])
  }

  package func send(_ bytes: UnsafeRawBufferPointer, to other: Int) -> Bool {
    traffic?.add(bytes.count, from: rank)
    return mail.put(Array(bytes), [rank, other])
  }

  package func receive(into bytes: UnsafeMutableRawBufferPointer, from other: Int) -> Bool {
    guard let message = mail.take([other, rank]), message.count == bytes.count else { return false }
    bytes.copyBytes(from: message)
    return true
  }

  package func exchange(
    _ sent: UnsafeRawBufferPointer, for received: UnsafeMutableRawBufferPointer, with other: Int
  ) -> Bool {
    send(sent, to: other) && receive(into: received, from: other)
  }

  package func cancel() { mail.close() }
  package func leave() {}
  package func abort(status: Int32) { mail.close() }
}
