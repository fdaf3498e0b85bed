/// The first process was told to leave a piece of work that all do together; the others leave it too.
package struct WorkWithdrawn: Error, CustomStringConvertible {
  /// One line: which process could not do its part and why, where that is known.
  package let description: String

  package init(_ reason: String? = nil) {
    description = reason ?? "another process of this run could not do its part, or was told to leave it"
  }
}

/// Work that all processes of a run do side by side, each one a part of it.
extension RankTeam {
  /// The part that this process has of things in a row; those of all processes follow each other.
  package func part(of count: Int) -> Range<Int> { count * rank / self.count..<count * (rank + 1) / self.count }

  /// The first process asks whether to go on, and all do what it is told: it throws what `poll` throws, the others
  /// `WorkWithdrawn`. Throws `RanksLost`.
  package func ask(_ poll: () throws -> Void) throws {
    try check()
    var answer: (any Error)?
    if isFirst { do { try poll() } catch { answer = error } }
    let goesOn = share(answer == nil ? 1 : 0)
    if let answer { throw answer }
    try check()
    if goesOn == 0 { throw WorkWithdrawn() }
  }

  /// Runs `body`, as all processes do, and returns when all are done. The poll that it gets and calls often asks the
  /// first process's `poll` every few milliseconds. What that throws ends the work of all, as what one `body` throws
  /// does: the others throw `WorkWithdrawn`. A process that is alone just runs `body`. Throws `RanksLost`.
  package static func together<Result>(
    _ team: RankTeam?, _ poll: () throws -> Void,
    _ body: (_ poll: @escaping () throws -> Void) throws -> Result
  ) throws -> Result {
    try withoutActuallyEscaping(poll) { poll in
      guard let team else { return try body(poll) }
      try team.check()
      let meeting = Meeting(team, poll)
      let result: Result
      do { result = try body { try meeting.pollNow() } } catch {
        try meeting.leave(after: error)
        throw error
      }
      while try !meeting.meet(isDone: true) {}
      return result
    }
  }

  /// Where processes that work side by side hear of each other.
  private final class Meeting {
    private let team: RankTeam
    private let poll: () throws -> Void
    private var met = ContinuousClock.now
    /// Somebody has left, and all know.
    private var isOver = false

    init(_ team: RankTeam, _ poll: @escaping () throws -> Void) { (self.team, self.poll) = (team, poll) }

    func pollNow() throws {
      if ContinuousClock.now - met > .milliseconds(20) { _ = try meet(isDone: false) }
    }

    /// Waits for the others; true when all are done. Throws `failure`, and where the others have one.
    func meet(isDone: Bool, failure: (any Error)? = nil) throws -> Bool {
      var failure = failure
      if team.isFirst, failure == nil { do { try poll() } catch { failure = error } }
      var numbers = [failure == nil ? 0.0 : 1, isDone ? 1 : 0]
      numbers.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { team.add(base, count: $0.count) } }
      isOver = numbers[0] > 0
      guard isOver else {
        try team.check()
        met = .now
        return Int(numbers[1]) == team.count
      }
      // All know that it is over, and hear why. The first process says by itself what it was told.
      let own = team.isFirst ? "" : failure.map { "rank \(team.rank) of \(team.count): \($0)" } ?? ""
      let reasons = try? team.collectMessages(Array(own.utf8)).map { String(decoding: $0, as: UTF8.self) }
      if let failure { throw failure }
      try team.check()
      throw WorkWithdrawn(reasons?.first { !$0.isEmpty })
    }

    /// Tells the others of an error, unless it is what they were told.
    func leave(after error: any Error) throws {
      if !isOver, !team.hasLost { _ = try meet(isDone: true, failure: error) }
    }
  }

  /// Everybody gets the bytes of all, in the order of the processes. Throws `RanksLost`.
  package func collectMessages(_ own: [UInt8]) throws -> [[UInt8]] {
    var parts = [own], distance = 1
    while distance < count {
      let partner = rank ^ distance
      let lengths = parts.map(\.count)
      var others = [Int](repeating: 0, count: distance)
      lengths.withUnsafeBytes { sent in others.withUnsafeMutableBytes { exchange(sent, for: $0, with: partner) } }
      try check()
      var received = [UInt8](repeating: 0, count: others.reduce(0, +))
      parts.flatMap(\.self).withUnsafeBytes { sent in
        received.withUnsafeMutableBytes { exchange(sent, for: $0, with: partner) }
      }
      try check()
      var rest = received[...]
      let theirs = others.map { length in
        defer { rest = rest.dropFirst(length) }
        return Array(rest.prefix(length))
      }
      parts = rank & distance == 0 ? parts + theirs : theirs + parts
      distance *= 2
    }
    return parts
  }

  /// Everybody gets the numbers of all, one after another in the order of the processes. Throws `RanksLost`.
  package func collect<Number: BitwiseCopyable>(_ own: [Number]) throws -> [Number] {
    let parts = try collectMessages(own.withUnsafeBytes { Array($0) })
    return parts.flatMap { bytes in
      [Number](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Number>.stride) { numbers, count in
        count = numbers.count
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(numbers).copyMemory(from: $0) }
      }
    }
  }
}
