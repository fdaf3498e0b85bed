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
    return size.rows + 3
  }

  /// The largest digits that fit with a row of words above and two below; nil when none do.
  private static func size(width: Int, rows: Int) -> BigText.Size? {
    BigText.Size.allCases.first { size in
      rows >= size.rows + 3 && width >= 3 * columns(size)
    }
  }

  /// Columns of one of three numbers, with a gap behind it.
  private static func columns(_ size: BigText.Size) -> Int { BigText("1.00", size).width + (size == .small ? 6 : 4) }

  private struct Entry {
    let name: String, accuracy: Proportion?, role: Theme.Role
  }

  /// Numbers from before an intervention lose their color.
  private var entries: [Entry] {
    let words = AccuracyWords(session), isOld = session.measurementEnd != nil
    func entry(_ name: String, _ accuracy: Proportion?, _ role: Theme.Role) -> Entry {
      Entry(name: name, accuracy: accuracy, role: isOld ? .faint : role)
    }
    return [
      entry("clean", session.lastProbe?.clean, .clean),
      entry(words.pgd?.name ?? "PGD", words.pgd?.accuracy, .adversarial),
      entry(words.strongest?.name ?? "stronger", words.strongest?.accuracy, .autoattack),
    ]
  }

  /// `step 275, ε 16/255, quick at step 250, before the change at step 300`.
  private var provenance: String {
    guard let probe = session.lastProbe else { return "" }
    var parts = ["step \(probe.step)"]
    if let epsilon = session.measuredEpsilon { parts.append("ε \(epsilon)") }
    if let reading = session.lastReading, reading.step != probe.step {
      parts.append("\(reading.tier.rawValue) at step \(reading.step)")
    }
    if let step = session.measurementEnd { parts.append("before the change at step \(step)") }
    return parts.joined(separator: ", ")
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
    buffer.write(
      clipped(provenance, to: rect.width - 3), x: rect.x + 2, y: rect.y + size.rows + 2, in: rect,
      style: theme.style(.text))
  }

  /// The state of the gap and what it means, right of the numbers or, where there is no room, below them.
  private func drawGap(into buffer: inout CellBuffer, in rect: Rect, from x: Int, _ rows: Int) {
    guard let gap = session.gap else { return }
    let word = Span(" \(gap.glyph) \(gap.word) ", gap.role)
    // An old number means nothing for the present network.
    let meaning = session.measurementEnd == nil ? gap.meaning(of: session.gapRecord.strongest) : ""
    let room = rect.x + rect.width - x - 1
    guard room >= max(24, displayWidth(word.text)), rows >= 3 else {
      let text = clipped(meaning, to: rect.width - displayWidth(word.text) - 3)
      buffer.write([word, Span(" " + text)], x: rect.x + 1, y: rect.y + rows + 1, in: rect, theme: theme)
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
    var texts: [Span] = []
    if let step = session.measurementEnd {
      texts = [Span("before the change at step \(step)", .watch), Span("old", .watch)]
    } else if let gap = session.gap {
      texts = [Span("\(gap.glyph) \(gap.word)", gap.role), Span(gap.glyph, gap.role)]
    }
    let fitting = texts.first { (spans + [$0]).displayWidth < rect.width } ?? texts.last
    buffer.write(spans + (fitting.map { [$0] } ?? []), x: rect.x, y: rect.y, in: rect, theme: theme)
  }

  /// `.98`, or a dash before anything was measured.
  private static func number(_ accuracy: Proportion?) -> String {
    accuracy.map { Notation.screen.share($0.value) } ?? "–"
  }
}
