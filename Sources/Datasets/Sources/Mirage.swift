import Foundation
import Spelling
import Tensors

/// A constructed task on which false robustness appears within seconds: an honest but imperfect cue (a shape) next to a
/// perfect but fragile one (a faint texture), in the manner of Tsipras et al. 2019 and Ilyas et al. 2019.
///
///     x = clip01(½ + shape·T[s] + texture·H[y] + background·B + noise·n)
///
/// y is the class; s is y with probability `truth`, otherwise any class. T[s] is shifted by up to a pixel. Image i is a
/// function of (`data.seed`, split, i) alone: it stays the same whatever the number of images.
package enum Mirage: DataSource {
  /// What the `data` setting calls it.
  package static let name = "mirage"
  /// One line: what it is and where it comes from.
  package static let summary =
    "a constructed task with a fragile cue (built in, no download): ten shapes under ten textures"
  /// True: the fragile cue was put there.
  package static let constructed = true
  /// False: it is computed.
  package static let readsFiles = false
  /// What each class shows, by label.
  package static let classNames = (0..<10).map { "pattern \($0)" }

  /// Nil: it is computed.
  package static func absence(_ folders: DataFolders) -> String? { nil }

  /// As the settings say.
  package static func shape(_ settings: DataSettings) -> Shape? {
    let size = settings.mirage.size
    return Shape(settings.mirage.channels, size, size)
  }

  /// A size that is not a multiple of 4.
  package static func complaint(_ settings: DataSettings) -> SettingError? {
    let size = settings.mirage.size
    guard !size.isMultiple(of: 4) else { return nil }
    return SettingError(
      "data.size: \(size) is not a multiple of 4, the texture's period; use \(size / 4 * 4) or \(size / 4 * 4 + 4)")
  }

  /// Makes both sets. Throws `DataError` when the size is not a multiple of 4, or they do not fit into memory.
  package static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    let task = try MirageTask(settings), wanted = settings.mirage, size = task.size
    let bytes = AvailableMemory.product([
      wanted.train + wanted.test, task.channels, size, size, MemoryLayout<Float>.stride,
    ])
    do {
      try AvailableMemory.check(
        bytes,
        for: "mirage with \(wanted.train) training and \(wanted.test) test images of \(task.channels)×\(size)×\(size)",
        remedy: "lower data.train, data.test, data.size or data.channels")
    } catch { throw DataError("\(error)") }
    return (
      task.images(.dataTrain, count: settings.mirage.train).set,
      task.images(.dataTest, count: settings.mirage.test).set
    )
  }
}

