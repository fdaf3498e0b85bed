import Events
import Panes
import Plotting
import Readout

/// The keys of charts. They act on all charts, which share one view, while one of them is on the screen.
extension Lab {
  static let chartKeys: [LabKey] = [
    chartKey([.character("c")], FooterWord("c", "crosshair"), "crosshair: read all charts at one step") {
      $0.toggleCrosshair()
    },
    chartKey([.character("z")], FooterWord("z", "zoom"), "zoom in on the crosshair, or on the end of the run") {
      $0.zoomIn()
    },
    chartKey([.character("Z")], nil, "zoom out", when: \.isZoomed) { $0.zoomOut() },
    chartKey([.character("F")], FooterWord("F", "fit"), "fit all steps into the charts again", when: \.isZoomed) {
      $0.fit()
    },
    chartKey([.character("{")], nil, "move zoomed charts to earlier steps", when: \.isZoomed) { $0.pan(by: -0.5) },
    chartKey([.character("}")], nil, "move zoomed charts to later steps", when: \.isZoomed) { $0.pan(by: 0.5) },
    chartKey(
      [.character("s")], FooterWord("s", "smooth"),
      "smooth measured lines: off, light, medium, heavy (raw lines stay, faded; never schedules)"
    ) { $0.smoothing = $0.smoothing.next },
    chartKey([.character("x")], nil, "count steps, epochs or time on the x axis") { $0.axis.unit = $0.axis.unit.next },
    chartKey([.character("X")], nil, "switch the x axis between logarithmic and linear") {
      $0.axis.isLogarithmic.toggle()
    },
  ]

  /// Keys of the crosshair; they go before all others.
  static let crosshairKeys: [LabKey] = [
    crosshairKey([.left], FooterWord("← →", "move"), "one column to the left") { $0.moveCrosshair(by: -$0.stride) },
    crosshairKey([.right], nil, "one column to the right") { $0.moveCrosshair(by: $0.stride) },
    crosshairKey([.character(",")], FooterWord(", .", "step"), "one step back") { $0.moveCrosshair(by: -1) },
    crosshairKey([.character(".")], nil, "one step on") { $0.moveCrosshair(by: 1) },
    crosshairKey([.home], nil, "to the beginning of the run") { $0.putCrosshair(at: 0) },
    crosshairKey([.end], nil, "to the last step") { $0.putCrosshair(at: .greatestFiniteMagnitude) },
    LabKey([.character("[")], footer: FooterWord("[ ]", "mark"), "to the mark before", when: { $0.mark(-1) != nil }) {
      $0.moveCrosshair(toMark: -1)
    },
    LabKey([.character("]")], "to the next mark", when: { $0.mark(1) != nil }) { $0.moveCrosshair(toMark: 1) },
    LabKey(
      [.enter], footer: FooterWord("enter", "rewind"), "on a mark: offer to go back to it",
      when: { $0.markAtCrosshair != nil }
    ) { $0.returnToMark() },
    crosshairKey([.escape], FooterWord("esc", "end"), "remove the crosshair") { $0.removeCrosshair() },
  ]

  private static func chartKey(
    _ keys: [Key], _ footer: FooterWord<Lab>?, _ description: String,
    when isValid: @escaping @Sendable (ChartView) -> Bool = { _ in true },
    _ change: @escaping @Sendable (inout ChartView) -> Void
  ) -> LabKey {
    LabKey(keys, footer: footer, description, when: { $0.showsChart && isValid($0.view) }) {
      change(&$0.view)
      return []
    }
  }

  private static func crosshairKey(
    _ keys: [Key], _ footer: FooterWord<Lab>?, _ description: String,
    _ change: @escaping @Sendable (inout ChartView) -> Void
  ) -> LabKey {
    LabKey(keys, footer: footer, description, when: \.hasCrosshair) {
      change(&$0.view)
      return []
    }
  }

  /// True while a chart is on the screen.
  var showsChart: Bool { layout.places.contains { Swift.type(of: panes[$0.pane]).hasChart } }

  /// True while the keys of the crosshair are heard.
  var hasCrosshair: Bool { view.crosshair != nil && showsChart }

  /// Keeps the charts' axes up to date.
  mutating func follow(_ event: Event) {
    switch event {
    case .started(let description): view.axis.stepsPerEpoch = max(1, description.stepsPerEpoch)
    case .sample(let sample):
      view.reach(Double(sample.step))
      view.axis.clock.add(step: Double(sample.step), seconds: secondsSinceStep + sample.seconds)
      secondsSinceStep = 0
    case .probe(let probe):
      if session.isWatching { view.reach(Double(probe.step)) }
      secondsSinceStep += probe.seconds
    case .surgery(let report): secondsSinceStep += report.seconds
    default: break
    }
  }

  // MARK: marks

  /// The step of the mark before or after the crosshair.
  private func mark(_ direction: Int) -> Int? {
    guard hasCrosshair, let crosshair = view.crosshair else { return nil }
    let steps = session.marks.all.map(\.step)
    return direction < 0 ? steps.last { Double($0) < crosshair } : steps.first { Double($0) > crosshair }
  }

  private mutating func moveCrosshair(toMark direction: Int) -> [LabAction] {
    if let step = mark(direction) { view.putCrosshair(at: Double(step)) }
    return []
  }

  /// The mark that the crosshair is on.
  var markAtCrosshair: Marks.Mark? {
    hasCrosshair ? view.crosshair.flatMap { session.marks.at(Int($0)) } : nil
  }

  private mutating func returnToMark() -> [LabAction] {
    guard let mark = markAtCrosshair else { return [] }
    return session.onlooker == .replay ? [.replay(.seek(.step(mark.step)))] : open(RewindDialog(mark))
  }
}
