import Events
import Foundation
import Plotting
import Readout
import Spelling

extension LayersPane {
  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty else { return }
    guard let report, !report.layers.isEmpty else {
      let text = clipped("no distances measured yet", to: rect.width)
      buffer.write(
        text, x: rect.x + (rect.width - displayWidth(text)) / 2, y: rect.y + rect.height / 2, in: rect,
        style: context.theme.style(.faint))
      return
    }
    let measures = shown(rect.width / 56)
    for (place, measure) in measures.enumerated() {
      let left = rect.width * place / measures.count, right = rect.width * (place + 1) / measures.count
      let block = Rect(
        x: rect.x + left, y: rect.y, width: right - left - (place + 1 < measures.count ? 2 : 0), height: rect.height)
      Block(pane: self, report: report, measure: measure, rect: block, context: context).draw(into: &buffer)
    }
  }
}

/// One measure of every layer that fits: title, one line per layer, axis.
private struct Block {
  let pane: LayersPane, report: LayerReport, measure: LayersPane.Measure, rect: Rect, context: PaneContext

  private var theme: Theme { context.theme }
  private var titleRows: Int { rect.height >= 3 ? 1 : 0 }
  private var axisRows: Int { rect.height >= 5 && measure != .posterior ? 1 : 0 }
  private var rows: Int { rect.height - titleRows - axisRows }
  private var nameWidth: Int { min(14, report.layers.map { displayWidth($0.name) }.max() ?? 0, rect.width / 3) }

  /// The layers that fit, from the one that was scrolled to.
  private var layers: ArraySlice<LayerReport.Layer> {
    let first = min(pane.top, max(0, report.layers.count - rows))
    return report.layers.dropFirst(first).prefix(max(0, rows))
  }

  func draw(into buffer: inout CellBuffer) {
    if titleRows > 0 { drawTitle(into: &buffer) }
    let texts = layers.map(text)
    let textWidth = texts.map(displayWidth).max() ?? 0
    let trackX = rect.x + 1 + nameWidth + 2
    let track = Rect(x: trackX, y: 0, width: rect.x + rect.width - trackX - textWidth - 2, height: 1)
    for (row, pair) in zip(layers, texts).enumerated() {
      let y = rect.y + titleRows + row
      let name = padded(clipped(pair.0.name, to: nameWidth), to: nameWidth)
      buffer.write(name, x: rect.x + 1, y: y, in: rect, style: theme.style(.text))
      draw(pair.0, into: &buffer, in: Rect(x: track.x, y: y, width: track.width, height: 1))
      buffer.writeRight(pair.1, end: rect.x + rect.width - 1, y: y, in: rect, style: theme.style(.text))
    }
    if axisRows > 0 { drawAxis(into: &buffer, in: track) }
  }

  // MARK: title and numbers

  private func drawTitle(into buffer: inout CellBuffer) {
    var spans = [Span(pane.title(measure), .title)]
    if let total = LayersPane.distance(measure, report.total) {
      spans.append(Span("  total \(NumberText.short(total))", .key))
    } else if measure == .drift, let total = report.totalDrift {
      spans.append(Span("  total \(pair(total))", .key))
    }
    var facts: [String] = []
    switch measure {
    case .cleanPGD:
      facts = [report.first].compactMap { $0 }.filter { $0.cleanPGD > 0 }.map {
        "\(NumberText.short(report.total.cleanPGD / $0.cleanPGD))× since step \($0.step)"
      }
    case .cleanStrong, .pgdStrong: facts = report.broken.map { ["\($0) of \(report.n) broken, the rest clean"] } ?? []
    case .drift: facts = ["∘ clean × adversarial"] + (report.batchRows.map { ["n \($0)"] } ?? [])
    case .posterior: facts = ["∘ clean × adversarial"]
    }
    for fact in facts where spans.displayWidth + displayWidth(fact) + 4 <= rect.width {
      spans.append(Span("  \(fact)", .faint))
    }
    let hidden = report.layers.count - layers.count
    if hidden > 0, spans.displayWidth + 12 <= rect.width {
      spans.append(Span("  \(layers.count) of \(report.layers.count)", .faint))
    }
    buffer.write(spans, x: rect.x + 1, y: rect.y, in: rect, theme: theme)
  }

  private func text(_ layer: LayerReport.Layer) -> String {
    switch measure {
    case .cleanPGD, .cleanStrong, .pgdStrong:
      return NumberText.short(LayersPane.distance(measure, layer.distances) ?? 0)
    case .drift:
      return layer.drift.map(pair) ?? "–"
    case .posterior:
      guard let posterior = layer.posterior else { return "–" }
      let means = [posterior.clean, posterior.adversarial].map { $0.map(Notation.screen.share) ?? "–" }
      let full = "\(means[0]) / \(means[1])  routed \(Notation.screen.share(posterior.routing))"
      let decided = "  decided \(Notation.screen.share(posterior.decided))"
      return rect.width >= 60 ? full + decided : full
    }
  }

