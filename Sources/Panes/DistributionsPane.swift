import Events
import Plotting
import Spelling

/// Where clean, PGD and strongly attacked images lie in the principal plane of a layer: the paper's Fig. 1, live.
package struct DistributionsPane: Pane {
  package static let id = "distributions"
  package static let title = "Distributions"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 25
  package static let keys: [PaneKey<DistributionsPane>] = [
    KeyBinding(
      [.character("[")], scope: .visible, footer: FooterWord("[/]", "layer"), "scatter plot of the previous layer",
      when: \.hasLayers
    ) { $0.move(by: -1) },
    KeyBinding([.character("]")], scope: .visible, "scatter plot of the next layer", when: \.hasLayers) {
      $0.move(by: 1)
    },
  ]

  private(set) var report: ScatterReport?
  /// The visible layer, by name, so that it stays when others come or go; nil for the last one.
  private var chosen: String?

  package init() {}

  package var choices: [String: String] { chosen.map { ["layer": $0] } ?? [:] }

  package mutating func restore(_ choices: [String: String]) { chosen = choices["layer"] ?? chosen }

  package mutating func update(_ event: Event) {
    // A checkpoint that arrives late does not replace what is shown.
    if case .scatter(let report) = event, report.step >= self.report?.step ?? 0 { self.report = report }
  }

  private var hasLayers: Bool { (report?.layers.count ?? 0) > 1 }

  /// The index of the visible layer; nil when there is none.
  var index: Int? {
    guard let layers = report?.layers, !layers.isEmpty else { return nil }
    return layers.firstIndex { $0.name == chosen } ?? layers.count - 1
  }

  private mutating func move(by count: Int) -> [PaneRequest] {
    guard let layers = report?.layers, let index else { return [] }
    chosen = layers[(index + count + layers.count) % layers.count].name
    return []
  }

  package var note: String {
    guard let report, let index else { return "" }
    return "\(report.layers[index].name) (\(index + 1) of \(report.layers.count)) · step \(report.step)"
  }

  package func describe() -> String {
    guard let report, let index else { return "Distributions: nothing measured yet." }
    let layer = report.layers[index]
    let sets = domains(of: layer, strong: report.strong).map { "\($0.points.count) \($0.name)" }.joined(separator: ", ")
    let centers = domains(of: layer, strong: report.strong).compactMap { domain in
      domain.center.map { "\(domain.name) (\(NumberText.short($0.x)), \(NumberText.short($0.y)))" }
    }
    return
      "Distributions at step \(report.step): inputs of layer \(layer.name) (\(index + 1) of \(report.layers.count)) for "
      + "\(sets) images. The plane holds \(explained(layer)) of the variance. Centers: "
      + "\(centers.joined(separator: ", "))."
  }

  /// `PC1 61 %, PC2 14 %`.
  func explained(_ layer: ScatterReport.Layer) -> String {
    layer.explained.prefix(2).enumerated().map { place, share in
      "PC\(place + 1) \(NumberText.percent(share, digits: 0))"
    }.joined(separator: ", ")
  }

  /// One of the three sets of points.
  struct Domain: Sendable {
    let name: String, glyph: Unicode.Scalar, role: Theme.Role, points: [ScatterReport.Point]

    /// The mean of its points; nil without any.
    var center: (x: Double, y: Double)? {
      let points = points.filter { $0.x.isFinite && $0.y.isFinite }
      guard !points.isEmpty else { return nil }
      let count = Double(points.count)
      return (points.reduce(0) { $0 + Double($1.x) } / count, points.reduce(0) { $0 + Double($1.y) } / count)
    }
  }

  /// In painter's order.
  func domains(of layer: ScatterReport.Layer, strong: String) -> [Domain] {
    [
      Domain(name: "clean", glyph: "∘", role: .clean, points: layer.clean),
      Domain(name: "PGD", glyph: "×", role: .adversarial, points: layer.pgd),
      Domain(name: strong, glyph: "+", role: .autoattack, points: layer.strong),
    ]
  }
}
