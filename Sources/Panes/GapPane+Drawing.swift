import Events
import Plotting
import Readout
import Spelling

extension GapPane {
  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty else { return }
    guard state != nil || board != nil else {
      let text = clipped("no gap measured yet", to: rect.width)
      buffer.write(
        text, x: rect.x + (rect.width - displayWidth(text)) / 2, y: rect.y + rect.height / 2, in: rect,
        style: context.theme.style(.faint))
      return
    }
    // Wide and low: the history goes next to the words.
    let isWide = rect.width >= 76 && rect.height < 16 && !readings.isEmpty
    let words = isWide ? Rect(x: rect.x, y: rect.y, width: min(58, rect.width - 28), height: rect.height) : rect
    let lines = words.width < 20 ? [] : visible(in: words, keepsChart: !isWide)
    drawState(into: &buffer, in: words, theme: context.theme)
    for (row, line) in lines.enumerated() {
      buffer.write(line, x: words.x + 1, y: words.y + 1 + row, in: words, theme: context.theme)
    }
    let plot =
      isWide
      ? Rect(x: rect.x + words.width + 1, y: rect.y, width: rect.width - words.width - 1, height: rect.height)
      : Rect(x: rect.x, y: rect.y + 1 + lines.count, width: rect.width, height: rect.height - 1 - lines.count)
    if plot.height >= 4, !readings.isEmpty {
      chart.draw(into: &buffer, in: plot, theme: context.theme, symbols: context.symbols)
    }
  }

  // MARK: the state

  /// A bar over the whole width, so that nobody overlooks it.
  private func drawState(into buffer: inout CellBuffer, in rect: Rect, theme: Theme) {
    let row = Rect(x: rect.x, y: rect.y, width: rect.width, height: 1)
    guard let state else {
      buffer.write("not measured yet", x: row.x + 1, y: row.y, in: row, style: theme.style(.faint))
      return
    }
    let style = theme.style(state.role)
    if [.alarm, .confirmed].contains(state) { buffer.fill(row, with: Cell(" ", style)) }
    let end = buffer.write("\(state.glyph) \(state.word)", x: row.x + 1, y: row.y, in: row, style: style)
    let since = "since step \(since)", right = row.x + row.width - 1
    let roomForSince = right - displayWidth(since)
    if roomForSince > end + 1 { buffer.writeRight(since, end: right, y: row.y, in: row, style: style) }
    if let meaning, roomForSince > end + displayWidth(meaning) + 4 {
      let base: Theme.Role = [.alarm, .confirmed].contains(state) ? state.role : .text
      let quiet = base == .text ? theme.style(.faint) : style
      buffer.write(meaning, x: end + 2, y: row.y, in: row, style: quiet)
    }
  }

  // MARK: the words

  /// A line below the state. When space is short, lines with a lower raw value stay.
  private struct Line {
    enum Priority: Int, CaseIterable {
      case reading, attack, age, cause, disagreement, breakers, sureness, distance, cure, hint, explanation
    }

    let priority: Priority
    let spans: [Span]
  }

  /// Every line there is to show, from top to bottom.
  private func lines(_ width: Int) -> [Line] {
    var lines: [Line] = []
    func add(_ priority: Line.Priority, _ spans: [[Span]]) {
      lines += spans.map { Line(priority: priority, spans: $0) }
    }
    add(.reading, readingLines(width))
    if let outdatedText { add(.age, wrapped(outdatedText, to: width).map { [Span($0, .watch)] }) }
    if let text = breakersText, let reading = readings[.quick] {
      let role: Theme.Role = outdated(reading) == nil ? .text : .faint
      add(.breakers, wrapped("step \(reading.step): broken by \(text)", to: width).map { [Span($0, role)] })
    }
    add(.sureness, surenessLine(width).map { [$0] } ?? [])
    add(.attack, boardLines(width))
    if let disagreement {
      let line = "step \(disagreement.harsher.step): \(disagreement.line(.screen))"
      add(.disagreement, wrapped(line, to: width).map { [Span($0, .watch)] })
    }
    for cause in causes {
      add(.cause, [causeLine(cause, width)])
      add(.explanation, wrapped(cause.sentence, to: width - 2).map { [Span("  \($0)", .faint)] })
    }
    if let cureText { add(.cure, wrapped(cureText, to: width).map { [Span($0, .key)] }) }
    if let distance = distanceLine(width) { add(.distance, [distance]) }
    if let hint = hintLine(width) { add(.hint, [hint]) }
    return lines
  }

  /// The lines that fit, and room for the chart where it can be had. The chart is worth less than a running attack, and
  /// more than explanations, which are all shown or none.
  private func visible(in rect: Rect, keepsChart: Bool) -> [[Span]] {
    let all = lines(rect.width - 2), room = rect.height - 1
    let chart = keepsChart && room >= 10 ? (room >= 20 ? 8 : 5) : 0
    if all.count + chart <= room { return all.map(\.spans) }
    let needed = all.filter { $0.priority != .explanation }
    let keepsAttack = needed.count + chart > room && needed.contains { $0.priority == .attack }
    var left = keepsAttack ? room : room - chart
    var isKept = [Bool](repeating: false, count: needed.count)
    for priority in Line.Priority.allCases {
      for (index, line) in needed.enumerated() where line.priority == priority && left > 0 {
        isKept[index] = true
        left -= 1
      }
    }
    return zip(needed, isKept).filter(\.1).map(\.0.spans)
  }

  private func hintLine(_ width: Int) -> [Span]? {
    guard let state, !isAttacking, state != .calm else { return nil }
    var spans = [Span("A", .key), Span(" \(state == .alarm ? "confirm with" : "run") AutoAttack", .faint)]
    if let left = forecast?.secondsLeft { spans.append(Span(" (≤ \(NumberText.duration(left)))", .faint)) }
    if [.alarm, .confirmed].contains(state) { spans += [Span("   a", .key), Span(" acknowledge", .faint)] }
    return spans.displayWidth <= width ? spans : nil
  }

  // MARK: the board

  /// The attack on frozen weights: what each attack broke, how far it is, how long it will take.
  private func boardLines(_ width: Int) -> [[Span]] {
    guard let board else { return [] }
    guard board.phase == .running else {
      // The table already has a reading of the full tier.
      if board.phase == .finished, readings[.full]?.step == board.step { return [] }
      return AttackWords.ending(board).map { wrapped($0, to: width).map { [Span($0, .text)] } } ?? []
    }
    var summary = "\(AttackWords.name(board.scope)), step \(board.step)"
    if let accuracy = AttackWords.accuracy(board) { summary += ": accuracy \(accuracy)" }
    var right = "n \(board.n)"
    if let left = board.secondsLeft { right += "  ETA ≤ \(NumberText.duration(left))" }
    let room = width - displayWidth(right) - 1
    let head = [Span(padded(clipped(summary, to: room), to: room + 1), .title), Span(right, .faint)]
    return [head]
      + board.tallies.enumerated().map { place, tally in
        boardLine(tally, isLast: place == board.tallies.count - 1, board, width)
      }
  }

  /// `APGD-T   ██████░░░░  34/87  broken 30  iter 40/100`
  private func boardLine(
    _ tally: AttackProgressNote.Tally, isLast: Bool, _ board: AttackProgressNote, _ width: Int
  ) -> [Span] {
    let name = padded(clipped(tally.attack, to: 8), to: 9)
    var text =
      leftPadded("\(tally.attacked)/\(tally.total)", to: 8) + "  broken " + leftPadded("\(tally.broken)", to: 3)
    if width >= 50 {
      let iteration = board.iteration.flatMap { now in board.iterations.map { "  iter \(now)/\($0)" } } ?? ""
      text += padded(isLast ? iteration : "", to: 15)
    }
    let bar = max(0, min(24, width - displayWidth(name) - displayWidth(text)))
    let share = tally.total > 0 ? Double(tally.attacked) / Double(tally.total) : 1
    let done = Int((min(1, max(0, share)) * Double(bar)).rounded(.down))
    return [
      Span(name, isLast ? .key : .text), Span(String(repeating: "█", count: done), .progress),
      Span(String(repeating: "░", count: bar - done), .progressRest), Span(text, isLast ? .text : .faint),
    ]
  }
}
