import Attacks
import Diagnostics
import Engine
import Evaluation
import Networks
import Tensors

/// W2² between the domains of a run, as they are kept. ALGORITHMS §11.1.
package struct DistanceRecord: Sendable, Hashable, Codable {
  /// Names of the norm layers.
  package var layers: [String]
  /// Over all images as the attacks return them: where AutoAttack broke nothing its image is the clean one.
  package var asReturned: DomainDistances
  /// Over those images alone, in all three sets, that AutoAttack broke; nil when it broke none.
  package var brokenOnly: DomainDistances?
}

/// The principal planes of a run's norm layers, as they are kept. ALGORITHMS §11.3.
package struct ScatterRecord: Sendable, Hashable, Codable {
  /// One layer's plane, fitted on the three sets together, and where the images lie in it, in the same order.
  package struct Layer: Sendable, Hashable, Codable {
    /// The layer's name.
    package var name: String
    /// Share of the total variance along the two directions.
    package var explained: [Double]
    /// Images without attack.
    package var clean: [SIMD2<Float>]
    /// The same as PGD returns them.
    package var pgd: [SIMD2<Float>]
    /// The same as AutoAttack returns them.
    package var aa: [SIMD2<Float>]

    /// How far the centres of two sets are apart, in standard deviations: ‖c₁ − c₂‖ / √(½(v₁ + v₂)), where v is a set's
    /// variance, the mean over the two axes. 0 for sets of one point.
    package static func separation(_ first: [SIMD2<Float>], _ second: [SIMD2<Float>]) -> Double {
      func moments(_ points: [SIMD2<Float>]) -> (centre: SIMD2<Double>, variance: Double) {
        let points = points.map { SIMD2<Double>($0) }, count = Double(max(1, points.count))
        let centre = points.reduce(.zero, +) / count
        return (centre, points.reduce(0) { $0 + (($1 - centre) * ($1 - centre)).sum() } / (2 * count))
      }
      let a = moments(first), b = moments(second), between = a.centre - b.centre
      let spread = (a.variance + b.variance) / 2
      return spread > 0 ? ((between * between).sum() / spread).squareRoot() : 0
    }
  }

  /// Layer by layer, in the order of the forward pass.
  package var layers: [Layer]
}

/// The distances of training batches to the running statistics, as they are kept. ALGORITHMS §11.2.
package struct RunningRecord: Sendable, Hashable, Codable {
  /// Names of the layers with running statistics.
  package var layers: [String]
  /// What was seen, by step.
  package var points: [DistanceTracker.Point]
  /// What a reader should know.
  package var warning: String?
}

/// The test images of a run in three domains: clean, as the attack trained with returns them, and as AutoAttack did.
struct SuiteDomains {
  let network: Network
  private let set: EvaluationSet
  private let pgd: Storage
  private let aa: Storage
  private let isBroken: [Bool]

  /// PGD as trained with the run's seed, that of `dualab diagnose`; AutoAttack's points from the verdicts of `record`.
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
