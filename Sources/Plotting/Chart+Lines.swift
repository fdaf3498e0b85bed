/// The lines of a chart. However many values a line has, a column of dots is drawn once: from the smallest to the
/// largest value in it, joined to the next.
extension ChartFrame {
  func drawLines(into buffer: inout CellBuffer, theme: Theme) {
    var canvas = Canvas(width: plot.width, height: plot.height, symbols: symbols)
    for (index, line) in chart.lines.enumerated() where !line.isPoints {
      let dash: Canvas.Dash =
        line.isDashed ? .short : theme.dashed.contains(line.role) && !line.isBackground ? .long : .none
      trace(line.history, layer: index, dash: dash, on: &canvas)
    }
    canvas.draw(into: &buffer, x: plot.x, y: plot.y) { layer in
      let line = chart.lines[layer]
      return line.isBackground ? theme.faded(line.role) : theme.style(line.role)
    }
    drawGlyphs(on: canvas, into: &buffer, theme: theme)
  }

  /// What is in one column of dots and not drawn yet.
  private struct Column {
    let x: Int
    var low, high: Double
  }

  private func trace(_ history: History, layer: Int, dash: Canvas.Dash, on canvas: inout Canvas) {
    var pen: (x: Double, y: Int)?, open: Column?
    func close() {
      guard let column = open, let from = dotDown(column.low), let to = dotDown(column.high) else { return }
      canvas.segment(from: (column.x, from), to: (column.x, to), layer: layer, dash: dash)
    }
    for bucket in history.buckets(in: steps) {
      if bucket.followsGap { pen = nil }
      guard let left = across(bucket.firstX), let right = across(bucket.lastX) else {
        pen = nil
        continue
      }
      let low = y.isLogarithmic ? bucket.smallestPositive : bucket.minimum
      let column = Int(left.rounded())
      if var same = open, same.x == column, Int(right.rounded()) == column, !bucket.followsGap {
        (same.low, same.high) = (min(same.low, low), max(same.high, bucket.maximum))
        open = same
      } else {
        close()
        let middle = Int(((left + right) / 2).rounded())
        open = Column(x: middle, low: low, high: bucket.maximum)
        if let first = dotDown(bucket.first) {
          join(pen ?? (left, first), (left, first), layer: layer, dash: dash, on: &canvas)
        }
      }
      pen = dotDown(bucket.last).map { (right, $0) }
    }
    close()
  }

  /// A segment between two places, cut at the plot's left and right edge.
  private func join(
    _ start: (x: Double, y: Int), _ end: (x: Double, y: Int), layer: Int, dash: Canvas.Dash, on canvas: inout Canvas
  ) {
    let edges = 0.0...Double(max(0, canvas.dotsAcross - 1))
    guard start.x <= edges.upperBound + 0.5, end.x >= -0.5, start.x <= end.x else { return }
    func cut(_ point: (x: Double, y: Int)) -> (x: Int, y: Int) {
      let x = min(max(point.x, edges.lowerBound), edges.upperBound)
      guard x != point.x, end.x > start.x else { return (Int(point.x.rounded()), point.y) }
      let share = (x - start.x) / (end.x - start.x)
      return (Int(x.rounded()), Int((Double(start.y) + share * Double(end.y - start.y)).rounded()))
    }
    canvas.segment(from: cut(start), to: cut(end), layer: layer, dash: dash)
  }

  /// Puts each line's own character on it every few columns, where the line is not covered by another.
  private func drawGlyphs(on canvas: Canvas, into buffer: inout CellBuffer, theme: Theme) {
    let spacing = 16
    for (index, line) in chart.lines.enumerated() {
      guard let glyph = line.glyph else { continue }
      var next = line.isPoints ? plot.x : plot.x + 3 + index * 4 % spacing
      for bucket in line.history.buckets(in: steps) {
        guard let column = column(bucket.lastX), column >= next, let row = row(bucket.last) else { continue }
        next = column + 1
        guard line.isPoints || canvas.layer(x: column - plot.x, y: row - plot.y) == index else { continue }
        buffer[column, row] = Cell(glyph, theme.style(line.role))
        next = column + (line.isPoints ? 1 : spacing)
      }
    }
  }

  // MARK: intervals

  /// Draws the interval of a value as a bar with ends, in the faded color of its line: nothing else in a chart looks
  /// like that. Where values are close, some of them; the last one always.
  func drawIntervals(into buffer: inout CellBuffer, theme: Theme) {
    for line in chart.lines {
      guard let interval = line.interval else { continue }
      let style = theme.faded(line.role)
      var free = Int.max
      // From the last one backwards.
      for (low, high) in zip(interval.lower.buckets(in: steps), interval.upper.buckets(in: steps)).reversed() {
        guard let column = column(high.lastX), column <= free, let bottom = row(low.last), let top = row(high.last)
        else { continue }
        free = column - 4
        // The line is in the middle; with less room, ends could not be told from it.
        guard bottom - top >= 2 else { continue }
        for row in top...bottom {
          buffer[column, row] = Cell(row == top ? "┬" : row == bottom ? "┴" : "│", style)
        }
      }
    }
  }
}
