/// What stands at the right of a chart about one line.
struct LineLabel {
  /// Index of the line.
  let line: Int
  /// The value it stands next to.
  let value: Double
  let text, shortText: String

  var shortened: LineLabel { LineLabel(line: line, value: value, text: shortText, shortText: shortText) }
}

extension Chart {
  /// Name and value of every line that has a name: the last value, or the one nearest to the crosshair.
  var labels: [LineLabel] {
    lines.indices.compactMap { index -> LineLabel? in
      let line = lines[index]
      guard line.glyph != nil, let last = line.history.buckets.last else { return nil }
      guard let crosshair = view.crosshair else {
        return LineLabel(line: index, value: last.last, text: line.label, shortText: line.shortLabel)
      }
      guard let point = (line.measured ?? line.history).nearest(to: crosshair) else { return nil }
      let text = line.reading?(point.y) ?? line.label
      // Values that are not measured at every step say at which one they were.
      let place = point.x == crosshair ? "" : " @\(Int(point.x))"
      // The number alone.
      let number = line.reading == nil ? nil : text.split(separator: " ").last.map(String.init)
      return LineLabel(
        line: index, value: point.y, text: text + place, shortText: number ?? line.shortLabel)
    }
  }
}

extension ChartFrame {
  /// Writes names and values at the right, in the order of the values, moved apart where they would share a row.
  func drawLabels(into buffer: inout CellBuffer, theme: Theme) {
    var places = labels.compactMap { label in row(label.value).map { (label: label, row: $0) } }
    // Where rows are fewer than labels, those of the lines painted last stay.
    places = places.suffix(plot.height).sorted { one, other in
      (-one.label.value, -one.label.line) < (-other.label.value, -other.label.line)
    }
    for index in places.indices.dropFirst() { places[index].row = max(places[index].row, places[index - 1].row + 1) }
    var floor = plot.y + plot.height - 1
    for index in places.indices.reversed() {
      places[index].row = min(places[index].row, floor)
      floor = places[index].row - 1
    }
    for place in places {
      let line = chart.lines[place.label.line], end = plot.x + plot.width
      buffer[end, place.row] = Cell(line.glyph ?? " ", theme.style(line.role))
      buffer.write(place.label.text, x: end + 2, y: place.row, in: rect, style: theme.style(line.role))
    }
  }

  // MARK: the crosshair

  /// A line through the step of the crosshair, behind the lines of the chart.
  func drawCrosshair(into buffer: inout CellBuffer, theme: Theme) {
    guard let step = chart.view.crosshair, let column = column(step) else { return }
    for row in plot.y..<plot.y + plot.height { buffer[column, row] = Cell("│", theme.style(.key)) }
  }

  /// Marks each line where the crosshair reads it, and names the step on the axis.
  func drawCrosshairStep(into buffer: inout CellBuffer, theme: Theme) {
    guard let step = chart.view.crosshair, let column = column(step) else { return }
    for line in chart.lines {
      guard let glyph = line.glyph, let point = (line.measured ?? line.history).nearest(to: step), point.x == step,
        let row = row(point.y)
      else { continue }
      buffer[column, row] = Cell(glyph, theme.style(line.role))
    }
    guard rect.height > plot.height else { return }
    let mark = chart.marks.first { $0.x == step }.map { " \($0.label)" } ?? ""
    let text = " step \(Int(step))\(mark) ", width = displayWidth(text)
    let start = min(max(plot.x, column - width / 2), plot.x + plot.width - width), y = plot.y + plot.height
    // What it covers of a tick's number would be read as another number.
    for (first, direction) in [(start - 1, -1), (start + width, 1)] {
      var x = first
      while x >= rect.x, x < rect.x + rect.width, buffer[x, y].scalar != " " {
        buffer[x, y].scalar = " "
        x += direction
      }
    }
    buffer.write(text, x: start, y: y, in: rect, style: theme.style(.selected))
  }
}
