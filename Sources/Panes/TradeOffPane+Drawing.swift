import Plotting
import Readout
import Spelling

extension TradeOffPane {
  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty else { return }
    let points = runs + way
    guard !points.isEmpty else {
      let text = "no run was measured with stronger attacks than its own yet"
      for (row, line) in wrapped(text, to: max(1, rect.width - 2)).prefix(rect.height).enumerated() {
        buffer.write(
          line, x: rect.x + (rect.width - displayWidth(line)) / 2, y: rect.y + rect.height / 2 + row, in: rect,
          style: context.theme.style(.faint))
      }
      return
    }
    let legend = rect.height >= 5 ? 1 : 0, ticks = rect.height >= 4 ? 1 : 0, left = rect.width >= 20 ? 4 : 0
    let plot = Rect(
      x: rect.x + left, y: rect.y, width: rect.width - left - 1, height: rect.height - legend - ticks)
    let field = Field(plot: plot, points: points, context: context)
    field.drawLines(front: Self.front(runs + [now].compactMap(\.self)), way: way, into: &buffer)
    field.drawPoints(runs, now: now, into: &buffer)
    if left > 0 { field.drawTicks(hasRow: ticks > 0, into: &buffer, in: rect) }
    if legend > 0 { drawLegend(into: &buffer, in: rect, theme: context.theme) }
  }

  private func drawLegend(into buffer: inout CellBuffer, in rect: Rect, theme: Theme) {
    let parts: [[Span]] = [
      [Span("◆ this run", .title)], [Span("  ∘ run", .clean)], [Span("  ▲ under an alarm", .alarm)],
      [Span("  ╌ front", .good)], [Span("  · path of this run", .faint)],
    ]
    var spans: [Span] = []
    for part in parts where (spans + part).displayWidth + 2 <= rect.width { spans += part }
    let y = rect.y + rect.height - 1
    let end = buffer.write(spans, x: rect.x + 1, y: y, in: rect, theme: theme)
    let axes = "→ clean  ↑ strongest attack"
    if end + displayWidth(axes) + 2 <= rect.x + rect.width {
      buffer.writeRight(axes, end: rect.x + rect.width - 1, y: y, in: rect, style: theme.style(.axis))
    }
  }
}

/// The square of both accuracies, drawn into cells. Both axes have the part that has points, and some more.
private struct Field {
  let plot: Rect
  let context: PaneContext
  private let x: Scale, y: Scale

  init(plot: Rect, points: [TradeOffPane.Point], context: PaneContext) {
    (self.plot, self.context) = (plot, context)
    x = Field.scale(points.map(\.clean))
    y = Field.scale(points.map(\.strongest))
  }

  /// Ends at tenths, so that it moves rarely.
  private static func scale(_ values: [Double]) -> Scale {
    let low = max(0, ((values.min() ?? 0) * 10 - 0.5).rounded(.down) / 10)
    let high = min(1, ((values.max() ?? 1) * 10 + 0.5).rounded(.up) / 10)
    return Scale(low...max(high, low + 0.1))
  }

  private func share(_ scale: Scale, _ value: Double) -> Double { scale.position(value) ?? 0 }

  private func cell(_ point: TradeOffPane.Point) -> (x: Int, y: Int) {
    (
      plot.x + Int((share(x, point.clean) * Double(max(0, plot.width - 1))).rounded()),
      plot.y + Int(((1 - share(y, point.strongest)) * Double(max(0, plot.height - 1))).rounded())
    )
  }

  /// The front as stairs that no run is beyond, and the path of this run.
  func drawLines(front: [TradeOffPane.Point], way: [TradeOffPane.Point], into buffer: inout CellBuffer) {
    var canvas = Canvas(width: plot.width, height: plot.height, symbols: context.symbols)
    func dot(_ clean: Double, _ strongest: Double) -> (x: Int, y: Int) {
      (
        Int((share(x, clean) * Double(max(0, canvas.dotsAcross - 1))).rounded()),
        Int(((1 - share(y, strongest)) * Double(max(0, canvas.dotsDown - 1))).rounded())
      )
    }
    for (one, next) in zip(way, way.dropFirst()) {
      canvas.segment(from: dot(one.clean, one.strongest), to: dot(next.clean, next.strongest), layer: 0)
    }
    if let first = front.first, let last = front.last {
      var corners = [dot(x.lower, first.strongest)]
      for (one, next) in zip(front, front.dropFirst()) {
        corners += [dot(one.clean, one.strongest), dot(one.clean, next.strongest)]
      }
      corners += [dot(last.clean, last.strongest), dot(last.clean, y.lower)]
      for (one, next) in zip(corners, corners.dropFirst()) {
        canvas.segment(from: one, to: next, layer: 1, dash: .short)
      }
    }
    canvas.draw(into: &buffer, x: plot.x, y: plot.y) { context.theme.style($0 == 0 ? .faint : .good) }
  }

  /// The other runs, with names where they have room, and this one over them.
  func drawPoints(_ runs: [TradeOffPane.Point], now: TradeOffPane.Point?, into buffer: inout CellBuffer) {
    guard !plot.isEmpty else { return }
    var taken: Set<Int> = []
    for point in runs.sorted(by: { ($0.isAlarm ? 0 : 1) < ($1.isAlarm ? 0 : 1) }) {
      let cell = cell(point)
      buffer[cell.x, cell.y] = Cell(point.isAlarm ? "▲" : "∘", context.theme.style(point.isAlarm ? .alarm : .clean))
      guard plot.width >= 40, taken.insert(cell.y).inserted else { continue }
      let name = clipped(point.name, to: 18), isRight = cell.x + 2 + displayWidth(name) <= plot.x + plot.width
      buffer.write(
        name, x: isRight ? cell.x + 2 : cell.x - 1 - displayWidth(name), y: cell.y, in: plot,
        style: context.theme.style(.faint))
    }
    guard let now else { return }
    let cell = cell(now)
    buffer[cell.x, cell.y] = Cell("◆", context.theme.style(now.isAlarm ? .alarm : .title))
  }

  func drawTicks(hasRow: Bool, into buffer: inout CellBuffer, in rect: Rect) {
    let style = context.theme.style(.axis)
    for tick in y.ticks(atMost: max(2, plot.height / 2)) {
      let row = plot.y + Int(((1 - share(y, tick.value)) * Double(max(0, plot.height - 1))).rounded())
      buffer.writeRight(NumberText.share(tick.value), end: plot.x - 1, y: row, in: rect, style: style)
    }
    guard hasRow else { return }
    var free = rect.x
    for tick in x.ticks(atMost: max(2, plot.width / 10)) {
      let text = NumberText.share(tick.value),
        column = plot.x + Int((share(x, tick.value) * Double(plot.width - 1)).rounded())
      let start = min(max(rect.x, column - displayWidth(text) / 2), rect.x + rect.width - displayWidth(text))
      guard start >= free else { continue }
      free = buffer.write(text, x: start, y: plot.y + plot.height, in: rect, style: style) + 1
    }
  }
}
