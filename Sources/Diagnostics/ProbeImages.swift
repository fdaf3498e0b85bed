import Evaluation
import Tensors

/// The probe's images: clean, attacked by PGD, and attacked by the stronger of PGD and a tier. Pictures show these.
package struct ProbeImages {
  private let clean: Storage
  private let pgd: Storage
  private let strong: Storage
  private let pixels: Int
  /// Whether PGD or the tier broke the image. If so, `strong` holds that point, otherwise the clean image. Only of the
  /// images that the tier looked at, the first ones: what it would have broken of the others is not known.
  package private(set) var isBroken: [Bool]

  init(_ set: EvaluationSet, looked: Int, pgd: Storage) {
    clean = set.images
    self.pgd = pgd
    strong = Storage(count: set.images.count)
    strong.copy(from: set.images)
    pixels = set.shape.planarCount
    isBroken = Array(repeating: false, count: looked)
  }

  mutating func note(brokenByPGD positions: [Int]) {
    for position in positions where position < isBroken.count {
      take(position, from: pgd.pointer + position * pixels)
    }
  }

  /// `points` are those of the `survivors`, in order.
  mutating func note(brokenByTier positions: [Int], of survivors: [Int], at points: Storage) {
    let broken = Swift.Set(positions)
    for (row, position) in survivors.enumerated() where broken.contains(position) {
      take(position, from: points.pointer + row * pixels)
    }
  }

  /// `points` are those of the whole probe.
  mutating func note(brokenByLook positions: [Int], at points: Storage) {
    for position in positions { take(position, from: points.pointer + position * pixels) }
  }

  private mutating func take(_ position: Int, from point: UnsafePointer<Float>) {
    (strong.pointer + position * pixels).update(from: point, count: pixels)
    isBroken[position] = true
  }

  /// The three sets; valid as long as this value lives.
  package var domains: DomainImages {
    DomainImages(clean: clean.pointer, pgd: pgd.pointer, aa: strong.pointer, isBroken: isBroken)
  }
}
