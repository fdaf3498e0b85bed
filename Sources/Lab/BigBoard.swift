import Events
import Plotting
import Readout

/// In big mode, the rows below the header: the accuracies that matter in large digits, and the state of the gap. For a
/// projector, and for people at some distance from the screen.
struct BigBoard {
  let session: Session
  let theme: Theme

  /// Rows it asks for on a screen of this size.
  static func rows(width: Int, height: Int) -> Int {
    guard let size = size(width: width, rows: height / 4) else { return 1 }
    return size.rows + 2
  }

  /// The largest digits that fit with a row of words above and one below; nil when none do.
  private static func size(width: Int, rows: Int) -> BigText.Size? {
    BigText.Size.allCases.first { size in
      rows >= size.rows + 2 && width >= 3 * columns(size)
    }
  }

  /// Columns of one of three numbers, with a gap behind it.
  private static func columns(_ size: BigText.Size) -> Int { BigText("1.00", size).width + (size == .small ? 6 : 4) }

  private struct Entry {
    let name: String, accuracy: Proportion?, role: Theme.Role
  }

  private var entries: [Entry] {
    let words = AccuracyWords(session)
    return [
      Entry(name: "clean", accuracy: session.lastProbe?.clean, role: .clean),
      Entry(name: words.pgd?.name ?? "PGD", accuracy: words.pgd?.accuracy, role: .adversarial),
      Entry(name: words.strongest?.name ?? "stronger", accuracy: words.strongest?.accuracy, role: .autoattack),
    ]
  }

  func draw(into buffer: inout CellBuffer, in rect: Rect) {
    guard let size = Self.size(width: rect.width, rows: rect.height) else { return drawLine(into: &buffer, in: rect) }
    let columns = Self.columns(size)
    for (index, entry) in entries.enumerated() {
      let x = rect.x + 2 + index * columns
      buffer.write(clipped(entry.name, to: columns - 1), x: x, y: rect.y, in: rect, style: theme.style(entry.role))
      BigText(Self.number(entry.accuracy), size).draw(
        into: &buffer, x: x, y: rect.y + 1, in: rect, style: theme.style(entry.role))
    }
    drawGap(into: &buffer, in: rect, from: rect.x + 2 + entries.count * columns, size.rows)
  }

  /// The state of the gap and what it means, right of the numbers or, where there is no room, below them.
  private func drawGap(into buffer: inout CellBuffer, in rect: Rect, from x: Int, _ rows: Int) {
    guard let gap = session.gap else { return }
    let word = Span(" \(gap.glyph) \(gap.word) ", gap.role), meaning = gap.meaning(of: session.gapRecord.strongest)
    let room = rect.x + rect.width - x - 1
    guard room >= max(24, displayWidth(word.text)), rows >= 3 else {
      let text = clipped(meaning, to: rect.width - displayWidth(word.text) - 3)
      buffer.write([word, Span(" " + text)], x: rect.x + 1, y: rect.y + rect.height - 1, in: rect, theme: theme)
      return
    }
    buffer.write([word], x: x, y: rect.y + 1, in: rect, theme: theme)
    for (row, line) in wrapped(meaning, to: room).prefix(rows - 1).enumerated() {
      buffer.write(line, x: x + 1, y: rect.y + 2 + row, in: rect, style: theme.style(.text))
    }
  }

  /// All of it in one row, where there is no room for large digits.
  private func drawLine(into buffer: inout CellBuffer, in rect: Rect) {
    var spans = [Span(" ")]
    for entry in entries { spans.append(Span("\(entry.name) \(Self.number(entry.accuracy))  ", entry.role)) }
    if let gap = session.gap {
      let texts = ["\(gap.glyph) \(gap.word)", gap.glyph]
      let text = texts.first { spans.displayWidth + displayWidth($0) < rect.width } ?? gap.glyph
      spans.append(Span(text, gap.role))
    }
    buffer.write(spans, x: rect.x, y: rect.y, in: rect, theme: theme)
  }

  /// `.98`, or a dash before anything was measured.
  private static func number(_ accuracy: Proportion?) -> String {
    accuracy.map { Notation.screen.share($0.value) } ?? "–"
  }
}
