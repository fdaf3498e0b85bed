import Attacks
import Diagnostics
import Engine
import Evaluation
import Networks
import Tensors

/// W2² between the domains of a run, as stored. docs/algorithms.md §11.1.
package struct DistanceRecord: Sendable, Hashable, Codable {
  /// Names of the normalization layers.
  package var layers: [String]
  /// Over all images as the attacks return them: where AutoAttack fails, its output is the clean image.
  package var asReturned: DomainDistances
  /// Only over the images that AutoAttack broke, in all three sets; nil when it broke none.
  package var brokenOnly: DomainDistances?
}

/// The principal planes of a run's normalization layers, as stored. docs/algorithms.md §11.3.
package struct ScatterRecord: Sendable, Hashable, Codable {
  /// One layer's plane, fitted on all three sets, and the images' coordinates in it, in the same order.
  package struct Layer: Sendable, Hashable, Codable {
    /// The layer's name.
    package var name: String
    /// Fraction of the total variance along each of the two directions.
    package var explained: [Double]
    /// The clean images.
    package var clean: [SIMD2<Float>]
    /// The same images as PGD returns them.
    package var pgd: [SIMD2<Float>]
    /// The same images as AutoAttack returns them.
    package var aa: [SIMD2<Float>]

    /// The distance between the centers of two sets, in standard deviations: ‖c₁ − c₂‖ / √(½(v₁ + v₂)), where v is a
    /// set's variance, averaged over the two axes. 0 when both variances are 0.
    package static func separation(_ first: [SIMD2<Float>], _ second: [SIMD2<Float>]) -> Double {
      func moments(_ points: [SIMD2<Float>]) -> (center: SIMD2<Double>, variance: Double) {
        let points = points.map { SIMD2<Double>($0) }, count = Double(max(1, points.count))
        let center = points.reduce(.zero, +) / count
        return (center, points.reduce(0) { $0 + (($1 - center) * ($1 - center)).sum() } / (2 * count))
      }
      let a = moments(first), b = moments(second), between = a.center - b.center
      let spread = (a.variance + b.variance) / 2
      return spread > 0 ? ((between * between).sum() / spread).squareRoot() : 0
    }
  }

  /// The layers in the order of the forward pass.
  package var layers: [Layer]
}

/// The distances of training batches to the running statistics, as stored. docs/algorithms.md §11.2.
package struct RunningRecord: Sendable, Hashable, Codable {
  /// Names of the layers with running statistics.
  package var layers: [String]
  /// The measurements, by step.
  package var points: [DistanceTracker.Point]
  /// A caveat that the table must show.
  package var warning: String?
}

/// The test images of a run in three domains: clean, under the training attack, and under AutoAttack.
struct SuiteDomains {
  let network: Network
  private let set: EvaluationSet
  private let pgd: Storage
  private let aa: Storage
  private let isBroken: [Bool]

  /// Runs PGD as in training, with the run's seed (as `dualab diagnose` does), and reconstructs AutoAttack's images
  /// from the verdicts in `record`.
  init(
    _ network: Network, _ set: EvaluationSet, attack: any Attack, seed: UInt32, autoattack record: EvaluationRecord,
    poll: () throws -> Void
  ) throws {
    self.network = network
    self.set = set
    pgd = Storage(count: set.images.count)
    try attack.perturb(set.batch(seed: seed), on: network, into: pgd.pointer, poll: poll)
    let evaluation = try RobustnessEvaluation(
      network, set, settings: record.settings, resuming: record.beforeBreaking)
    try evaluation.run(poll: poll)
    aa = evaluation.adversarials
    isBroken = evaluation.record.examples.map { $0.breaking != nil }
  }

  private var images: DomainImages {
    DomainImages(
      clean: set.image(0), pgd: UnsafePointer(pgd.pointer), aa: UnsafePointer(aa.pointer), isBroken: isBroken)
  }

  func distances(poll: () throws -> Void) throws -> DistanceRecord {
    DistanceRecord(
      layers: network.normPlaces.map(\.name), asReturned: try images.distancesAsReturned(network, poll: poll),
      brokenOnly: try images.distancesOfBroken(network, poll: poll))
  }

  func scatter(poll: () throws -> Void) throws -> ScatterRecord {
    ScatterRecord(
      layers: try network.normPlaces.indices.map { layer in
        let picture = try DomainScatter(network, layer: layer, images, count: set.count, poll: poll)
        return ScatterRecord.Layer(
          name: picture.layer, explained: picture.explainedRatio, clean: picture.clean.map { SIMD2<Float>($0) },
          pgd: picture.pgd.map { SIMD2<Float>($0) }, aa: picture.aa.map { SIMD2<Float>($0) })
      })
  }
}
