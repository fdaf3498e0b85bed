import Events
import Plotting
import Readout
import Spelling

/// The losses and the learning rate of every training step.
package struct LossPane: Pane {
  package static let id = "loss"
  package static let title = "Loss"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 40
  package static let hasChart = true
  package static let keys: [PaneKey<LossPane>] = [
    KeyBinding(
      [.character("y")], scope: .visible, footer: FooterWord("y", "log y"),
      "switch the loss axis between logarithmic and linear"
    ) {
      $0.isLogarithmic.toggle()
      return []
    }
  ]

  private var total = SmoothedSeries(), clean = SmoothedSeries(), adversarial = SmoothedSeries(), kl = SmoothedSeries()
  private var interventions = Interventions()
  private var others = OtherPanes<LossPane>()
  private var last: Sample?
  private var totalSaysMore = false
  private var isLogarithmic = false
  private var view = ChartView()

  package init() {}

  package var choices: [String: String] { ["log": "\(isLogarithmic)"] }

  package mutating func restore(_ choices: [String: String]) {
    if let log = choices["log"].flatMap({ Bool($0) }) { isLogarithmic = log }
  }

  package mutating func update(_ event: Event) {
    switch event {
    case .sample(let sample):
      let step = Double(sample.step)
      total.append(x: step, y: sample.loss)
      if let value = sample.cleanLoss { clean.append(x: step, y: value) }
      if let value = sample.adversarialLoss { adversarial.append(x: step, y: value) }
      if let value = sample.kl { kl.append(x: step, y: value) }
      let same = [sample.cleanLoss, sample.adversarialLoss].contains {
        $0.map { abs($0 - sample.loss) < 1e-9 } ?? false
      }
      if !same { totalSaysMore = true }
      last = sample
    default: interventions.update(event)
    }
  }

  package mutating func look(_ view: ChartView) { self.view = view }
  package mutating func compare(_ runs: [OtherRun]) { others.show(runs) }
  package mutating func update(_ event: Event, of other: Int) { others.update(event, of: other) }

  package var note: String {
    var parts: [String] = []
    let caveat = chart.caveat
    if !caveat.isEmpty { parts.append(caveat) }
    parts += view.words
    if chart.yScale.isLogarithmic { parts.append("log y") }
    if let last { parts.append("lr \(NumberText.short(last.learningRate))") }
    return parts.joined(separator: " · ")
  }

  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    chart.draw(into: &buffer, in: rect, theme: context.theme, symbols: context.symbols)
  }

  package func describe() -> String {
    guard let last else { return "Loss: no training step yet." }
    let parts = named.compactMap { series in
      series.series.raw.lastValue.map { "\(series.spoken) \(NumberText.short($0))" }
    }
    var text = "Loss at step \(last.step): \(parts.joined(separator: ", ")); learning rate "
    text += "\(NumberText.short(last.learningRate))."
    if let bounds = total.raw.bounds {
      text +=
        " The total ranged from \(NumberText.short(bounds.lowerBound)) to \(NumberText.short(bounds.upperBound))"
      text += " over \(NumberText.count(total.raw.count, "step"))."
    }
    let caveat = chart.caveat
    return caveat.isEmpty ? text : text + " Not drawn: \(caveat)."
  }

  private struct Named {
    let series: SmoothedSeries, role: Theme.Role, glyph: Unicode.Scalar, label: String, spoken: String
  }

  /// In drawing order: what matters most comes last.
  private var named: [Named] {
    var all = [
      Named(series: kl, role: .kl, glyph: "∗", label: "KL", spoken: "KL"),
      Named(series: adversarial, role: .adversarial, glyph: "×", label: "adv", spoken: "adversarial"),
      Named(series: clean, role: .clean, glyph: "∘", label: "clean", spoken: "clean"),
    ]
    if totalSaysMore || (clean.raw.count == 0 && adversarial.raw.count == 0) {
      all.insert(Named(series: total, role: .total, glyph: "+", label: "total", spoken: "total"), at: 0)
    }
    return all.filter { $0.series.raw.count > 0 }
  }

  private var chart: Chart {
    let logarithmic = isLogarithmic && named.contains { $0.series.raw.positiveBounds != nil }
    let background =
      view.smoothing == .off ? [] : named.map { Chart.Line(background: $0.series.raw, role: $0.role) }
    let dashed = others.all.flatMap { other in
      other.pane.comparable.map { line($0, logarithmic: logarithmic, of: other.sign) }
    }
    return Chart(
      lines: background + dashed + named.map { line($0, logarithmic: logarithmic) }, marks: interventions.marks,
      others: others.names, wantsLogarithmic: isLogarithmic, emptyText: "waiting for the first step",
      view: view)
  }

  /// What runs with other weights of the loss can be compared by.
  private var comparable: [Named] {
    let parts = named.filter { ["clean", "adv"].contains($0.label) }
    return parts.isEmpty ? named : parts
  }

  /// A series as it is drawn now; dashed under the sign of another run.
  private func line(_ one: Named, logarithmic: Bool, of other: Unicode.Scalar? = nil) -> Chart.Line {
    let value = one.series.raw.lastValue.map(NumberText.short) ?? "", name = padded(one.label, to: 5)
    return Chart.Line(
      one.series.smoothed(view.smoothing, logarithmic: logarithmic) ?? one.series.raw, role: one.role,
      glyph: other ?? one.glyph, label: "\(name) \(value)", shortLabel: value,
      isDashed: other != nil, measured: one.series.raw, reading: { "\(name) \(NumberText.short($0))" })
  }
}
