import Events
import Foundation
import Plotting
import Readout
import Spelling

extension ImagesPane {
  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty else { return }
    guard let report, report.stages.indices.contains(stage) else {
      let lines = wrapped(remark ?? "", to: max(1, rect.width - 2))
      for (row, line) in lines.prefix(rect.height).enumerated() {
        buffer.write(
          line, x: rect.x + (rect.width - displayWidth(line)) / 2, y: rect.y + (rect.height - lines.count) / 2 + row,
          in: rect, style: context.theme.style(.faint))
      }
      return
    }
    let places = Places(rect, report: report)
    drawHead(report, into: &buffer, in: places.head, theme: context.theme)
    drawPictures(report, places, into: &buffer, context: context)
    if let bars = places.bars { drawLogits(report, into: &buffer, in: bars, theme: context.theme) }
  }

  /// Where everything goes.
  private struct Places {
    let head: Rect
    let pictures: [Rect]
    /// The row below the pictures; nil without room.
    let captions: Int?
    /// The logits; nil without room.
    let bars: Rect?

    /// Pictures keep their proportions: a cell is as wide as one pixel and as high as two.
    init(_ rect: Rect, report: ImageReport) {
      head = Rect(x: rect.x, y: rect.y, width: rect.width, height: 1)
      let hasCaptions = rect.height >= 5, rows = max(0, rect.height - 1 - (hasCaptions ? 1 : 0))
      let proportion = Double(report.width) / Double(max(1, report.height))
      func across(_ rows: Int, _ room: Int) -> Int {
        max(1, min((room - 4) / 3, Int((Double(2 * rows) * proportion).rounded())))
      }
      // Next to the pictures the bars need some columns, below them a row for each class and one more: whatever leaves
      // the larger pictures.
      let below = rows < 7 ? 0 : min(report.classes.count, rows - 4)
      let rowsAbove = rows - (below > 0 ? below + 1 : 0)
      let isBeside = rect.width >= 48 && across(rows, rect.width - 24) >= across(rowsAbove, rect.width)
      let across = isBeside ? across(rows, rect.width - 24) : across(rowsAbove, rect.width)
      let down = max(1, min(isBeside ? rows : rowsAbove, Int((Double(across) / proportion / 2).rounded())))
      let top = rect.y + 1
      pictures =
        rows < 1 || rect.width < 7
        ? [] : (0..<3).map { Rect(x: rect.x + 1 + $0 * (across + 1), y: top, width: across, height: down) }
      captions = hasCaptions ? top + down : nil
      let left = rect.x + 1 + 3 * (across + 1) + 1
      if isBeside {
        bars = Rect(x: left, y: top, width: rect.x + rect.width - 1 - left, height: rows)
      } else if below > 0 {
        bars = Rect(x: rect.x + 1, y: top + down + 2, width: rect.width - 2, height: below)
      } else {
        bars = nil
      }
    }
  }

  // MARK: words

  /// What the image is, what it is seen as, and how the attack went on.
  private func drawHead(_ report: ImageReport, into buffer: inout CellBuffer, in row: Rect, theme: Theme) {
    let now = report.stages[stage].prediction, isRight = now == report.label
    let verdict = [
      Span(name(of: report.label), .title), Span(" seen as ", .faint),
      Span("\(name(of: now)) \(isRight ? "✓" : "✗")", isRight ? .good : .alarm),
    ]
    let track = [Span("  ", .faint)] + course(report)
    let right = remark.map { [Span("  \($0)", .watch)] } ?? [Span("  \(title(of: stage))", .faint)]
    for spans in [verdict + track + right, verdict + track, verdict] where spans.displayWidth + 2 <= row.width {
      buffer.write(spans, x: row.x + 1, y: row.y, in: row, theme: theme)
      return
    }
    buffer.write(verdict, x: row.x, y: row.y, in: row, theme: theme)
  }

  /// A sign for each stage, right or wrong; the visible one is highlighted.
  private func course(_ report: ImageReport) -> [Span] {
    guard report.stages.count <= 24 else { return [Span("\(stage)/\(report.stages.count - 1)", .faint)] }
    return report.stages.enumerated().map { place, one in
      let isRight = one.prediction == report.label
      return Span(isRight ? "✓" : "✗", place == stage ? .selected : isRight ? .good : .alarm)
    }
  }

  // MARK: pictures

  private func drawPictures(
    _ report: ImageReport, _ places: Places, into buffer: inout CellBuffer, context: PaneContext
  ) {
    guard places.pictures.count == 3, let clean = report.stages.first?.pixels else { return }
    let shown = report.stages[stage].pixels, difference = zip(shown, clean).map { $0 - $1 }
    let factor = factor(of: difference)
    let drawn = [clean, shown, difference.map { 0.5 + $0 * factor }]
    for (pixels, place) in zip(drawn, places.pictures) {
      Raster(pixels: pixels, channels: report.channels, height: report.height, width: report.width)
        .draw(into: &buffer, in: place, context: context)
    }
    guard let y = places.captions else { return }
    let times = "×\(NumberText.fixed(Double(factor), digits: factor < 9.95 && factor.rounded() != factor ? 1 : 0))"
    let texts = [
      ["clean"], [title(of: stage), report.attack, "adv"], ["difference \(times)", "diff \(times)", times],
    ]
    for (text, place) in zip(texts, places.pictures) {
      let fitting = text.first { displayWidth($0) <= place.width } ?? clipped(text.last ?? "", to: place.width)
      buffer.write(
        fitting, x: place.x, y: y, in: Rect(x: place.x, y: y, width: place.width, height: 1),
        style: context.theme.style(.axis))
    }
  }

  /// By how much the difference is enlarged.
  private func factor(of difference: [Float]) -> Float {
    guard enlargement == .fitting else { return Float(enlargement.rawValue) }
    let largest = difference.reduce(Float(0)) { max($0, abs($1)) }
    return largest > 0 ? 0.5 / largest : 1
  }

  // MARK: logits

  /// A bar for each class, from the lowest logit of this image on; `∘` is where it is without attack.
  private func drawLogits(_ report: ImageReport, into buffer: inout CellBuffer, in rect: Rect, theme: Theme) {
    guard rect.width >= 16, rect.height >= 1, let clean = report.stages.first?.logits else { return }
    let now = report.stages[stage], all = report.stages.flatMap(\.logits).filter(\.isFinite)
    guard let low = all.min(), let high = all.max() else { return }
    let shown = classes(of: now.logits, label: report.label, atMost: rect.height)
    // What all names begin with tells none from another.
    let stem = rect.width < 40 ? commonWords(shown.map { name(of: $0) }) : 0
    let names = shown.map { String(name(of: $0).dropFirst(stem)) }
    let nameWidth = min(12, names.map(displayWidth).max() ?? 0, rect.width / 3), numberWidth = 6
    let track = rect.width - nameWidth - numberWidth - 2
    func length(_ logit: Float) -> Int {
      guard high > low, logit.isFinite else { return 0 }
      // In double: the spread of a diverged network's logits can exceed what Float holds.
      let share = (Double(logit) - Double(low)) / (Double(high) - Double(low))
      return Int((Double(max(0, track - 1)) * share).rounded())
    }
    for (row, label) in shown.enumerated() where now.logits.indices.contains(label) {
      let y = rect.y + row, isRight = label == report.label, isTaken = label == now.prediction
      let role: Theme.Role = isRight ? .good : isTaken ? .alarm : .faint
      buffer.write(
        clipped(names[row], to: nameWidth), x: rect.x, y: y, in: rect,
        style: theme.style(isRight || isTaken ? .title : .text))
      let left = rect.x + nameWidth + 1
      for x in 0...length(now.logits[label]) where x < track { buffer[left + x, y] = Cell("█", theme.style(role)) }
      if stage > 0, track > 0 {
        buffer[left + min(track - 1, length(clean[label])), y] = Cell("∘", theme.style(.clean))
      }
      buffer.writeRight(
        NumberText.fixed(Double(now.logits[label]), digits: 1), end: rect.x + rect.width, y: y, in: rect,
        style: theme.style(.text))
    }
  }

  /// Characters of the words that all of these names begin with.
  private func commonWords(_ names: [String]) -> Int {
    guard let first = names.first, names.count > 1 else { return 0 }
    let common = names.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    return common.lastIndex(of: " ").map { common.distance(from: common.startIndex, to: $0) + 1 } ?? 0
  }

  /// All classes in their order, or as many as fit: its own and those with the largest logits.
  private func classes(of logits: [Float], label: Int, atMost count: Int) -> [Int] {
    guard logits.count > count else { return Array(logits.indices) }
    let others = logits.indices.filter { $0 != label }.sorted { logits[$0] > logits[$1] }
    return ([label] + others.prefix(max(0, count - 1))).sorted { logits[$0] > logits[$1] }
  }
}
