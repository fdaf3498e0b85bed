import Events
import Foundation
import Plotting

extension DistributionsPane {
  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty else { return }
    guard let report, let index else {
      let text = clipped("no distributions measured yet", to: rect.width)
      buffer.write(
        text, x: rect.x + (rect.width - displayWidth(text)) / 2, y: rect.y + rect.height / 2, in: rect,
        style: context.theme.style(.faint))
      return
    }
    let layer = report.layers[index]
    let domains = domains(of: layer, strong: report.strong)
    let legendRows = rect.height >= 4 ? 1 : 0
    let plot = Rect(x: rect.x, y: rect.y, width: rect.width, height: rect.height - legendRows)
    drawAxes(of: layer, into: &buffer, in: plot, context: context)
    // Three heights per cell are too coarse for a curve among characters.
    let hasSpread = context.symbols != .ascii && plot.width >= 24 && plot.height >= 8
    if hasSpread { drawSpread(domains, axes: layer.axes, into: &buffer, in: plot, context: context) }
    drawPoints(domains, axes: layer.axes, into: &buffer, in: plot, context: context)
    if legendRows > 0 {
      drawLegend(domains, layer, hasSpread: hasSpread, into: &buffer, in: rect, theme: context.theme)
    }
  }

  /// The lines through zero, where the picture contains them.
  private func drawAxes(
    of layer: ScatterReport.Layer, into buffer: inout CellBuffer, in plot: Rect, context: PaneContext
  ) {
    guard plot.width >= 12, plot.height >= 4 else { return }
    let style = context.theme.style(.border)
    if let origin = cell(of: ScatterReport.Point(0, 0), layer.axes, in: plot) {
      for x in plot.x..<plot.x + plot.width { buffer[x, origin.y] = Cell("─", style) }
      for y in plot.y..<plot.y + plot.height { buffer[origin.x, y] = Cell("│", style) }
      buffer[origin.x, origin.y] = Cell("┼", style)
    }
  }

  /// Two standard deviations around each domain's mean, as a faint dotted curve.
  private func drawSpread(
    _ domains: [Domain], axes: ScatterReport.Axes, into buffer: inout CellBuffer, in plot: Rect, context: PaneContext
  ) {
    var canvas = Canvas(width: plot.width, height: plot.height, symbols: context.symbols)
    for (layer, domain) in domains.enumerated() {
      guard let ellipse = Ellipse(domain) else { continue }
      for step in 0..<240 {
        let point = ellipse.point(at: Double(step) / 240 * 2 * .pi)
        let x = share(point.x, Double(axes.left), Double(axes.right))
        let y = share(point.y, Double(axes.bottom), Double(axes.top))
        guard let x, let y, (0...1).contains(x), (0...1).contains(y) else { continue }
        canvas.dot(
          x: Int((x * Double(canvas.dotsAcross - 1)).rounded()),
          y: Int(((1 - y) * Double(canvas.dotsDown - 1)).rounded()), layer: layer)
      }
    }
    canvas.draw(into: &buffer, x: plot.x, y: plot.y) { context.theme.style(domains[$0].role) }
  }

  /// One character per cell: that of the domain with the most points in it; of equal domains, the later one.
  private func drawPoints(
    _ domains: [Domain], axes: ScatterReport.Axes, into buffer: inout CellBuffer, in plot: Rect, context: PaneContext
  ) {
    var counts = [[Int]](repeating: [0, 0, 0], count: plot.width * plot.height)
    for (place, domain) in domains.enumerated() {
      for point in domain.points {
        guard let cell = cell(of: point, axes, in: plot) else { continue }
        counts[(cell.y - plot.y) * plot.width + cell.x - plot.x][place] += 1
      }
    }
    for (index, count) in counts.enumerated() {
      guard let most = count.max(), most > 0, let place = count.lastIndex(of: most) else { continue }
      buffer[plot.x + index % plot.width, plot.y + index / plot.width] = Cell(
        domains[place].glyph, context.theme.style(domains[place].role))
    }
  }

  private func drawLegend(
    _ domains: [Domain], _ layer: ScatterReport.Layer, hasSpread: Bool, into buffer: inout CellBuffer, in rect: Rect,
    theme: Theme
  ) {
    let counts = Set(domains.map(\.points.count))
    var spans = domains.flatMap { domain in
      [
        Span("\(domain.glyph) \(domain.name)", domain.role),
        Span(counts.count > 1 ? " \(domain.points.count)  " : "  ", .faint),
      ]
    }
    if counts.count == 1, let count = counts.first { spans.append(Span("n \(count)", .faint)) }
    let variance = explained(layer), fitted = "axes from step \(layer.fittedAt)"
    let curves = hasSpread ? " · curves: 2 SD" : ""
    let y = rect.y + rect.height - 1, right = rect.x + rect.width - 1
    let end = buffer.write(spans, x: rect.x + 1, y: y, in: rect, theme: theme)
    let full = "\(variance) · \(fitted)"
    let text = [full + curves, full, variance].first { end + 2 + displayWidth($0) <= right }
    if let text { buffer.writeRight(text, end: right, y: y, in: rect, style: theme.style(.axis)) }
  }

  // MARK: places

  /// The cell of a point; nil when it has none.
  private func cell(of point: ScatterReport.Point, _ axes: ScatterReport.Axes, in plot: Rect) -> (x: Int, y: Int)? {
    guard !plot.isEmpty, let x = share(Double(point.x), Double(axes.left), Double(axes.right)),
      let y = share(Double(point.y), Double(axes.bottom), Double(axes.top))
    else { return nil }
    // A point outside the fixed axes is drawn at the edge instead of vanishing.
    let across = min(1, max(0, x)), up = min(1, max(0, y))
    return (
      plot.x + Int((across * Double(plot.width - 1)).rounded()),
      plot.y + Int(((1 - up) * Double(plot.height - 1)).rounded())
    )
  }

  private func share(_ value: Double, _ low: Double, _ high: Double) -> Double? {
    guard value.isFinite, low.isFinite, high.isFinite else { return nil }
    return high > low ? (value - low) / (high - low) : 0.5
  }
}

/// The curve two standard deviations from the mean of some points.
private struct Ellipse {
  let center: (x: Double, y: Double)
  /// The root of the covariance (Cholesky): x takes a, y takes b and c.
  let a, b, c: Double

  /// Nil for fewer than three finite points, and for points without extent along x.
  init?(_ domain: DistributionsPane.Domain) {
    let points = domain.points.filter { $0.x.isFinite && $0.y.isFinite }
    guard points.count >= 3, let center = domain.center else { return nil }
    self.center = center
    var xx = 0.0, xy = 0.0, yy = 0.0
    for point in points {
      let x = Double(point.x) - center.x, y = Double(point.y) - center.y
      xx += x * x
      xy += x * y
      yy += y * y
    }
    let count = Double(points.count - 1)
    guard xx > 0 else { return nil }
    a = (xx / count).squareRoot()
    b = xy / count / a
    c = max(0, yy / count - b * b).squareRoot()
  }

  func point(at angle: Double) -> (x: Double, y: Double) {
    let across = 2 * cos(angle), up = 2 * sin(angle)
    return (center.x + a * across, center.y + b * across + c * up)
  }
}
