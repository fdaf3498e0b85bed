/// Lines over steps, with axes, marks of interventions, and every line's name and last value at its end.
package struct Chart: Sendable {
  /// One line.
  package struct Line: Sendable {
    /// Its values.
    package var history: History
    /// Its color.
    package var role: Theme.Role
    /// Its own character, so that colors are not needed; nil for a background line, which has no label either.
    package var glyph: Unicode.Scalar?
    /// Name and last value: `adv 1.31`.
    package var label: String
    /// What stands at the end where space is short: `1.31`.
    package var shortLabel: String
    /// Lower and upper ends of an interval about every value, appended at the same x.
    package var interval: (lower: History, upper: History)?
    /// True for values that stand alone: each is its glyph, and nothing joins them.
    package var isPoints = false
    /// True for the line of another run.
    package var isDashed = false
    /// True for a line without a name, faded behind the one of its color.
    package var isBackground = false
    /// The values that the crosshair reads; nil: those that are drawn.
    package var measured: History?
    /// The label for a value under the crosshair; nil: the label as it is.
    package var reading: (@Sendable (Double) -> String)?

    /// A named line.
    package init(
      _ history: History, role: Theme.Role, glyph: Unicode.Scalar, label: String, shortLabel: String,
      interval: (lower: History, upper: History)? = nil, isPoints: Bool = false, isDashed: Bool = false,
      measured: History? = nil, reading: (@Sendable (Double) -> String)? = nil
    ) {
      self.history = history
      self.role = role
      self.glyph = glyph
      self.label = label
      self.shortLabel = shortLabel
      self.interval = interval
      self.isPoints = isPoints
      self.isDashed = isDashed
      self.measured = measured
      self.reading = reading
    }

    /// A line without a name, drawn faded behind the others.
    package init(background history: History, role: Theme.Role = .faint) {
      self.history = history
      self.role = role
      isBackground = true
      glyph = nil
      label = ""
      shortLabel = ""
    }
  }

  /// An intervention.
  package struct Mark: Sendable, Hashable {
    /// The step.
    package var x: Double
    /// What stands next to its line: `m3`.
    package var label: String
    /// What happened, for the line below the chart: `γ 0.5→0.1`.
    package var text: String
    /// How it looks.
    package var role: Theme.Role
    /// True where a checkpoint was kept, which has a sign at the foot of the line.
    package var isKept: Bool

    /// A mark.
    package init(x: Double, label: String, text: String = "", role: Theme.Role = .mark, isKept: Bool = false) {
      self.x = x
      self.label = label
      self.text = text
      self.role = role
      self.isKept = isKept
    }
  }

  /// What lies between two lines whose values came at the same x, shaded behind everything.
  package struct Band: Sendable {
    /// Its edges.
    package var lower, upper: History
    /// Its color.
    package var role: Theme.Role

    /// A band.
    package init(lower: History, upper: History, role: Theme.Role) {
      self.lower = lower
      self.upper = upper
      self.role = role
    }
  }

  /// A value worth a line across the chart, with its name at the left.
  package struct Level: Sendable, Hashable {
    /// The value.
    package var y: Double
    /// Its name: `alarm .25`.
    package var label: String
    /// Its color.
    package var role: Theme.Role

    /// A level.
    package init(y: Double, label: String, role: Theme.Role) {
      self.y = y
      self.label = label
      self.role = role
    }
  }

  /// In painter's order: a later line covers an earlier one.
  package var lines: [Line]
  /// In order of x.
  package var marks: [Mark]
  /// Whose the dashed lines are: `A parent`.
  package var others: [String]
  /// Behind the lines.
  package var bands: [Band]
  /// Across the chart, behind the lines.
  package var levels: [Level]
  /// Bounds of y; nil: from the data, 0 included when the axis is linear.
  package var fixedY: ClosedRange<Double>?
  /// True when the y axis is asked to be logarithmic.
  package var wantsLogarithmic: Bool
  /// What is written while there is no value.
  package var emptyText: String
  /// How it is looked at.
  package var view: ChartView

  /// A chart.
  package init(
    lines: [Line], marks: [Mark] = [], others: [String] = [], bands: [Band] = [], levels: [Level] = [],
    fixedY: ClosedRange<Double>? = nil,
    wantsLogarithmic: Bool = false,
    emptyText: String = "nothing yet", view: ChartView = ChartView()
  ) {
    self.lines = lines
    self.marks = marks
    self.others = others
    self.bands = bands
    self.levels = levels
    self.fixedY = fixedY
    self.wantsLogarithmic = wantsLogarithmic
    self.emptyText = emptyText
    self.view = view
  }

  /// What the reader must be told because it cannot be drawn: gaps, values without a place, a refused axis. Empty when
  /// everything is on the chart.
  package var caveat: String {
    let named = lines.filter { $0.glyph != nil }
    let gaps = named.reduce(0) { $0 + $1.history.nonFinite }
    let hidden = yScale.isLogarithmic ? named.reduce(0) { $0 + $1.history.nonPositive } : 0
    var parts: [String] = []
    if wantsLogarithmic, !yScale.isLogarithmic, named.contains(where: { $0.history.count > 0 }) {
      parts.append("no log y: nothing is positive")
    }
    if gaps > 0 { parts.append("\(gaps) not finite") }
    if hidden > 0 { parts.append("\(hidden) ≤ 0 not shown") }
    return parts.joined(separator: ", ")
  }

  /// The y axis that is drawn. Its bounds are round, so that they rarely change while a chart grows.
  package var yScale: Scale {
    if wantsLogarithmic, let bounds = bounds(positive: true),
      let scale = Scale(
        logarithmic: RoundBounds.below(bounds.lowerBound)...RoundBounds.above(bounds.upperBound))
    {
      return scale
    }
    if let fixedY { return Scale(fixedY) }
    let bounds = bounds(positive: false) ?? 0...1
    if view.isZoomed { return Scale(RoundBounds.around(bounds)) }
    return Scale(
      -RoundBounds.above(-min(0, bounds.lowerBound))...RoundBounds.above(max(0, bounds.upperBound)))
  }

  private func bounds(positive: Bool) -> ClosedRange<Double>? {
    let shown = view.isZoomed ? steps : nil
    return union(
      lines.map { line in
        shown.map { line.history.bounds(in: $0, positive: positive) }
          ?? (positive ? line.history.positiveBounds : line.history.bounds)
      })
  }

  /// The steps that are shown.
  var steps: ClosedRange<Double> { view.steps(upTo: union(lines.map(\.history.extent))?.upperBound ?? 1) }

  /// The x axis, in its own unit.
  package var xScale: Scale {
    let steps = steps, axis = view.axis
    var upper = axis.value(at: steps.upperBound)
    if axis.unit == .time, !view.isZoomed {
      upper = RoundBounds.above(axis.value(at: union(lines.map(\.history.extent))?.upperBound ?? 1))
    }
    // Logarithms begin at the first step.
    let lower = axis.value(at: axis.isLogarithmic ? max(1, steps.lowerBound) : steps.lowerBound)
    if axis.isLogarithmic, lower > 0, let scale = Scale(logarithmic: lower...max(lower, upper)) { return scale }
    return Scale(lower...max(lower, upper))
  }

  private func union(_ ranges: [ClosedRange<Double>?]) -> ClosedRange<Double>? {
    let ranges = ranges.compactMap { $0 }
    guard let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max() else { return nil }
    return low...high
  }
}
