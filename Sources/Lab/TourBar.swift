import Plotting
import Readout

/// The rows below the header during a tour: which stop this is, what it says, and how to go on.
struct TourBar {
  let session: Session
  let theme: Theme

  /// Rows that a caption gets at most.
  private static let limit = 3

  /// Its lines for a number of columns; empty without a tour, and for one that says nothing, such as `--at`.
  func lines(width: Int) -> [[Span]] {
    guard let tour = session.tour, !tour.caption.isEmpty, !session.isOver else { return [] }
    let badge = " TOUR \(tour.done)/\(tour.count) ", hint = hint(tour, isShort: width < 80)
    let indent = displayWidth(badge) + 1, right = hint.isEmpty ? 1 : displayWidth(hint) + 3
    let room = max(1, width - indent - right)
    return caption(tour.caption, to: room).enumerated().map { row, text in
      guard row == 0 else { return [Span(String(repeating: " ", count: indent) + text, .title)] }
      return [Span(badge, .selected), Span(" " + padded(text, to: room) + "  ", .title), Span(hint, .key)]
    }
  }

  func draw(into buffer: inout CellBuffer, in rect: Rect) {
    for (row, line) in lines(width: rect.width).prefix(rect.height).enumerated() {
      buffer.write(line, x: rect.x, y: rect.y + row, in: rect, theme: theme)
    }
  }

  private func hint(_ tour: Session.Tour, isShort: Bool) -> String {
    guard let next = tour.next else { return "" }
    guard session.isPaused, session.onlooker == nil else { return isShort ? "" : "next at \(next)" }
    return isShort ? "→ next" : "→ next, at \(next)"
  }

  /// At most `limit` lines; the rest of a longer one is in the Journal.
  private func caption(_ text: String, to width: Int) -> [String] {
    let lines = wrapped(text, to: width)
    guard lines.count > Self.limit else { return lines }
    let last = lines[(Self.limit - 1)...].joined(separator: " ")
    return lines.prefix(Self.limit - 1) + [clipped(last, to: width)]
  }
}
