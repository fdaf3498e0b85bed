import Attacks
import Foundation
import Networks
import Tensors

/// What the sentinel remembers from look to look, image by image: perturbations that broke it, and where Square stands.
/// It is only ever a suggestion: a look believes nothing that it has not verified on the present weights.
/// docs/algorithms.md §11.4.
package struct AttackMemory: Sendable, Hashable {
  /// Perturbations of an image, the one that broke it last first.
  package private(set) var bank: [[Perturbation]]
  /// Where Square stands.
  package private(set) var square: [SquareState?]
  /// The largest number of perturbations of an image.
  package let depth: Int
  /// Floats of an image.
  package let pixels: Int

  /// Where Square stands on an image.
  package struct SquareState: Sendable, Hashable {
    /// Its best point.
    package var best: Perturbation
    /// Its queries so far.
    package var queries: Int
  }

  /// Nothing remembered of `count` images. Large images have fewer perturbations each, so that all take at most 64 MiB.
  package init(count: Int, pixels: Int) {
    bank = Array(repeating: [], count: count)
    square = Array(repeating: nil, count: count)
    depth = min(4, max(1, (64 << 20) / max(1, count * pixels) - 1))
    self.pixels = pixels
  }

  /// Images it remembers something of.
  package var count: Int { bank.count }

  /// This perturbation has broken an image.
  package mutating func noteBroken(_ image: Int, by perturbation: Perturbation) {
    bank[image].removeAll { $0 == perturbation }
    bank[image] = Array(([perturbation] + bank[image]).prefix(depth))
  }

  /// A perturbation in the bank has broken its image again.
  package mutating func noteBrokenAgain(_ image: Int, byEntry entry: Int) {
    guard bank[image].indices.contains(entry) else { return }
    bank[image].insert(bank[image].remove(at: entry), at: 0)
  }

  /// Square has come further.
  package mutating func noteSquare(_ image: Int, best: Perturbation, queries: Int) {
    square[image] = SquareState(best: best, queries: queries)
  }
}

/// A perturbation in steps of ε/127, so that it fits another ε and takes little memory.
package struct Perturbation: Sendable, Hashable {
  /// δ/(scale·ε)·127, rounded.
  package let codes: [Int8]
  /// The largest |δ|/ε; 1 in ℓ∞.
  package let scale: Float

  package init(codes: [Int8], scale: Float) {
    self.codes = codes
    self.scale = scale
  }

  /// That of a point around an image.
  init(
    _ point: UnsafePointer<Float>, around image: UnsafePointer<Float>, count: Int, _ norm: BallNorm, _ epsilon: Float
  ) {
    var scale: Float = 1
    if norm == .l2 {
      scale = (0..<count).reduce(into: Float(0)) { $0 = max($0, abs(point[$1] - image[$1])) } / epsilon
    }
    let factor = scale > 0 ? 127 / (scale * epsilon) : 0
    codes = (0..<count).map { i in
      // A network that diverges may have led a search to points that are no numbers.
      let code = ((point[i] - image[i]) * factor).rounded()
      return code.isNaN ? 0 : Int8(min(max(code, -127), 127))
    }
    self.scale = scale
  }

  /// Writes the point around an image, inside ball and box.
  func write(
    _ point: UnsafeMutablePointer<Float>, around image: UnsafePointer<Float>, _ norm: BallNorm, _ epsilon: Float
  ) {
    var unit = scale * epsilon / 127
    if norm == .l2 {
      let length = Double(unit) * codes.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      if length > Double(epsilon) { unit *= Float(Double(epsilon) / length) }
    }
    for i in codes.indices { point[i] = min(max(image[i] + unit * Float(codes[i]), 0), 1) }
  }
}

// MARK: parts

extension AttackMemory {
  /// What is remembered of these images.
  func part(_ images: [Int]) -> AttackMemory {
    var part = AttackMemory(count: count, pixels: pixels)
    part.take(images, from: self)
    return part
  }

  /// Remembers of these images what `other` does, and nothing else.
  mutating func take(_ images: [Int], from other: AttackMemory?) {
    for image in images where bank.indices.contains(image) {
      bank[image] = other?.bank[image] ?? []
      square[image] = other?.square[image]
    }
  }
}

// MARK: as tensors

extension AttackMemory {
  /// It as tensors, none while nothing is remembered: the perturbations' codes one after another, whose image each is
  /// of, its scale and its queries (−1: of the bank).
  package func add(to file: inout Safetensors) {
    var codes = Data(), images: [Int] = [], scales: [Float] = [], queries: [Int] = []
    func add(_ perturbation: Perturbation, _ image: Int, _ count: Int) {
      codes.append(contentsOf: perturbation.codes.map { UInt8(bitPattern: $0) })
      images.append(image)
      scales.append(perturbation.scale)
      queries.append(count)
    }
    for image in bank.indices {
      for perturbation in bank[image] { add(perturbation, image, -1) }
      if let square = square[image] { add(square.best, image, square.queries) }
    }
    guard !images.isEmpty else { return }
    let name = Network.sentinelPrefix
    file.tensors[name + "codes"] = Safetensors.Tensor(type: .int8, shape: [images.count, pixels], bytes: codes)
    file.add(name + "images", shape: [images.count], integers: images)
    file.add(name + "scales", shape: [images.count], floats: scales)
    file.add(name + "queries", shape: [images.count], integers: queries)
    file.add(name + "size", shape: [2], integers: [count, pixels])
  }

  /// Reads it; nil when the file has none. Throws `FileError` when its tensors do not fit each other.
  package init?(_ file: Safetensors) throws {
    let name = Network.sentinelPrefix
    guard let codes = file.tensors[name + "codes"] else { return nil }
    let size = try file.integers(name + "size"), images = try file.integers(name + "images")
    let scales = try file.floats(name + "scales"), queries = try file.integers(name + "queries")
    guard size.count == 2, size[0] >= 0, size[1] > 0, size[0] <= 1 << 24, codes.type == .int8,
      codes.shape == [images.count, size[1]], scales.count == images.count, queries.count == images.count,
      images.allSatisfy({ (0..<size[0]).contains($0) }), scales.allSatisfy({ $0.isFinite && $0 >= 0 }),
      queries.allSatisfy({ (-1...1 << 30).contains($0) })
    else { throw FileError("the sentinel's memory does not fit together") }
    self.init(count: size[0], pixels: size[1])
    for row in images.indices {
      let bytes = codes.bytes.dropFirst(row * pixels).prefix(pixels)
      let perturbation = Perturbation(codes: bytes.map { Int8(bitPattern: $0) }, scale: scales[row])
      if queries[row] < 0 {
        bank[images[row]].append(perturbation)
      } else {
        square[images[row]] = SquareState(best: perturbation, queries: queries[row])
      }
    }
  }
}
