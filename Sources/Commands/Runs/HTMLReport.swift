import Events
import Foundation
import Readout
import Recipe
import Runs
import Spelling

/// A run as one HTML file that needs nothing else: charts as SVG, settings, journal, results.
struct HTMLReport {
  private let card: RunCard
  private let events: [Event]

  init(_ store: RunStore) throws {
    card = try RunCard(store)
    events = try store.events(pictures: .last).map(\.event)
  }

  /// The file.
  var text: String {
    let title = "\(card.name): \(([card.preset] + card.settings.labels).joined(separator: ", "))"
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(HTML.escaped(title))</title><style>\(HTMLReport.style)</style></head>
      <body><h1>\(HTML.escaped(title))</h1>
      \(facts)
      <h2>Loss</h2>\(lossChart)
      <h2>Accuracy</h2>\(accuracyChart)
      <h2>Gap</h2>\(gapChart)
      <h2>Results</h2>\(results)
      <h2>Journal</h2>\(journal)
      <h2>Settings</h2>\(settings)
      </body></html>

      """
  }

  private static let style = """
    body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
    h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse}
    td,th{padding:.15rem .8rem .15rem 0;text-align:left;vertical-align:top;font-variant-numeric:tabular-nums}
    svg{width:100%;height:auto}text{font:11px system-ui,sans-serif;fill:#57606a}
    .alarm{color:#b3261e;font-weight:600}pre{overflow:auto}
    """

  private var facts: String {
    let isAlarm = card.gap == .alarm || card.gap == .confirmed
    var rows = [("state", HTML.escaped("\(card.state.word), step \(RunTable.steps(card))"))]
    if let description = card.description {
      rows += [("model", HTML.escaped(description.model)), ("data", HTML.escaped(description.data))]
    }
    let gap = HTML.escaped(RunTable.gap(card))
    rows.append(("gap", isAlarm ? "<span class=\"alarm\">\(gap)</span>" : gap))
    if let parent = card.parent { rows.append(("branch of", HTML.escaped("\(parent.run), step \(parent.step)"))) }
    return HTML.table(rows.map { [$0.0, $0.1] })
  }

  // MARK: charts

  /// Steps at which a setting was changed.
  private var marks: [SVGChart.Mark] {
    card.interventions.inOrder().compactMap { made in
      guard case .set = made.act else { return nil }
      return SVGChart.Mark(step: made.step, text: made.text)
    }
  }

  private var lossChart: String {
    let samples = events.compactMap { if case .sample(let sample) = $0 { sample } else { nil } }
    func curve(_ name: String, _ color: String, _ value: (Sample) -> Double?) -> SVGChart.Curve {
      SVGChart.Curve(
        name: name, color: color, points: samples.compactMap { sample in value(sample).map { (sample.step, $0) } })
    }
    return SVGChart(
      curves: [
        curve("clean", "#1f77b4", \.cleanLoss), curve("adversarial", "#d62728", \.adversarialLoss),
        curve("KL", "#9467bd", \.kl),
      ], marks: marks, range: nil
    ).svg
  }

  private var accuracyChart: String {
    let probes = events.compactMap { if case .probe(let probe) = $0 { probe } else { nil } }
    let validation = probes.filter { $0.split == .validation }, quick = probes.filter { $0.quick != nil }
    func curve(_ name: String, _ color: String, _ probes: [Probe], _ value: (Probe) -> Double) -> SVGChart.Curve {
      SVGChart.Curve(name: name, color: color, points: probes.map { ($0.step, value($0)) })
    }
    return SVGChart(
      curves: [
        curve("clean (validation)", "#1f77b4", validation) { $0.clean.value },
        curve("under the training attack (validation)", "#d62728", validation) { $0.adversarial.value },
        curve("under the quick attacks (probe)", "#000000", quick) { $0.quick?.accuracy.value ?? 0 },
      ], marks: marks, range: 0...1
    ).svg
  }

  private var gapChart: String {
    let probes = events.compactMap { if case .probe(let probe) = $0 { probe } else { nil } }
    let quick = probes.compactMap(\.quick), deep = probes.compactMap(\.deep)
    return SVGChart(
      curves: [
        SVGChart.Curve(name: "quick", color: "#ff7f0e", points: quick.map { ($0.step, $0.gap) }),
        SVGChart.Curve(name: "deep (AutoAttack)", color: "#2ca02c", points: deep.map { ($0.step, $0.gap) }),
      ], marks: marks, range: 0...1
    ).svg
  }

  // MARK: tables

  private var results: String {
    guard !card.results.isEmpty else { return "<p>not measured: the run did not reach its end</p>" }
    let rows = card.results.map { probe in
      [
        "\(probe.weights.rawValue) (step \(probe.step))", Notation.table.accuracy(probe.clean),
        "\(Notation.table.accuracy(probe.adversarial)) \(probe.attack)", "\(probe.clean.n)",
      ].map(HTML.escaped)
    }
    return HTML.table(rows, head: ["weights", "clean", "under attack", "n"])
  }

  private var journal: String {
    let rows = events.compactMap { event -> [String]? in
      switch event {
      case .journal(let entry): ["\(entry.step)", entry.text, entry.cause.rawValue]
      case .alarm(let change): ["\(change.step)", change.line(.table), "sentinel"]
      default: nil
      }
    }
    return HTML.table(rows.map { $0.map(HTML.escaped) }, head: ["step", "what", "who"])
  }

  private var settings: String {
    HTML.table(AnyKnob.all.map { [$0.name, HTML.escaped(card.settings.formatted($0))] })
  }
}

/// Pieces of HTML.
enum HTML {
  /// The text, harmless.
  static func escaped(_ text: String) -> String {
    oneLine(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  /// A table of cells that are escaped already.
  static func table(_ rows: [[String]], head: [String] = []) -> String {
    let heading = head.isEmpty ? "" : "<tr>" + head.map { "<th>\($0)</th>" }.joined() + "</tr>"
    return "<table>" + heading + rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>" }.joined()
      + "</table>"
  }
}
