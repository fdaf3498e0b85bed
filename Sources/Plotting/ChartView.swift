/// How charts are looked at: which steps, on which axis, how smooth, and where the crosshair is. All charts share one.
package struct ChartView: Sendable, Hashable {
  /// The steps that are shown.
  package enum Window: Sendable, Hashable {
    /// All of them.
    case all
    /// So many, up to the last one: it moves with the run.
    case last(Double)
    /// These.
    case fixed(ClosedRange<Double>)
  }

  /// The steps that are shown.
  package private(set) var window = Window.all
  /// What x counts.
  package var axis = XAxis()
  /// How smooth measured lines are.
  package var smoothing = Smoothing.off
  /// The step of the crosshair; nil without one.
  package private(set) var crosshair: Double?
  /// The last step of the run.
  package private(set) var lastStep = 0.0

  /// Everything, by step.
  package init() {}

  /// Notes how far the run is.
  package mutating func reach(_ step: Double) { lastStep = max(lastStep, step) }

  /// The same view of a run of which nothing is known yet.
  package var restarted: ChartView {
    var view = self
    view.lastStep = 0
    view.axis.clock = StepClock()
    return view
  }

  /// Looks at this run as another view looks at its own.
  package mutating func adopt(_ other: ChartView) {
    (window, smoothing, crosshair) = (other.window, other.smoothing, other.crosshair)
    (axis.unit, axis.isLogarithmic) = (other.axis.unit, other.axis.isLogarithmic)
  }

  /// What the next lab begins with, by name: the axis and the smoothing; not the steps, which are this run's.
  package var choices: [String: String] {
    ["axis": axis.unit.rawValue, "log": "\(axis.isLogarithmic)", "smoothing": "\(smoothing)"]
  }

  /// Takes over what was chosen before; leaves out what it does not know.
  package mutating func restore(_ choices: [String: String]) {
    if let unit = choices["axis"].flatMap(XAxis.Unit.init) { axis.unit = unit }
    if let log = choices["log"].flatMap({ Bool($0) }) { axis.isLogarithmic = log }
    if let known = Smoothing.allCases.first(where: { "\($0)" == choices["smoothing"] }) { smoothing = known }
  }

  /// True when not all steps are shown.
  package var isZoomed: Bool { window != .all }

  /// The steps from the left to the right edge for data that ends at `last`.
  package func steps(upTo last: Double) -> ClosedRange<Double> {
    let last = max(last, 0)
    switch window {
    case .all: return 0...max(1, RoundBounds.above(last))
    case .last(let width):
      // Moves on by about an eighth.
      let stride = max(1, RoundBounds.step(below: width / 8)), end = max(width, (last / stride).rounded(.up) * stride)
      return (end - width)...end
    case .fixed(let range): return range
    }
  }

  private var shown: ClosedRange<Double> { steps(upTo: lastStep) }

  // MARK: zoom

  /// The fewest steps that are shown.
  private static let fewest = 8.0

  /// Half as many steps around a step, the crosshair, or else up to the last one.
  package mutating func zoomIn(around step: Double? = nil) { zoom(by: 0.5, around: step ?? crosshair) }

  /// Twice as many steps.
  package mutating func zoomOut(around step: Double? = nil) { if isZoomed { zoom(by: 2, around: step ?? crosshair) } }

  /// All steps again.
  package mutating func fit() { window = .all }

  private mutating func zoom(by factor: Double, around center: Double?) {
    let shown = shown, width = ((shown.upperBound - shown.lowerBound) * factor).rounded()
    guard width >= ChartView.fewest || factor > 1 else { return }
    guard width < max(0.9 * lastStep, ChartView.fewest) else { return fit() }
    guard let center else {
      // What follows the end goes on to do so.
      if case .fixed(let range) = window {
        show(from: (range.lowerBound + range.upperBound - width) / 2, width: width)
      } else {
        window = .last(width)
      }
      return
    }
    // It stays where it is on the screen.
    let place = (center - shown.lowerBound) / (shown.upperBound - shown.lowerBound)
    show(from: center - place * width, width: width)
  }

  /// Moves what is shown by a share of its width.
  package mutating func pan(by share: Double) {
    guard isZoomed else { return }
    let shown = shown, width = shown.upperBound - shown.lowerBound
    show(from: shown.lowerBound + share * width, width: width)
  }

  /// At the right end the window follows the run again.
  private mutating func show(from start: Double, width: Double) {
    let start = max(0, start.rounded())
    window = start + width >= max(lastStep, width) ? .last(width) : .fixed(start...start + width)
  }

  // MARK: the crosshair

  /// Puts the crosshair on the last step, or takes it away.
  package mutating func toggleCrosshair() {
    guard crosshair == nil else { return removeCrosshair() }
    let shown = shown
    crosshair = min(max(lastStep, shown.lowerBound), shown.upperBound)
  }

  /// Takes the crosshair away.
  package mutating func removeCrosshair() { crosshair = nil }

  /// Puts the crosshair on a step, or on the last one of a run that is not that far.
  package mutating func pointCrosshair(at step: Double) {
    crosshair = crosshair ?? 0
    putCrosshair(at: step)
  }

  /// Moves the crosshair by steps, within the run; what is shown moves along where it would leave it.
  package mutating func moveCrosshair(by steps: Double) { if let crosshair { putCrosshair(at: crosshair + steps) } }

  /// Puts the crosshair on a step of the run.
  package mutating func putCrosshair(at step: Double) {
    let place = min(max(0, step.rounded()), lastStep), shown = shown
    crosshair = place
    guard isZoomed, !shown.contains(place) else { return }
    show(from: place - (shown.upperBound - shown.lowerBound) / 2, width: shown.upperBound - shown.lowerBound)
  }

  /// Steps of a fiftieth of what is shown: about a column.
  package var stride: Double {
    let shown = shown
    return max(1, ((shown.upperBound - shown.lowerBound) / 50).rounded())
  }
}
