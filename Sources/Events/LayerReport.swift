/// How far the images of two domains are apart inside the network, layer by layer: the event `layers`.
/// docs/algorithms.md §11.
///
/// It explains a gap and never raises an alarm: distances compare between moments of one run, hardly between runs.
package struct LayerReport: Sendable, Hashable, Codable {
  /// W2² of the inputs of one norm layer between three sets of images, as the attacks return them. docs/algorithms.md
  /// §11.1.
  package struct Distances: Sendable, Hashable, Codable {
    /// Clean against PGD.
    package var cleanPGD: Double
    /// Clean against the strong attack.
    package var cleanStrong: Double
    /// PGD against the strong attack.
    package var pgdStrong: Double

    /// All three.
    package init(cleanPGD: Double, cleanStrong: Double, pgdStrong: Double) {
      self.cleanPGD = cleanPGD
      self.cleanStrong = cleanStrong
      self.pgdStrong = pgdStrong
    }
  }

  /// W2² of a training batch's rows from the running statistics that normalize them in evaluation: the paper's Fig. 4.
  /// docs/algorithms.md §11.2.
  package struct Drift: Sendable, Hashable, Codable {
    /// Of the clean rows; nil when the batch had none.
    package var clean: Double?
    /// Of the adversarial rows; nil when the batch had none.
    package var adversarial: Double?

    package init(clean: Double? = nil, adversarial: Double? = nil) {
      self.clean = clean
      self.adversarial = adversarial
    }
  }

  /// The posterior of a dual norm: p is the probability that a pixel is of a clean image. docs/algorithms.md §9.2.
  package struct Posterior: Sendable, Hashable, Codable {
    /// Mean of p over the clean rows.
    package var clean: Double?
    /// Mean of p over the adversarial rows.
    package var adversarial: Double?
    /// Share of pixels sent to their own domain.
    package var routing: Double
    /// Share of pixels with p outside [.01, .99].
    package var decided: Double

    package init(clean: Double?, adversarial: Double?, routing: Double, decided: Double) {
      self.clean = clean
      self.adversarial = adversarial
      self.routing = routing
      self.decided = decided
    }
  }

  /// One norm layer.
  package struct Layer: Sendable, Hashable, Codable {
    /// Its name: `body.7`.
    package var name: String
    /// Between the three sets of images.
    package var distances: Distances
    /// Batch against running statistics, where that was measured.
    package var drift: Drift?
    /// How a dual norm routes; nil for other norms.
    package var posterior: Posterior?

    package init(name: String, distances: Distances, drift: Drift? = nil, posterior: Posterior? = nil) {
      self.name = name
      self.distances = distances
      self.drift = drift
      self.posterior = posterior
    }
  }

  /// A total to compare with: that of this run's first look.
  package struct Reference: Sendable, Hashable, Codable {
    /// The step it was measured at.
    package var step: Int
    /// Clean against PGD, summed over layers.
    package var cleanPGD: Double

    package init(step: Int, cleanPGD: Double) {
      self.step = step
      self.cleanPGD = cleanPGD
    }
  }

  /// Steps done so far.
  package var step: Int
  /// The strong attack: `AutoAttack`, `quick`.
  package var strong: String
  /// Images of each set.
  package var n: Int
  /// Images that the strong attack broke; the others of its set are clean ones. Nil when not known.
  package var broken: Int?
  /// Rows of a domain in the batch that `drift` was measured on.
  package var batchRows: Int?
  /// In the order of the network.
  package var layers: [Layer]
  /// Summed over layers.
  package var total: Distances
  /// This run's first total, once there is an earlier one than this.
  package var first: Reference?

  /// All parts; the total is summed here.
  package init(
    step: Int, strong: String, n: Int, broken: Int? = nil, batchRows: Int? = nil, layers: [Layer],
    first: Reference? = nil
  ) {
    self.step = step
    self.strong = strong
    self.n = n
    self.broken = broken
    self.batchRows = batchRows
    self.layers = layers
    total = layers.reduce(into: Distances(cleanPGD: 0, cleanStrong: 0, pgdStrong: 0)) { sum, layer in
      sum.cleanPGD += layer.distances.cleanPGD
      sum.cleanStrong += layer.distances.cleanStrong
      sum.pgdStrong += layer.distances.pgdStrong
    }
    self.first = first
  }

  /// `drift` summed over the layers that have one; nil where none has.
  package var totalDrift: Drift? {
    let drifts = layers.compactMap(\.drift)
    guard !drifts.isEmpty else { return nil }
    func sum(_ part: (Drift) -> Double?) -> Double? {
      let values = drifts.compactMap(part)
      return values.isEmpty ? nil : values.reduce(0, +)
    }
    return Drift(clean: sum(\.clean), adversarial: sum(\.adversarial))
  }
}
