import Plotting
import Recipe
import Spelling

extension ControlsPane {
  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty else { return }
    guard let settings else {
      buffer.write(
        "waiting for the run to start", x: rect.x + 1, y: rect.y, in: rect, style: context.theme.style(.faint))
      return
    }
    let helpRows = rect.height >= 5 ? 1 : 0
    let rows = rect.height - helpRows
    let knobs = ControlsPane.knobs
    // Two columns only where one cannot show every knob.
    let columns = rows < knobs.count && rect.width >= 72 ? 2 : 1
    let perColumn = min(rows, (knobs.count + columns - 1) / columns)
    let shown = perColumn * columns
    let first = min(max(0, selected - shown + 1), max(0, knobs.count - shown))
    for (place, index) in (first..<knobs.count).prefix(shown).enumerated() {
      let column = place / perColumn
      let left = rect.x + rect.width * column / columns, right = rect.x + rect.width * (column + 1) / columns
      let line = Rect(x: left, y: rect.y + place % perColumn, width: right - left - 1, height: 1)
      draw(knobs[index], isSelected: index == selected, settings: settings, into: &buffer, in: line, context: context)
      buffer.spots.append(Spot(line, .item(index)))
    }
    drawScrollBar(first: first, shown: shown, into: &buffer, in: rect, rows: perColumn, context: context)
    if helpRows > 0 {
      let knob = knobs[selected]
      let unit = knob.unit.isEmpty ? "" : " [\(knob.unit)]"
      let idle = (former(knob).map { " (\($0) at the start)" } ?? "") + (idleReason(knob).map { " (\($0))" } ?? "")
      let y = rect.y + rect.height - 1
      buffer.write(
        clipped("\(knob.symbol): \(knob.help)\(unit)\(idle)", to: rect.width - 2), x: rect.x + 1, y: y, in: rect,
        style: context.theme.style(.faint))
    }
  }

  /// Which part of the knobs is on the screen, in the last column; nothing where all of them are.
  private func drawScrollBar(
    first: Int, shown: Int, into buffer: inout CellBuffer, in rect: Rect, rows: Int, context: PaneContext
  ) {
    let count = ControlsPane.knobs.count
    guard shown < count, rows >= 3, rect.width >= 20 else { return }
    let x = rect.x + rect.width - 1, size = max(1, rows * shown / count)
    let top = first * (rows - size) / max(1, count - shown)
    for row in 0..<rows {
      let isThumb = (top..<top + size).contains(row)
      let glyph = isThumb ? "█" : row == 0 ? "↑" : row == rows - 1 ? "↓" : "│"
      buffer.write(glyph, x: x, y: rect.y + row, in: rect, style: context.theme.style(isThumb ? .axis : .faint))
    }
  }

  /// `▸ γ  0.5 → 0.6  ╶─────┼───╴  was 0.1`
  private func draw(
    _ knob: AnyKnob, isSelected: Bool, settings: Settings, into buffer: inout CellBuffer, in rect: Rect,
    context: PaneContext
  ) {
    let theme = context.theme
    let nameWidth = ControlsPane.knobs.map { displayWidth($0.symbol) }.max() ?? 0
    let idle = idleReason(knob), base: Theme.Role = isSelected ? .selected : .text
    let style = idle == nil ? theme.style(base) : theme.style(.faint, over: base)
    if isSelected { buffer.fill(rect, with: Cell(" ", style)) }
    buffer.write(isSelected ? "▸" : " ", x: rect.x, y: rect.y, in: rect, style: style)
    buffer.write(knob.symbol, x: rect.x + 2, y: rect.y, in: rect, style: style)
    let valueX = rect.x + 2 + nameWidth + 2
    var end: Int
    if isSelected, let typing {
      end = buffer.write(typing, x: valueX, y: rect.y, in: rect, style: theme.style(.key, over: base))
      buffer.write(" ", x: end, y: rect.y, in: rect, style: Style(.terminal, on: .terminal, .reverse))
      return
    }
    end = buffer.write(settings.formatted(knob), x: valueX, y: rect.y, in: rect, style: style)
    if let asked = pending[knob.name] {
      let text = " → \(knob.format(asked))"
      end = buffer.write(
        text, x: end, y: rect.y, in: rect, style: theme.style(.watch, over: base))
    }
    let rangeX = max(end + 2, valueX + 11)
    var range = Rect(x: rangeX, y: rect.y, width: rect.x + rect.width - rangeX - 1, height: 1)
    let tags = [former(knob).map { "was \($0)" }, knob.effect == .surgery ? "surgery" : nil]
    let tag = tags.compactMap(\.self).joined(separator: ", ")
    // What was changed, and what waits, counts more than how far the knob could go.
    if !tag.isEmpty, displayWidth(tag) + 2 <= range.width {
      buffer.writeRight(
        tag, end: range.x + range.width, y: rect.y, in: rect,
        style: theme.style(former(knob) == nil ? .faint : .mark, over: base))
      range.width -= displayWidth(tag) + 2
    }
    if let idle {
      buffer.write(clipped(idle, to: range.width), x: range.x, y: range.y, in: range, style: style)
      return
    }
    let value = pending[knob.name] ?? settings[knob]
    drawRange(of: knob, value, isSelected: isSelected, into: &buffer, in: range, theme: theme)
  }

  /// A slider for fractions of one, the choices where there are some, otherwise the range in numbers.
  private func drawRange(
    of knob: AnyKnob, _ value: KnobValue, isSelected: Bool, into buffer: inout CellBuffer, in rect: Rect, theme: Theme
  ) {
    let base: Theme.Role = isSelected ? .selected : .text
    let faint = theme.style(.faint, over: base), strong = theme.style(.key, over: base)
    switch (knob.kind, value) {
    case (.number(let range, _, _, .decimal), .number(let number)) where range.upperBound - range.lowerBound <= 1:
      let width = min(24, rect.width)
      guard width >= 5 else { return }
      let track = "╶" + String(repeating: "─", count: width - 2) + "╴"
      buffer.write(track, x: rect.x, y: rect.y, in: rect, style: faint)
      let share = (number - range.lowerBound) / (range.upperBound - range.lowerBound)
      buffer.write("●", x: rect.x + Int((share * Double(width - 1)).rounded()), y: rect.y, in: rect, style: strong)
    case (.choice(let choices), .text(let chosen)):
      guard displayWidth(choices.joined(separator: " ")) <= rect.width else { return }
      var x = rect.x
      for choice in choices {
        x = buffer.write(choice, x: x, y: rect.y, in: rect, style: choice == chosen ? strong : faint) + 1
      }
    case (.number(let range, _, _, let style), _):
      let low = knob.excludesLowerBound ? ">0" : Fraction.decimal(range.lowerBound)
      let text = "\(low) … \(Fraction.decimal(range.upperBound))" + (style == .logarithmic ? ", logarithmic" : "")
      if displayWidth(text) <= rect.width { buffer.write(text, x: rect.x, y: rect.y, in: rect, style: faint) }
    case (.integer(let range, _, _), _):
      let text = "\(range.lowerBound) … \(range.upperBound)"
      if displayWidth(text) <= rect.width { buffer.write(text, x: rect.x, y: rect.y, in: rect, style: faint) }
    case (.flag, .flag(let isOn)):
      guard rect.width >= 6 else { return }
      let x = buffer.write("on", x: rect.x, y: rect.y, in: rect, style: isOn ? strong : faint)
      buffer.write("off", x: x + 1, y: rect.y, in: rect, style: isOn ? faint : strong)
    default: break
    }
  }
}
