import Diagnostics
import Events
import Networks

/// Where the probe's images lie inside the network, check after check: distances, and scatter with axes that stay put.
package struct PictureBook {
  /// The pictures of one check.
  package struct Pictures {
    package var layers: LayerReport
    package var scatter: ScatterReport
    /// Forward passes they took, counted per image.
    package var passes: Int
  }

  /// Images of each domain in the scatter.
  static let points = 32

  var first: LayerReport.Reference?
  private var scatters: [DomainScatter] = []
  private var axes: [ScatterReport.Axes] = []

  package init() {}

  /// Measures distances on the whole probe and draws its first images; `drift` is of the step's own batch, with
  /// `batchRows` rows of each domain.
  package mutating func draw(
    afterStep step: Int, _ images: ProbeImages, drift: BatchDistances? = nil, batchRows: Int? = nil,
    on network: Network, poll: () throws -> Void
  ) throws -> Pictures {
    let domains = images.domains, count = images.isBroken.count
    let distances = try domains.distancesAsReturned(network, poll: poll)
    let names = network.normPlaces.map(\.name)
    let gauges = Dictionary(network.posteriors.map { ($0.name, $0) }) { first, _ in first }
    let layers = names.indices.map { layer in
      LayerReport.Layer(
        name: names[layer],
        distances: LayerReport.Distances(
          cleanPGD: distances.cleanPGD.layers[layer], cleanStrong: distances.cleanAA.layers[layer],
          pgdStrong: distances.pgdAA.layers[layer]),
        drift: drift.flatMap { LayerReport.Drift($0, of: names[layer]) },
        posterior: gauges[names[layer]].map(LayerReport.Posterior.init))
    }
    let report = LayerReport(
      step: step, strong: "quick", n: count, broken: images.isBroken.count { $0 },
      batchRows: drift == nil ? nil : batchRows, layers: layers, first: first)
    if first == nil {
      first = LayerReport.Reference(step: step, cleanPGD: report.total.cleanPGD)
    }
    let scatter = try drawScatter(afterStep: step, images, names, on: network, poll: poll)
    return Pictures(
      layers: report, scatter: scatter, passes: 3 * count + 3 * min(count, PictureBook.points) * names.count)
  }

  private mutating func drawScatter(
    afterStep step: Int, _ images: ProbeImages, _ names: [String], on network: Network, poll: () throws -> Void
  ) throws -> ScatterReport {
    // Another normalization has other layers: their pictures start afresh.
    if scatters.map(\.layer) != names { (scatters, axes) = ([], []) }
    let count = min(images.isBroken.count, PictureBook.points)
    let drawn = try names.indices.map { layer in
      try DomainScatter(
        network, layer: layer, images.domains, count: count,
        previous: scatters.isEmpty ? nil : scatters[layer], poll: poll)
    }
    axes = drawn.indices.map { ScatterReport.Axes(around: drawn[$0], keeping: axes.isEmpty ? nil : axes[$0]) }
    scatters = drawn
    return ScatterReport(
      step: step, strong: "quick",
      layers: zip(drawn, axes).map { scatter, axes in
        ScatterReport.Layer(
          name: scatter.layer, explained: scatter.explainedRatio, clean: scatter.clean.map(ScatterReport.Point.init),
          pgd: scatter.pgd.map(ScatterReport.Point.init), strong: scatter.aa.map(ScatterReport.Point.init), axes: axes,
          fittedAt: step)
      })
  }
}

extension LayerReport.Drift {
  /// Of one layer; nil if it tracks nothing.
  init?(_ distances: BatchDistances, of name: String) {
    guard let place = distances.layers.firstIndex(of: name) else { return nil }
    self.init(clean: distances.clean?.layers[place], adversarial: distances.adversarial?.layers[place])
  }
}

extension LayerReport.Posterior {
  /// What a dual BN layer made of the last training batch.
  init(_ gauge: PosteriorGauge) {
    self.init(
      clean: gauge.cleanMean, adversarial: gauge.adversarialMean, routing: gauge.routingAccuracy,
      decided: gauge.decidedShare)
  }
}

extension ScatterReport.Point {
  init(_ point: PrincipalPlane.Point) { self.init(Float(point.x), Float(point.y)) }
}

extension ScatterReport.Axes {
  /// The axes around a picture. Former axes that still fit, and are not much more than twice as wide as needed, stay.
  init(around scatter: DomainScatter, keeping old: ScatterReport.Axes?) {
    let points = scatter.clean + scatter.pgd + scatter.aa
    let x = Self.span(points.map { Float($0.x) }, old.map { $0.left...$0.right })
    let y = Self.span(points.map { Float($0.y) }, old.map { $0.bottom...$0.top })
    self.init(left: x.lowerBound, right: x.upperBound, bottom: y.lowerBound, top: y.upperBound)
  }

  private static func span(_ values: [Float], _ old: ClosedRange<Float>?) -> ClosedRange<Float> {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return old ?? -1...1 }
    let width = max(high - low, .leastNormalMagnitude)
    if let old, old.contains(low), old.contains(high), old.upperBound - old.lowerBound <= 2.2 * width { return old }
    return (low - 0.1 * width)...(high + 0.1 * width)
  }
}
