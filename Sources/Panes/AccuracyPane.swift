import Events
import Plotting
import Readout
import Spelling

/// Clean and adversarial accuracy on the validation images, each with its interval; accuracy under stronger attacks,
/// with the gap shaded; batch accuracies faded in the background.
package struct AccuracyPane: Pane {
  package static let id = "accuracy"
  package static let title = "Accuracy"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 50
  package static let hasChart = true
  package static let keys: [PaneKey<AccuracyPane>] = []

  private var clean = Measured(), adversarial = Measured(), pgd10 = Measured(), fgsm = Measured(), quick = Measured(),
    deep = Measured()
  /// Accuracy under PGD and under the quick check, on the same images: the edges of the gap.
  private var gapUpper = History(), gapLower = History()
  private var batchClean = History(), batchAdversarial = History()
  private var interventions = Interventions()
  private var others = OtherPanes<AccuracyPane>()
  private var last: Probe?

  private var isSentinel = false
  private var view = ChartView()

  package init() {}

  package mutating func update(_ event: Event) {
    switch event {
    case .probe(let probe) where probe.weights == .current:
      guard isShown(probe) else { return }
      clean.append(probe.clean, step: probe.step)
      adversarial.append(probe.adversarial, step: probe.step)
      if let share = probe.pgd10 { pgd10.append(share, step: probe.step) }
      if let share = probe.fgsm { fgsm.append(share, step: probe.step) }
      if let reading = probe.quick {
        quick.append(reading.accuracy, step: reading.step)
        gapUpper.append(x: Double(reading.step), y: reading.pgd.value)
        gapLower.append(x: Double(reading.step), y: reading.accuracy.value)
      }
      if let reading = probe.deep { deep.append(reading.accuracy, step: reading.step) }
      // A checkpoint that arrives late is drawn in its place and described by none.
      if probe.step >= last?.step ?? 0 { last = probe }
    case .sample(let sample):
      if let share = sample.cleanAccuracy { batchClean.append(x: Double(sample.step), y: share.value) }
      if let share = sample.adversarialAccuracy { batchAdversarial.append(x: Double(sample.step), y: share.value) }
    default: interventions.update(event)
    }
  }

  package mutating func look(_ view: ChartView) { self.view = view }
  package mutating func compare(_ runs: [OtherRun]) { others.show(runs) }
  package mutating func update(_ event: Event, of other: Int) { others.update(event, of: other) }

  /// Once the sentinel checks, its probe is drawn: PGD and the stronger attacks on the same images.
  private mutating func isShown(_ probe: Probe) -> Bool {
    if probe.gapState != nil, !isSentinel {
      isSentinel = true
      (clean, adversarial, pgd10) = (Measured(), Measured(), Measured())
    }
    return !isSentinel || probe.gapState != nil
  }

  package var note: String {
    guard let last else { return "" }
    guard let quick = quick.last else {
      let batches = batchClean.count + batchAdversarial.count > 0 ? " · faded: batches" : ""
      return "\(last.split.rawValue) n=\(last.clean.n) ┬┴ 95 %\(batches)\(look)"
    }
    // Short, so that every n fits into the border of a pane of a usual size.
    let deep = deep.last.map { " · deep \($0.n)" } ?? ""
    return "n=\(last.clean.n) · quick \(quick.n)\(deep) · ┬┴ 95 %\(look)"
  }

  private var look: String { view.words.map { " · \($0)" }.joined() }

  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    let batches = [(batchAdversarial, Theme.Role.adversarial), (batchClean, .clean)].filter { $0.0.count > 0 }
    let background = batches.map { Chart.Line(background: $0.0, role: $0.1) }
    let raw = measured.filter { !$0.isPoints && view.smoothing != .off }.map {
      Chart.Line(background: $0.series.values.raw, role: $0.role)
    }
    let chart = Chart(
      lines: background + raw + dashed + measured.map { line($0) }, marks: interventions.marks, others: others.names,
      bands: [Chart.Band(lower: gapLower, upper: gapUpper, role: .autoattack)], fixedY: 0...1,
      emptyText: "waiting for the first validation", view: view)
    chart.draw(into: &buffer, in: rect, theme: context.theme, symbols: context.symbols)
  }

  /// A series as it is drawn now; dashed, and without intervals, under the sign of another run.
  private func line(_ one: Named, of other: Unicode.Scalar? = nil) -> Chart.Line {
    let name = padded(one.name, to: nameWidth), series = one.series
    return Chart.Line(
      one.isPoints
        ? series.values.raw : series.values.smoothed(view.smoothing, logarithmic: false) ?? series.values.raw,
      role: one.role, glyph: other ?? one.glyph, label: "\(name) \(series.label)",
      shortLabel: series.last.map { Notation.screen.share($0.value) } ?? "",
      interval: other == nil ? (series.lower, series.upper) : nil, isPoints: one.isPoints && other == nil,
      isDashed: other != nil, measured: series.values.raw, reading: { "\(name) \(Notation.screen.share($0))" })
  }

  /// The other runs: what each is trained for, and what stronger attacks leave of it.
  private var dashed: [Chart.Line] {
    others.all.flatMap { other in
      other.pane.measured.filter { ["clean", "quick", other.pane.last?.attack].contains($0.name) }
        .map { line($0, of: other.sign) }
    }
  }

  package func describe() -> String {
    guard let last else { return "Accuracy: no validation yet." }
    let parts = measured.reversed().compactMap { one in
      one.series.last.map { accuracy in
        let images = accuracy.n == last.clean.n ? "" : " on \(NumberText.count(accuracy.n, "image"))"
        let step = one.series.step == last.step ? "" : " at step \(one.series.step)"
        return "\(one.spoken) \(Notation.screen.accuracy(accuracy))\(images)\(step)"
      }
    }
    let images = NumberText.count(last.clean.n, "\(last.split.rawValue) image")
    let others = others.all.compactMap { other in
      other.pane.last.map { probe in
        " \(other.name) at step \(probe.step): clean \(Notation.screen.accuracy(probe.clean)), \(probe.attack) "
          + "\(Notation.screen.accuracy(probe.adversarial))."
      }
    }
    return "Accuracy at step \(last.step) on \(images), ± half the 95 % interval: \(parts.joined(separator: ", "))."
      + others.joined()
  }

  private struct Named {
    let series: Measured, role: Theme.Role, glyph: Unicode.Scalar, name: String
    var isPoints = false
    /// The name in sentences.
    var spoken: String { GapTier(rawValue: name)?.title ?? name }
  }

  private var measured: [Named] {
    [
      Named(series: pgd10, role: .total, glyph: "◇", name: "PGD-10"),
      Named(series: fgsm, role: .total, glyph: "◇", name: "FGSM"),
      Named(series: adversarial, role: .adversarial, glyph: "×", name: last?.attack ?? ""),
      Named(series: clean, role: .clean, glyph: "∘", name: "clean"),
      Named(series: quick, role: .autoattack, glyph: "+", name: "quick"),
      Named(series: deep, role: .autoattack, glyph: "◆", name: "deep", isPoints: true),
    ].filter { $0.series.last != nil }
  }

  private var nameWidth: Int { measured.map { displayWidth($0.name) }.max() ?? 0 }
}

/// An accuracy over steps with the ends of its interval.
private struct Measured: Sendable {
  var values = SmoothedSeries(), lower = History(), upper = History()
  var last: Proportion?
  var step = 0

  mutating func append(_ share: Proportion, step: Int) {
    if step >= self.step { (last, self.step) = (share, step) }
    values.append(x: Double(step), y: share.value)
    lower.append(x: Double(step), y: share.interval.lowerBound)
    upper.append(x: Double(step), y: share.interval.upperBound)
  }

  /// `.66 ±.08`.
  var label: String { last.map(Notation.screen.accuracy) ?? "" }
}