/// The patterns and amplitudes of one mirage.
package struct MirageTask: Sendable {
  /// Columns and rows of an image.
  package let size: Int
  /// Planes; each has patterns of its own.
  package let channels: Int
  /// T: for each class, values in (−1, 1), CHW.
  package private(set) var shapes: [[Float]] = []
  /// H: for each class, ±1, CHW, of period 4.
  package private(set) var textures: [[Float]] = []
  private let seed: UInt32
  private let truth, shape, texture, background, noise: Float
  private static let classes = 10

  /// The task of the `data.…` settings. Throws `DataError` when the size is not a multiple of 4.
  package init(_ settings: DataSettings) throws {
    size = settings.mirage.size
    if let complaint = Mirage.complaint(settings) { throw DataError("\(complaint)") }
    channels = settings.mirage.channels
    seed = settings.mirage.seed
    truth = Float(settings.mirage.truth)
    shape = Float(settings.mirage.shape)
    texture = Float(settings.mirage.texture)
    background = Float(settings.mirage.background)
    noise = Float(settings.mirage.noise)
    for pattern in 0..<MirageTask.classes {
      var stream = RandomStream(seed: seed, purpose: .dataPatterns, example: UInt32(pattern))
      let waves = Waves(size: size, radius: 3)
      shapes.append((0..<channels).flatMap { _ in waves.draw(from: &stream).map { tanh(3 * $0) } })
      textures.append((0..<channels).flatMap { _ in tiled(MirageTask.tile(from: &stream)) })
    }
  }

  /// `count` images of one split, and which shape each of them shows.
  package func images(_ split: RandomPurpose, count: Int) -> (set: ImageSet, shapes: [Int]) {
    let plane = size * size
    var pixels = [Float](repeating: 0, count: count * channels * plane)
    var labels: [Int] = []
    var shown: [Int] = []
    let waves = Waves(size: size, radius: 2)
    for example in 0..<count {
      var stream = RandomStream(seed: seed, purpose: split, example: UInt32(example))
      let label = Int(stream.below(UInt32(MirageTask.classes)))
      let isTrue = stream.uniform() < truth
      let other = Int(stream.below(UInt32(MirageTask.classes)))
      let shift = (x: Int(stream.below(3)) + size - 1, y: Int(stream.below(3)) + size - 1)
      let pattern = isTrue ? label : other
      labels.append(label)
      shown.append(pattern)
      let honest = shapes[pattern], fragile = textures[label]
      for channel in 0..<channels {
        let backdrop = waves.draw(from: &stream)
        for y in 0..<size {
          let row = channel * plane + (y + shift.y) % size * size
          for x in 0..<size {
            let here = channel * plane + y * size + x
            let value =
              0.5 + shape * honest[row + (x + shift.x) % size] + texture * fragile[here]
              + background * backdrop[y * size + x] + noise * stream.normal()
            pixels[example * channels * plane + here] = min(max(value, 0), 1)
          }
        }
      }
    }
    let set = ImageSet(
      channels: channels, height: size, width: size, pixels: .values(pixels), labels: labels,
      classes: MirageTask.classes)
    return (set, shown)
  }

  /// A 4×4 tile of N(0, 1) without its mean and then without the means of its four 2×2 blocks, row by row.
  package static func residualTile(from stream: inout RandomStream) -> [Float] {
    var tile = (0..<16).map { _ in stream.normal() }
    let mean = tile.reduce(0, +) / 16
    tile = tile.map { $0 - mean }
    for corner in [0, 2, 8, 10] {
      let block = [corner, corner + 1, corner + 4, corner + 5]
      let mean = block.reduce(0) { $0 + tile[$1] } / 4
      for place in block { tile[place] -= mean }
    }
    return tile
  }

  private static func tile(from stream: inout RandomStream) -> [Float] {
    residualTile(from: &stream).map { $0 < 0 ? -1 : 1 }
  }

  private func tiled(_ tile: [Float]) -> [Float] {
    (0..<size).flatMap { y in (0..<size).map { x in tile[y % 4 * 4 + x % 4] } }
  }
}

/// Smooth random images: sums of cosines of whole frequencies, divided by their largest absolute value.
private struct Waves {
  private let size: Int
  private let frequencies: [(x: Int, y: Int)]

  /// Images of `size`×`size` with the frequencies (x, y) ≠ 0, y ≥ 0, of length at most `radius`.
  init(size: Int, radius: Int) {
    self.size = size
    frequencies = (0...radius).flatMap { y in
      (-radius...radius).filter { x in x * x + y * y <= radius * radius && (x, y) != (0, 0) }.map { ($0, y) }
    }
  }

  /// Σ a·cos(2π(kx·x + ky·y)/size + φ), a ~ N(0, 1)/(1 + ½(kx² + ky²)), φ uniform.
  func draw(from stream: inout RandomStream) -> [Float] {
    var image = [Float](repeating: 0, count: size * size)
    for (kx, ky) in frequencies {
      let amplitude = stream.normal() / (1 + 0.5 * Float(kx * kx + ky * ky))
      let phase = 2 * Double.pi * Double(stream.uniform())
      // The angle takes only `size` values on whole pixels: one cosine for each of them will do.
      let wave = (0..<size).map { amplitude * Float(cos(2 * .pi * Double($0) / Double(size) + phase)) }
      for y in 0..<size {
        var angle = ky * y % size
        let step = (kx + size) % size
        for x in 0..<size {
          image[y * size + x] += wave[angle]
          angle += step
          if angle >= size { angle -= size }
        }
      }
    }
    let largest = image.reduce(0) { max($0, abs($1)) }
    return largest > 0 ? image.map { $0 / largest } : image
  }
}
