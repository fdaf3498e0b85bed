import CKernels

/// What processes that train together do in common: sums in the order of the batch's tree, and messages from the first
/// to the others. A failure is remembered, and everything after it does nothing; `check` throws it.
///
/// Used by one thread at a time, except for `cancel`.
package final class RankTeam: @unchecked Sendable {
  private let ranks: any Ranks
  private var isLost = false
  private var room = Storage(count: 0)
  /// True once the others know which run it is.
  package var hasBegun = false

  /// The processes of one run.
  package init(_ ranks: any Ranks) { self.ranks = ranks }

  /// The number of this process.
  package var rank: Int { ranks.rank }
  /// How many processes.
  package var count: Int { ranks.count }
  /// True for the process that decides.
  package var isFirst: Bool { ranks.rank == 0 }

  /// Throws when others cannot be reached any more.
  package func check() throws { if isLost { throw RanksLost() } }

  /// True when the others cannot be reached any more.
  package var hasLost: Bool { isLost }

  /// Goes on without the others, after something that they do not know of.
  package func abandon() { isLost = true }

  /// What waits for the others returns at once; from any thread.
  package func cancel() { ranks.cancel() }

  /// Leaves the others at the end of the program, or ends them where they cannot know that this one goes.
  package func leave(status: Int32) { if isLost { ranks.abort(status: status) } else { ranks.leave() } }

  /// After a message that did not arrive there are no others.
  private func note(_ isDone: Bool) { if !isDone { isLost = true } }

  func exchange(
    _ sent: UnsafeRawBufferPointer, for received: UnsafeMutableRawBufferPointer, with other: Int
  ) {
    guard !isLost else { return }
    note(ranks.exchange(sent, for: received, with: other))
  }

  private func room(floats: Int) -> UnsafeMutablePointer<Float> {
    if room.count < floats { room = Storage(count: floats) }
    return room.pointer
  }

  // MARK: sums

  /// Every process has the sum of its part of the tree, `count` numbers, and gets that of all: `add` makes one of two
  /// neighbors, into the left one. All numbers go to everybody, so this is for few.
  package func combine(
    _ numbers: UnsafeMutablePointer<Double>, count: Int,
    _ add: (_ left: UnsafeMutablePointer<Double>, _ right: UnsafeMutablePointer<Double>) -> Void
  ) {
    let other = UnsafeMutableRawPointer(room(floats: 2 * count)).assumingMemoryBound(to: Double.self)
    var distance = 1
    while distance < ranks.count, !isLost {
      exchange(bytes(numbers, count), for: mutableBytes(other, count), with: rank ^ distance)
      if rank & distance == 0 {
        add(numbers, other)
      } else {
        add(other, numbers)
        numbers.update(from: other, count: count)
      }
      distance *= 2
    }
  }

  /// The same for plain sums.
  package func add(_ numbers: UnsafeMutablePointer<Double>, count: Int) {
    combine(numbers, count: count) { left, right in for index in 0..<count { left[index] += right[index] } }
  }

  /// The same for many floats. Neighbors exchange halves, each adds one; pairs of neighbors go on with halves of their
  /// half, and so on. Then everybody hands around what it has: twice all numbers are sent, however many processes.
  package func add(_ numbers: UnsafeMutablePointer<Float>, count: Int) {
    let other = room(floats: count / 2 + Shape.lanes)
    reduce(numbers, 0..<count, distance: 1, other)
  }

  private func reduce(
    _ numbers: UnsafeMutablePointer<Float>, _ range: Range<Int>, distance: Int, _ other: UnsafeMutablePointer<Float>
  ) {
    guard distance < ranks.count, !isLost else { return }
    let middle = range.lowerBound + (range.count / 2 + Shape.lanes - 1) / Shape.lanes * Shape.lanes
    let halves = (range.lowerBound..<min(middle, range.upperBound), min(middle, range.upperBound)..<range.upperBound)
    let (own, others) = rank & distance == 0 ? halves : (halves.1, halves.0), partner = rank ^ distance
    exchange(
      bytes(numbers + others.lowerBound, others.count), for: mutableBytes(other, own.count), with: partner)
    // Addition commutes, so it does not matter which of the two is the left neighbor.
    dl_add(other, own.count, numbers + own.lowerBound)
    reduce(numbers, own, distance: 2 * distance, other)
    exchange(
      bytes(numbers + own.lowerBound, own.count), for: mutableBytes(numbers + others.lowerBound, others.count),
      with: partner)
  }

  private func bytes<Number>(_ numbers: UnsafeMutablePointer<Number>, _ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(UnsafeMutableBufferPointer(start: numbers, count: count))
  }

  private func mutableBytes<Number>(
    _ numbers: UnsafeMutablePointer<Number>, _ count: Int
  ) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: numbers, count: count))
  }

  // MARK: messages

  /// Everybody gets what the first process has, over as many hops as the number of processes has bits.
  package func share(_ bytes: UnsafeMutableRawBufferPointer) {
    var distance = 1
    while distance < ranks.count, !isLost {
      if rank < min(distance, ranks.count - distance) {
        note(ranks.send(UnsafeRawBufferPointer(bytes), to: rank + distance))
      } else if rank >= distance, rank < 2 * distance {
        note(ranks.receive(into: bytes, from: rank - distance))
      }
      distance *= 2
    }
  }

  /// The same for floats.
  package func share(_ storage: Storage) { share(UnsafeMutableRawBufferPointer(storage.buffer)) }

  /// Everybody gets the number that the first process has.
  package func share(_ number: Int) -> Int {
    var number = number
    withUnsafeMutableBytes(of: &number) { share($0) }
    return number
  }

  /// Everybody gets the text that the first process has.
  package func share(_ text: String) throws -> String {
    var bytes = Array(text.utf8)
    let length = share(bytes.count)
    try check()
    if !isFirst { bytes = [UInt8](repeating: 0, count: length) }
    bytes.withUnsafeMutableBytes { share($0) }
    try check()
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The first process gets the texts of all, in their order; the others get nothing.
  package func gather(_ text: String) throws -> [String] {
    var texts = [text]
    for other in 1..<max(1, ranks.count) {
      if isFirst {
        texts.append(try receive(from: other))
      } else if rank == other {
        send(text)
      }
    }
    try check()
    return isFirst ? texts : []
  }

  private func send(_ text: String) {
    var bytes = Array(text.utf8), length = bytes.count
    guard !isLost else { return }
    let isSent = withUnsafeBytes(of: &length) { ranks.send($0, to: 0) }
    isLost = !(isSent && bytes.withUnsafeMutableBytes { ranks.send(UnsafeRawBufferPointer($0), to: 0) })
  }

  private func receive(from other: Int) throws -> String {
    var length = 0
    try check()
    isLost = !withUnsafeMutableBytes(of: &length) { ranks.receive(into: $0, from: other) }
    try check()
    var bytes = [UInt8](repeating: 0, count: length)
    isLost = !bytes.withUnsafeMutableBytes { ranks.receive(into: $0, from: other) }
    try check()
    return String(decoding: bytes, as: UTF8.self)
  }
}
