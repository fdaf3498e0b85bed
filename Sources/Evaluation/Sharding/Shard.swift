import Attacks

/// One of several parts of an evaluation, which can be attacked on different machines: every `of`-th image, starting
/// with the `part`-th. Neighbors in a file are often alike, so that this takes every machine about as long.
package struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// Which part, from 1 on.
  package let part: Int
  /// How many parts there are.
  package let of: Int

  /// Nil unless 1 ≤ `part` ≤ `of`.
  package init?(_ part: Int, of: Int) {
    guard of >= 1, (1...of).contains(part) else { return nil }
    (self.part, self.of) = (part, of)
  }

  /// As typed: `2/8`.
  package var description: String { "\(part)/\(of)" }

  /// The positions of its images among all `count`.
  package func positions(in count: Int) -> StrideTo<Int> { stride(from: part - 1, to: count, by: of) }

  /// The position of its image number `image` among all.
  func position(_ image: Int) -> Int { part - 1 + image * of }

  /// How many of the first `count` images are its own.
  package func count(in count: Int) -> Int { count < part ? 0 : (count - part) / of + 1 }

  /// Whether it has the first image. That shard makes the checks of the network, on the first images of the whole set.
  var isFirst: Bool { part == 1 }
}

extension Shard: Codable {
  private enum CodingKeys: String, CodingKey { case part, of }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let part = try container.decode(Int.self, forKey: .part), of = try container.decode(Int.self, forKey: .of)
    guard let shard = Shard(part, of: of) else {
      throw DecodingError.dataCorruptedError(
        forKey: .part, in: container, debugDescription: "shard \(part)/\(of) does not exist")
    }
    self = shard
  }
}

extension EvaluationSet {
  /// A copy of the images of a shard.
  func part(_ shard: Shard) throws(EvaluationError) -> EvaluationSet { try part(Array(shard.positions(in: count))) }
}
