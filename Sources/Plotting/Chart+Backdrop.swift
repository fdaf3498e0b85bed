/// What a chart shows behind its lines: bands and levels.
extension ChartFrame {
  /// Shades every cell whose middle lies between the band's edges, joined from value to value.
  func drawBands(into buffer: inout CellBuffer, theme: Theme) {
    for band in chart.bands {
      let style = theme.style(band.role)
      var before: (column: Int, low: Double, high: Double)?
      for (lower, upper) in zip(band.lower.buckets(in: steps), band.upper.buckets(in: steps)) {
        if lower.followsGap || upper.followsGap { before = nil }
        guard let dot = across(upper.lastX), let low = y.position(lower.last), let high = y.position(upper.last)
        else {
          before = nil
          continue
        }
        // One place beyond the edges is as good as another: the band goes on to there.
        let edges = -1.0...Double(plot.width * symbols.dots.x)
        let column = plot.x + Int(min(max(dot, edges.lowerBound), edges.upperBound).rounded(.down)) / symbols.dots.x
        let from = before ?? (column, low, high)
        for x in from.column...max(from.column, column) {
          let share = column > from.column ? Double(x - from.column) / Double(column - from.column) : 1
          shade(
            column: x, from: from.low + share * (low - from.low), to: from.high + share * (high - from.high), style,
            into: &buffer)
        }
        before = (column, low, high)
      }
    }
  }

  private func shade(column: Int, from low: Double, to high: Double, _ style: Style, into buffer: inout CellBuffer) {
    guard column >= plot.x, column < plot.x + plot.width else { return }
    for row in plot.y..<plot.y + plot.height {
      let middle = 1 - (Double(row - plot.y) + 0.5) / Double(plot.height)
      if middle > low, middle < high { buffer[column, row] = Cell("░", style) }
    }
  }

  /// Draws a broken line at each level.
  func drawLevels(into buffer: inout CellBuffer, theme: Theme) {
    for level in chart.levels where level.y >= y.lower && level.y <= y.upper {
      guard let row = row(level.y) else { continue }
      for column in stride(from: plot.x, to: plot.x + plot.width, by: 2) {
        buffer[column, row] = Cell("╌", theme.style(level.role))
      }
    }
  }

  /// Writes each level's name on it, at the first place from the left that no line comes near; nowhere when there is
  /// none.
  func drawLevelLabels(into buffer: inout CellBuffer, theme: Theme) {
    let backdrop: Set<Unicode.Scalar> = ["╌", "░", " ", "┊"]
    for level in chart.levels where level.y >= y.lower && level.y <= y.upper {
      let width = displayWidth(level.label)
      guard let row = row(level.y), width + 6 <= plot.width else { continue }
      let place = (plot.x + 1..<plot.x + plot.width - width).first { start in
        (start - 1...start + width).allSatisfy { backdrop.contains(buffer[$0, row].scalar) }
      }
      if let place { buffer.write(level.label, x: place, y: row, in: plot, style: theme.style(level.role)) }
    }
  }
}
