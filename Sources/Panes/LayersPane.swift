import Events
import Readout
import Spelling

/// How far apart the domains are in every normalization layer, how far a batch is from the running statistics, and how
/// dual norms route pixels.
package struct LayersPane: Pane {
  package static let id = "layers"
  package static let title = "Layers"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 5
  package static let keys: [PaneKey<LayersPane>] = [
    KeyBinding(
      [.character("d")], scope: .visible, footer: FooterWord("d", "distance"),
      "next measure: distance of two domains, batch drift, posterior", when: { $0.report != nil }
    ) { $0.next() },
    KeyBinding([.up], footer: FooterWord("↑/↓", "scroll"), "scroll toward the input", when: { $0.top > 0 }) {
      $0.scroll(by: -1)
    },
    KeyBinding([.down], "scroll toward the logits", when: { $0.top + 1 < $0.report?.layers.count ?? 0 }) {
      $0.scroll(by: 1)
    },
  ]

  /// What can be shown of a layer.
  enum Measure: Sendable, Hashable, CaseIterable {
    case cleanPGD, cleanStrong, pgdStrong, drift, posterior
  }

  private(set) var report: LayerReport?
  private(set) var measure = Measure.cleanPGD
  /// Index of the first visible layer.
  private(set) var top = 0

  package init() {}

  package mutating func update(_ event: Event) {
    // A checkpoint that arrives late does not replace what is shown.
    guard case .layers(let report) = event, report.step >= self.report?.step ?? 0 else { return }
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

  /// The chosen measure first, then those that a reader wants next to it, as many as fit.
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

  /// The distance that a measure stands for; nil for other measures.
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
    return "step \(report.step) · n=\(report.n) per set"
  }

  package func describe() -> String {
    guard let report else { return "Layers: nothing measured yet." }
    var sentences = ["Layers at step \(report.step), \(NumberText.count(report.n, "image")) per set."]
    for measure in [Measure.cleanPGD, .cleanStrong, .pgdStrong] {
      let distance = { (distances: LayerReport.Distances) in LayersPane.distance(measure, distances) ?? 0 }
      let largest = report.layers.max { distance($0.distances) < distance($1.distances) }
      let most = largest.map { ", largest in \($0.name) (\(NumberText.short(distance($0.distances))))" } ?? ""
      let layers = NumberText.count(report.layers.count, "layer")
      sentences.append("\(title(measure)): \(NumberText.short(distance(report.total))) over \(layers)\(most).")
    }
    if let first = report.first {
      sentences.append(
        "\(title(.cleanPGD)) at the first check of this run (step \(first.step)): \(NumberText.short(first.cleanPGD)).")
    }
    if let drift = report.totalDrift {
      let parts = [("clean", drift.clean), ("adversarial", drift.adversarial)].compactMap { name, value in
        value.map { "\(name) \(NumberText.short($0))" }
      }
      sentences.append("W2² from a training batch to the running statistics: \(parts.joined(separator: ", ")).")
    }
    let routing = report.layers.compactMap { layer in
      layer.posterior.map { "\(layer.name) \(Notation.screen.share($0.routing))" }
    }
    if !routing.isEmpty {
      sentences.append("Fraction of pixels routed to their own domain: \(routing.joined(separator: ", ")).")
    }
    return sentences.joined(separator: " ")
  }
}
