/// The marks of a chart, and the line below it that says what they are.
extension ChartFrame {
  /// Rows that a chart has before one of them is spent on the legend.
  static let legendHeight = 8

  func drawMarkLines(into buffer: inout CellBuffer, theme: Theme) {
    for mark in chart.marks {
      guard let column = column(mark.x) else { continue }
      for row in plot.y..<plot.y + plot.height { buffer[column, row] = Cell("┊", theme.style(mark.role)) }
      if mark.isKept { buffer[column, plot.y + plot.height - 1] = Cell("■", theme.style(mark.role)) }
    }
  }

  /// Writes each mark's name next to its line, in the first of the upper rows that is blank there; between marks that are
  /// close, over the line of another.
  func drawMarkLabels(into buffer: inout CellBuffer, theme: Theme) {
    for mark in chart.marks {
      guard let column = column(mark.x),
        let place = place(of: mark, at: column, over: [" "], in: buffer)
          ?? place(of: mark, at: column, over: [" ", "┊"], in: buffer)
      else { continue }
      buffer.write(mark.label, x: place.x, y: place.y, in: plot, style: theme.style(mark.role))
    }
  }

  /// Where the name of a mark covers nothing but these characters; nil when there is no such place.
  private func place(
    of mark: Chart.Mark, at column: Int, over blanks: Set<Unicode.Scalar>, in buffer: CellBuffer
  ) -> (x: Int, y: Int)? {
    let width = displayWidth(mark.label)
    for start in [column + 1, column - width] {
      guard start >= plot.x, start + width <= plot.x + plot.width else { continue }
      let row = (plot.y..<plot.y + plot.height).first { row in
        (start..<start + width).allSatisfy { blanks.contains(buffer[$0, row].scalar) }
      }
      if let row { return (start, row) }
    }
    return nil
  }

  /// Writes whose the dashed lines are, and what happened at the marks, the latest ones where not all have room.
  func drawLegend(into buffer: inout CellBuffer, theme: Theme) {
    guard let legendRow else { return }
    var row = Rect(x: rect.x, y: legendRow, width: rect.width, height: 1)
    for other in chart.others {
      let name = clipped(other, to: min(40, row.width / 2))
      let end = buffer.write(name + ": dashed", x: row.x, y: legendRow, in: row, style: theme.style(.title)) + 2
      row = Rect(x: end, y: legendRow, width: max(0, rect.x + rect.width - end), height: 1)
    }
    var entries: [[Span]] = [], room = row.width
    for mark in chart.marks.reversed() where !mark.text.isEmpty {
      let name = mark.label + " ", width = displayWidth(name) + displayWidth(mark.text)
      // Where not even the latest has room, as much of it is shown as fits.
      guard width <= room || entries.isEmpty else { break }
      entries.insert(
        [Span(name, mark.role), Span(clipped(mark.text, to: max(1, room - displayWidth(name))), .faint)], at: 0)
      room -= width + 2
    }
    var x = row.x
    for entry in entries { x = buffer.write(entry, x: x, y: legendRow, in: row, theme: theme) + 2 }
  }
}

extension Chart {
  /// True when there is something to say about the marks or about other runs.
  var hasLegend: Bool { !others.isEmpty || marks.contains { !$0.text.isEmpty } }
}
