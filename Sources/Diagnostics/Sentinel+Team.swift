import Attacks
import Evaluation
import Events
import Networks
import Tensors

/// Checks by several processes: each one attacks a part of the images, and then all know what each has found. They make
/// the same decisions from that, so a check has the bits that one process gives it. What an attack does to an image
/// depends on no other image.
extension Sentinel {
  /// The same, for processes that all make each of its checks, at the same weights and with the same memory.
  package func shared(by team: RankTeam?) -> Sentinel {
    var sentinel = self
    sentinel.team = team
    return sentinel
  }

  /// Asks whether to go on, for all processes.
  package func ask(_ poll: () throws -> Void) throws {
    guard let team else { return try poll() }
    try team.ask(poll)
  }

  /// The logits of points around the images of the probe, [n][classes].
  func logits(at points: Storage, on network: Network) throws -> [Float] {
    let own = team?.part(of: set.count) ?? 0..<set.count
    let logits = network.evaluate(points.pointer + own.lowerBound * set.shape.planarCount, count: own.count)
    return try team?.collect(logits) ?? logits
  }

  /// The points that an attack on the probe ends at, [n][C][H][W].
  func points(of attack: any Attack, on network: Network, poll: () throws -> Void) throws -> Storage {
    let points = Storage(count: set.images.count), pixels = set.shape.planarCount
    let own = team?.part(of: set.count) ?? 0..<set.count, start = points.pointer + own.lowerBound * pixels
    try RankTeam.together(team, poll) { poll in
      guard !own.isEmpty else { return }
      try attack.perturb(set.batch(seed: seed, own), on: network, into: start, poll: poll)
    }
    guard let team else { return points }
    let all = try team.collect(Array(UnsafeBufferPointer(start: start, count: own.count * pixels)))
    for (place, pixel) in all.enumerated() { points.pointer[place] = pixel }
    return points
  }

  /// Has `run` done for each of these images by one process; what all have found, list by list. The number of lists does
  /// not depend on the images.
  func lists(
    of images: [Int], poll: () throws -> Void, _ run: ([Int], @escaping () throws -> Void) throws -> [[Int]]
  ) throws -> [[Int]] {
    let own = Array(images[team?.part(of: images.count) ?? images.indices])
    let mine = try RankTeam.together(team, poll) { try run(own, $0) }
    return try team.map { team in try mine.map { try team.collect($0) } } ?? mine
  }

  /// Has `run` done for each of the survivors by one process; the union of what all have found.
  func shareOut(
    _ survivors: [Int], poll: () throws -> Void, _ run: ([Int], @escaping () throws -> Void) throws -> SuiteResult
  ) throws -> SuiteResult {
    let own = Array(survivors[team?.part(of: survivors.count) ?? survivors.indices])
    let mine = try RankTeam.together(team, poll) { try run(own, $0) }
    guard let team, !survivors.isEmpty else { return mine }
    var result = SuiteResult()
    result.left = try team.collect(mine.left)
    let points = try team.collect(Array(mine.points.buffer))
    result.points = Storage(count: points.count)
    for (place, pixel) in points.enumerated() { result.points.pointer[place] = pixel }
    // One row of each process that had an image, in the order of the attacks.
    let breakers = try team.collectMessages(Array(try LosslessJSON.text(mine.breakers).utf8))
    for text in breakers {
      result.breakers = GapBreaker.sum(result.breakers, try LosslessJSON.value(String(decoding: text, as: UTF8.self)))
    }
    result.passes = try team.collect([mine.passes]).reduce(0, +)
    return result
  }
}
