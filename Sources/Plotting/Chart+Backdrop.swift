/// What a chart shows behind its lines: bands and levels.
extension ChartFrame {
  /// Shades every cell whose middle lies between the band's edges, joined from value to value.
  func drawBands(into buffer: inout CellBuffer, theme: Theme) {
    for band in chart.bands {
      let style = theme.style(band.role)
      var before: (column: Int, low: Double, high: Double)?
      for (lower, upper) in zip(band.lower.buckets, band.upper.buckets) {
        if lower.followsGap || upper.followsGap { before = nil }
        guard let column = column(upper.lastX), let low = y.position(lower.last), let high = y.position(upper.last)
        else {
          before = nil
          continue
        }
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
    for row in plot.y..<plot.y + plot.height {
      let middle = 1 - (Double(row - plot.y) + 0.5) / Double(plot.height)
      if middle > low, middle < high { buffer[column, row] = Cell("░", style) }
    }
  }

  /// Draws a broken line at each level, with its name where no line begins.
  func drawLevels(into buffer: inout CellBuffer, theme: Theme) {
    for level in chart.levels where level.y >= y.lower && level.y <= y.upper {
      guard let row = row(level.y) else { continue }
      for column in stride(from: plot.x, to: plot.x + plot.width, by: 2) {
        buffer[column, row] = Cell("╌", theme.style(level.role))
      }
      guard displayWidth(level.label) + 6 <= plot.width else { continue }
      buffer.write("\(level.label) ", x: plot.x + 1, y: row, in: plot, style: theme.style(level.role))
    }
  }
}
