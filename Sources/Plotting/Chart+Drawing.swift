extension Chart {
  /// Draws the chart into `rect`, which may have any size. The parts that do not fit are left out, labels before lines.
  package func draw(into buffer: inout CellBuffer, in rect: Rect, theme: Theme, symbols: Symbols) {
    guard !rect.isEmpty else { return }
    guard lines.contains(where: { $0.history.count > 0 }) else {
      let text = clipped(emptyText, to: rect.width)
      let x = rect.x + (rect.width - displayWidth(text)) / 2
      buffer.write(text, x: x, y: rect.y + rect.height / 2, in: rect, style: theme.style(.faint))
      return
    }
    let frame = ChartFrame(chart: self, rect: rect, symbols: symbols)
    frame.drawBands(into: &buffer, theme: theme)
    frame.drawLevels(into: &buffer, theme: theme)
    frame.drawIntervals(into: &buffer, theme: theme)
    frame.drawMarkLines(into: &buffer, theme: theme)
    frame.drawCrosshair(into: &buffer, theme: theme)
    frame.drawLines(into: &buffer, theme: theme)
    frame.drawLevelLabels(into: &buffer, theme: theme)
    frame.drawAxes(into: &buffer, theme: theme)
    frame.drawLabels(into: &buffer, theme: theme)
    frame.drawMarkLabels(into: &buffer, theme: theme)
    frame.drawCrosshairStep(into: &buffer, theme: theme)
    frame.drawLegend(into: &buffer, theme: theme)
    frame.noteSpot(in: &buffer)
  }
}

/// A chart laid out in a rectangle: ticks at the left, labels at the right, steps below and the legend below them, the
/// plot in the rest.
struct ChartFrame {
  let chart: Chart
  let rect: Rect
  let symbols: Symbols
  /// Where lines are drawn.
  let plot: Rect
  let x, y: Scale
  /// The steps that are shown.
  let steps: ClosedRange<Double>
  let yTicks: [Tick]
  /// What stands at the right of the plot; empty where there is no room.
  let labels: [LineLabel]
  /// The row of the legend; nil without one, and where rows are needed for the lines.
  let legendRow: Int?

  init(chart: Chart, rect: Rect, symbols: Symbols) {
    self.chart = chart
    self.symbols = symbols
    self.rect = rect
    x = chart.xScale
    y = chart.yScale
    steps = chart.steps
    legendRow = chart.hasLegend && rect.height >= Self.legendHeight ? rect.y + rect.height - 1 : nil
    let height = rect.height - (legendRow == nil ? 0 : 1)
    let plotHeight = height >= 4 ? height - 1 : height
    let ticks = rect.width >= 20 && rect.height >= 3 ? y.ticks(atMost: min(8, max(2, (plotHeight + 1) / 2))) : []
    let tickWidth = (ticks.map { displayWidth($0.label) }.max() ?? -1) + 1
    let room = rect.width - tickWidth
    let all = chart.labels
    let full = (all.map { displayWidth($0.text) }.max() ?? 0) + 3
    let short = (all.map { displayWidth($0.shortText) }.max() ?? 0) + 3
    var labelWidth = 0
    if all.isEmpty || room - short < 8 {
      labels = []
    } else if room - full >= 20 {
      labels = all
      labelWidth = full
    } else {
      labels = all.map(\.shortened)
      labelWidth = short
    }
    yTicks = ticks
    plot = Rect(x: rect.x + tickWidth, y: rect.y, width: room - labelWidth, height: plotHeight)
  }

  // MARK: places

  /// The place of a step in dots from the plot's left edge, also beyond the edges; nil when it has none.
  func across(_ step: Double) -> Double? {
    x.place(chart.view.axis.value(at: step)).map { $0 * Double(max(0, plot.width * symbols.dots.x - 1)) }
  }

  /// The dot of a value, from the plot's upper edge; nil when it has no place.
  func dotDown(_ value: Double) -> Int? {
    y.position(value).map { Int(((1 - $0) * Double(max(0, plot.height * symbols.dots.y - 1))).rounded()) }
  }

  /// The column that holds the dot of a step, so that labels stand next to their lines; nil outside the plot.
  func column(_ step: Double) -> Int? {
    guard let dot = across(step), dot > -0.5, dot < Double(plot.width * symbols.dots.x) - 0.5 else { return nil }
    return plot.x + Int(dot.rounded()) / symbols.dots.x
  }

  /// The row that holds the value's dot.
  func row(_ value: Double) -> Int? { dotDown(value).map { plot.y + $0 / symbols.dots.y } }

  /// Lets a pointer find the step of a column.
  func noteSpot(in buffer: inout CellBuffer) {
    let steps = PlotSteps(plot: plot, scale: x, axis: chart.view.axis)
    if !plot.isEmpty { buffer.spots.append(Spot(plot, .plot(steps))) }
  }

  // MARK: axes

  func drawAxes(into buffer: inout CellBuffer, theme: Theme) {
    let style = theme.style(.axis)
    for tick in yTicks {
      guard let row = row(tick.value) else { continue }
      buffer.writeRight(tick.label, end: plot.x - 1, y: row, in: rect, style: style)
    }
    guard rect.height > plot.height else { return }
    let bottom = plot.y + plot.height
    var free = rect.x
    // Whole steps and epochs only.
    let most = chart.view.axis.unit == .step ? Int(min(1e6, max(1, x.upper - x.lower))) : .max
    for tick in x.ticks(atMost: min(plot.width / 8, most)) {
      guard let place = x.place(tick.value) else { continue }
      let dot = Int((place * Double(max(0, plot.width * symbols.dots.x - 1))).rounded())
      let column = plot.x + dot / symbols.dots.x, width = displayWidth(tick.label)
      let start = min(max(rect.x, column - (width - 1) / 2), rect.x + rect.width - width)
      guard start >= free else { continue }
      buffer.write(tick.label, x: start, y: bottom, in: rect, style: style)
      free = start + width + 2
    }
    if !labels.isEmpty {
      buffer.write(
        chart.view.axis.word, x: max(free - 1, plot.x + plot.width + 2), y: bottom, in: rect, style: style)
    }
  }
}
