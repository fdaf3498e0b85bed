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
    frame.drawMarkLines(into: &buffer, theme: theme)
    frame.drawLines(into: &buffer, theme: theme)
    frame.drawLevelLabels(into: &buffer, theme: theme)
    frame.drawAxes(into: &buffer, theme: theme)
    frame.drawEndLabels(into: &buffer, theme: theme)
    frame.drawMarkLabels(into: &buffer, theme: theme)
    frame.drawLegend(into: &buffer, theme: theme)
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
  let yTicks: [Tick]
  let endLabels: [(line: Int, text: String)]
  /// The row of the legend; nil without one, and where rows are needed for the lines.
  let legendRow: Int?

  init(chart: Chart, rect: Rect, symbols: Symbols) {
    self.chart = chart
    self.symbols = symbols
    self.rect = rect
    x = chart.xScale
    y = chart.yScale
    legendRow = chart.hasLegend && rect.height >= Self.legendHeight ? rect.y + rect.height - 1 : nil
    let height = rect.height - (legendRow == nil ? 0 : 1)
    let plotHeight = height >= 4 ? height - 1 : height
    let ticks = rect.width >= 20 && rect.height >= 3 ? y.ticks(atMost: min(8, max(2, (plotHeight + 1) / 2))) : []
    let tickWidth = (ticks.map { displayWidth($0.label) }.max() ?? -1) + 1
    let room = rect.width - tickWidth
    let named = chart.lines.indices.filter { chart.lines[$0].glyph != nil && chart.lines[$0].history.count > 0 }
    let full = named.map { ($0, chart.lines[$0].label) }, short = named.map { ($0, chart.lines[$0].shortLabel) }
    let width = { (labels: [(Int, String)]) in (labels.map { displayWidth($0.1) }.max() ?? 0) + 3 }
    let labels = room - width(full) >= 20 ? full : room - width(short) >= 8 ? short : []
    let labelWidth = labels.isEmpty ? 0 : width(labels)
    yTicks = ticks
    endLabels = labels.map { (line: $0.0, text: $0.1) }
    plot = Rect(x: rect.x + tickWidth, y: rect.y, width: room - labelWidth, height: plotHeight)
  }

  // MARK: places

  /// The dot of a value, from the plot's left edge; nil when it has no place.
  private func dotAcross(_ value: Double) -> Int? {
    x.position(value).map { Int(($0 * Double(max(0, plot.width * symbols.dots.x - 1))).rounded()) }
  }

  /// The dot of a value, from the plot's upper edge; nil when it has no place.
  private func dotDown(_ value: Double) -> Int? {
    y.position(value).map { Int(((1 - $0) * Double(max(0, plot.height * symbols.dots.y - 1))).rounded()) }
  }

  /// The column that holds the value's dot, so that labels stand next to their lines.
  func column(_ value: Double) -> Int? { dotAcross(value).map { plot.x + $0 / symbols.dots.x } }

  /// The row that holds the value's dot.
  func row(_ value: Double) -> Int? { dotDown(value).map { plot.y + $0 / symbols.dots.y } }

  // MARK: lines

  func drawLines(into buffer: inout CellBuffer, theme: Theme) {
    var canvas = Canvas(width: plot.width, height: plot.height, symbols: symbols)
    let place = { (valueX: Double, valueY: Double) -> (x: Int, y: Int)? in
      guard let across = dotAcross(valueX), let down = dotDown(valueY) else { return nil }
      return (across, down)
    }
    // Intervals take the layers after the lines, but are painted first.
    for (index, line) in chart.lines.enumerated() {
      guard let interval = line.interval else { continue }
      for (low, high) in zip(interval.lower.buckets, interval.upper.buckets) {
        guard let from = place(low.lastX, low.minimum), let to = place(high.lastX, high.maximum) else { continue }
        canvas.segment(from: from, to: to, layer: chart.lines.count + index)
      }
    }
    for (index, line) in chart.lines.enumerated() where !line.isPoints {
      var pen: (x: Int, y: Int)?
      for bucket in line.history.buckets {
        if bucket.followsGap { pen = nil }
        let middle = bucket.firstX / 2 + bucket.lastX / 2
        let low = y.isLogarithmic ? bucket.smallestPositive : bucket.minimum
        if let from = place(middle, low), let to = place(middle, bucket.maximum) {
          canvas.segment(from: from, to: to, layer: index, isDashed: line.isDashed)
        }
        if let first = place(bucket.firstX, bucket.first) {
          canvas.segment(from: pen ?? first, to: first, layer: index, isDashed: line.isDashed)
        }
        pen = place(bucket.lastX, bucket.last)
      }
    }
    canvas.draw(into: &buffer, x: plot.x, y: plot.y) { layer in
      theme.style(layer < chart.lines.count ? chart.lines[layer].role : .faint)
    }
    drawGlyphs(on: canvas, into: &buffer, theme: theme)
  }

  /// Puts each line's own character on it every few columns, where the line is not covered by another.
  private func drawGlyphs(on canvas: Canvas, into buffer: inout CellBuffer, theme: Theme) {
    let spacing = 16
    for (index, line) in chart.lines.enumerated() {
      guard let glyph = line.glyph else { continue }
      var next = line.isPoints ? plot.x : plot.x + 3 + index * 4 % spacing
      for bucket in line.history.buckets {
        guard let column = column(bucket.lastX), column >= next, let row = row(bucket.last) else { continue }
        next = column + 1
        guard line.isPoints || canvas.layer(x: column - plot.x, y: row - plot.y) == index else { continue }
        buffer[column, row] = Cell(glyph, theme.style(line.role))
        next = column + (line.isPoints ? 1 : spacing)
      }
    }
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
    let count = min(plot.width / 8, Int(min(1e6, x.upper - x.lower)))
    for tick in x.ticks(atMost: count) {
      guard let column = column(tick.value) else { continue }
      let width = displayWidth(tick.label)
      let start = min(max(rect.x, column - (width - 1) / 2), rect.x + rect.width - width)
      guard start >= free else { continue }
      buffer.write(tick.label, x: start, y: bottom, in: rect, style: style)
      free = start + width + 2
    }
    if !endLabels.isEmpty {
      buffer.write("step", x: max(free - 1, plot.x + plot.width + 2), y: bottom, in: rect, style: style)
    }
  }

  // MARK: labels

  /// Writes names and last values at the lines' ends, moved apart where they would lie over one another.
  func drawEndLabels(into buffer: inout CellBuffer, theme: Theme) {
    var places: [(line: Int, text: String, row: Int)] = []
    for (line, text) in endLabels {
      guard let last = chart.lines[line].history.buckets.last, let row = row(last.last) ?? row(last.maximum) else {
        continue
      }
      places.append((line, text, row))
    }
    // Where rows are fewer than labels, those of the lines painted last stay.
    places = places.suffix(plot.height).sorted { ($0.row, -$0.line) < ($1.row, -$1.line) }
    for index in places.indices.dropFirst() { places[index].row = max(places[index].row, places[index - 1].row + 1) }
    var floor = plot.y + plot.height - 1
    for index in places.indices.reversed() {
      places[index].row = min(places[index].row, floor)
      floor = places[index].row - 1
    }
    for place in places {
      let line = chart.lines[place.line]
      let end = plot.x + plot.width
      buffer[end, place.row] = Cell(line.glyph ?? " ", theme.style(line.role))
      buffer.write(place.text, x: end + 2, y: place.row, in: rect, style: theme.style(line.role))
    }
  }
}