  /// `.02 / .31`
  private func pair(_ drift: LayerReport.Drift) -> String {
    [drift.clean, drift.adversarial].map { $0.map(NumberText.short) ?? "–" }.joined(separator: " / ")
  }

  // MARK: the track

  private func draw(_ layer: LayerReport.Layer, into buffer: inout CellBuffer, in track: Rect) {
    guard track.width >= 6 else { return }
    switch measure {
    case .cleanPGD, .cleanStrong, .pgdStrong:
      drawBar(LayersPane.distance(measure, layer.distances) ?? 0, into: &buffer, in: track)
    case .drift:
      drawMarks(
        layer.drift?.clean.flatMap { scale?.position($0) }, layer.drift?.adversarial.flatMap { scale?.position($0) },
        into: &buffer, in: track)
    case .posterior:
      drawMarks(layer.posterior?.clean, layer.posterior?.adversarial, into: &buffer, in: track)
    }
  }

  private func drawBar(_ value: Double, into buffer: inout CellBuffer, in track: Rect) {
    guard let place = scale?.position(value) else { return }
    let eighths = max(1, Int((place * Double(track.width * 8)).rounded()))
    let role: Theme.Role = measure == .cleanPGD ? .adversarial : measure == .cleanStrong ? .autoattack : .total
    let style = theme.style(role)
    for column in 0..<track.width {
      let filled = min(8, max(0, eighths - column * 8))
      guard filled > 0 else { break }
      buffer[track.x + column, track.y] = Cell(character(filled), style)
    }
  }

  /// A cell filled from the left by some eighths.
  private func character(_ eighths: Int) -> Unicode.Scalar {
    switch context.symbols {
    case .braille: Unicode.Scalar(0x2590 - UInt32(eighths)) ?? "█"
    case .block: eighths >= 6 ? "█" : "▌"
    case .ascii: eighths >= 4 ? "=" : "-"
    }
  }

  /// `╶───×─────∘──╴`
  private func drawMarks(_ clean: Double?, _ adversarial: Double?, into buffer: inout CellBuffer, in track: Rect) {
    let line = "╶" + String(repeating: "─", count: track.width - 2) + "╴"
    buffer.write(line, x: track.x, y: track.y, in: track, style: theme.style(.border))
    let marks: [(Double?, Unicode.Scalar, Theme.Role)] = [(clean, "∘", .clean), (adversarial, "×", .adversarial)]
    for (place, glyph, role) in marks {
      guard let place, place.isFinite else { continue }
      let column = Int((min(1, max(0, place)) * Double(track.width - 1)).rounded())
      buffer[track.x + column, track.y] = Cell(glyph, theme.style(role))
    }
  }

  // MARK: the axis

  /// Whole decades around all distances of this kind, so that the three pairs are comparable; nil when none is
  /// positive.
  private var scale: Scale? {
    let values = report.layers.flatMap { layer -> [Double] in
      measure == .drift
        ? [layer.drift?.clean, layer.drift?.adversarial].compactMap { $0 }
        : [layer.distances.cleanPGD, layer.distances.cleanStrong, layer.distances.pgdStrong]
    }.filter { $0.isFinite && $0 > 0 }
    guard let low = values.min(), let high = values.max() else { return nil }
    // Nothing below a millionth of the largest would be visible.
    let lower = pow(10, floor(log10(max(low, high * 1e-6)))), upper = pow(10, ceil(log10(high)))
    return Scale(logarithmic: lower...max(upper, lower * 10))
  }

  private func drawAxis(into buffer: inout CellBuffer, in track: Rect) {
    guard let scale, track.width >= 12 else { return }
    let y = rect.y + titleRows + layers.count, style = theme.style(.axis)
    buffer.write(clipped("log", to: nameWidth), x: rect.x + 1, y: y, in: rect, style: style)
    var free = track.x
    for tick in scale.ticks(atMost: track.width / 8) {
      guard let place = scale.position(tick.value) else { continue }
      let width = displayWidth(tick.label)
      let center = track.x + Int((place * Double(track.width - 1)).rounded())
      let start = min(max(track.x, center - width / 2), track.x + track.width - width)
      guard start >= free else { continue }
      buffer.write(tick.label, x: start, y: y, in: rect, style: style)
      free = start + width + 1
    }
  }
}
