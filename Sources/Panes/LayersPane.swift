import Events
import Plotting

/// How far the domains are apart in every norm layer, how a batch drifts from the running statistics, how dual norms
/// route.
package struct LayersPane: Pane {
  package static let id = "layers"
  package static let title = "Layers"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 5
  package static let keys: [PaneKey<LayersPane>] = [
    KeyBinding(
      [.character("d")], scope: .visible, footer: FooterWord("d", "distance"),
      "layers: the next pair of domains, batch drift, posterior", when: { $0.report != nil }
    ) { $0.next() },
    KeyBinding([.up], footer: FooterWord("↑/↓", "scroll"), "layers nearer the image", when: { $0.top > 0 }) {
      $0.scroll(by: -1)
    },
    KeyBinding([.down], "layers nearer the logits", when: { $0.top + 1 < $0.report?.layers.count ?? 0 }) {
      $0.scroll(by: 1)
    },
  ]

  /// What can be shown of a layer.
  enum Measure: Sendable, Hashable, CaseIterable {
    case cleanPGD, cleanStrong, pgdStrong, drift, posterior
  }

  private(set) var report: LayerReport?
  private(set) var measure = Measure.cleanPGD
  /// The first layer on show, where not all are.
  private(set) var top = 0

  package init() {}

  package mutating func update(_ event: Event) {
    guard case .layers(let report) = event else { return }
    self.report = report
    if !available.contains(measure) { measure = .cleanPGD }
    top = min(top, max(0, report.layers.count - 1))
  }

  /// What was measured.
  var available: [Measure] {
    Measure.allCases.filter { measure in
      switch measure {
      case .cleanPGD, .cleanStrong, .pgdStrong: true
      case .drift: report?.layers.contains { $0.drift != nil } ?? false
      case .posterior: report?.layers.contains { $0.posterior != nil } ?? false
      }
    }
  }

  /// The chosen measure first; then those that a reader wants beside it, as many as there is room for.
  func shown(_ count: Int) -> [Measure] {
    let others: [Measure] = [.drift, .posterior, .cleanPGD, .cleanStrong, .pgdStrong]
    return Array(([measure] + others.filter { available.contains($0) && $0 != measure }).prefix(max(1, count)))
  }

  private mutating func next() -> [PaneRequest] {
    let all = available
    measure = all[((all.firstIndex(of: measure) ?? -1) + 1) % all.count]
    return []
  }

  private mutating func scroll(by count: Int) -> [PaneRequest] {
    top = min(max(0, top + count), max(0, (report?.layers.count ?? 0) - 1))
    return []
  }

  /// The distance a measure stands for; nil for measures that are none.
  static func distance(_ measure: Measure, _ distances: LayerReport.Distances) -> Double? {
    switch measure {
    case .cleanPGD: distances.cleanPGD
    case .cleanStrong: distances.cleanStrong
    case .pgdStrong: distances.pgdStrong
    case .drift, .posterior: nil
    }
  }

  /// `W2² clean–PGD`.
  func title(_ measure: Measure) -> String {
    let strong = report?.strong ?? ""
    return switch measure {
    case .cleanPGD: "W2² clean–PGD"
    case .cleanStrong: "W2² clean–\(strong)"
    case .pgdStrong: "W2² PGD–\(strong)"
    case .drift: "W2² batch–running"
    case .posterior: "posterior p(clean)"
    }
  }

  package var note: String {
    guard let report else { return "" }
    return "step \(report.step) · n=\(report.n) a set"
  }

  package func describe() -> String {
    guard let report else { return "Layers: nothing measured yet." }
    var sentences = ["Layers at step \(report.step), \(report.n) images a set."]
    for measure in [Measure.cleanPGD, .cleanStrong, .pgdStrong] {
      let total = LayersPane.distance(measure, report.total) ?? 0
      let largest = report.layers.max {
        (LayersPane.distance(measure, $0.distances) ?? 0) < (LayersPane.distance(measure, $1.distances) ?? 0)
      }
      let most = largest.map { layer in
        ", most in \(layer.name): \(NumberText.short(LayersPane.distance(measure, layer.distances) ?? 0))"
      }
      sentences.append("\(title(measure)) \(NumberText.short(total)) over \(report.layers.count) layers\(most ?? "").")
    }
    if let first = report.first {
      sentences.append("Clean–PGD at this run's first look, step \(first.step): \(NumberText.short(first.cleanPGD)).")
    }
    if let drift = report.totalDrift {
      let parts = [("clean", drift.clean), ("adversarial", drift.adversarial)].compactMap { name, value in
        value.map { "\(name) \(NumberText.short($0))" }
      }
      sentences.append("Training batch to running statistics, over all layers: \(parts.joined(separator: ", ")).")
    }
    let routing = report.layers.compactMap { layer in
      layer.posterior.map { "\(layer.name) \(NumberText.share($0.routing))" }
    }
    if !routing.isEmpty { sentences.append("Routed to their own domain: \(routing.joined(separator: ", ")).") }
    return sentences.joined(separator: " ")
  }
}
