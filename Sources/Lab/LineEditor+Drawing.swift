import Panes
import Plotting

extension LineEditor {
  /// Draws the line with its cursor into the last row of `area`, after a sign; returns the column after it.
  @discardableResult
  func draw(after sign: String, into buffer: inout CellBuffer, in area: Rect, theme: Theme) -> Int {
    buffer.fill(area, with: Cell(" ", theme.style(.text)))
    let y = area.y + area.height - 1, start = area.x + displayWidth(sign)
    let (text, cursor) = window(area.width - displayWidth(sign))
    let end = buffer.write(sign + text, x: area.x, y: y, in: area, style: theme.style(.text))
    let under = start + cursor
    let covered = under < end ? String(text.unicodeScalars.dropFirst(cursor).prefix(1)) : " "
    buffer.write(covered, x: under, y: y, in: area, style: Style(.terminal, on: .terminal, .reverse))
    return max(end, under + 1)
  }
}
