import Events
import Plotting

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
    // Wide and low: the history stands beside the words.
    let isBeside = rect.width >= 76 && rect.height < 16 && !readings.isEmpty
    let words = isBeside ? Rect(x: rect.x, y: rect.y, width: min(58, rect.width - 28), height: rect.height) : rect
    let lines = words.width < 20 ? [] : fitted(to: words, keepsChart: !isBeside)
    drawState(into: &buffer, in: words, theme: context.theme)
    for (row, line) in lines.enumerated() {
      buffer.write(line, x: words.x + 1, y: words.y + 1 + row, in: words, theme: context.theme)
    }
    let plot =
      isBeside
      ? Rect(x: rect.x + words.width + 1, y: rect.y, width: rect.width - words.width - 1, height: rect.height)
      : Rect(x: rect.x, y: rect.y + 1 + lines.count, width: rect.width, height: rect.height - 1 - lines.count)
    if plot.height >= 4, !readings.isEmpty {
      chart.draw(into: &buffer, in: plot, theme: context.theme, symbols: context.symbols)
    }
  }

  // MARK: the state

  /// A bar over the whole width: what nobody may overlook.
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
    if roomForSince > end + displayWidth(state.meaning) + 4 {
      let base: Theme.Role = [.alarm, .confirmed].contains(state) ? state.role : .text
      let quiet = base == .text ? theme.style(.faint) : style
      buffer.write(state.meaning, x: end + 2, y: row.y, in: row, style: quiet)
    }
  }

  // MARK: the words

  /// The lines below the state that fit, the most important first; a chart of five rows is left room where it can be.
  private func fitted(to rect: Rect, keepsChart: Bool) -> [[Span]] {
    let width = rect.width - 2
    let table = readingLines(width)
    let board = boardLines(width)
    let told = disagreement.map { wrapped($0.text, to: width).map { [Span($0, .watch)] } } ?? []
    let titles = causes.map { [causeLine($0, width)] }
    let withSentences = causes.map { cause in
      [causeLine(cause, width)] + wrapped(cause.sentence, to: width - 2).map { [Span("  \($0)", .faint)] }
    }
    let distances = distanceLine(width).map { [$0] } ?? []
    let hints = hintLine(width).map { [$0] } ?? []
    let room = rect.height - 1
    // The chart is worth less than the board and one cause, more than sentences.
    let chart = keepsChart && room >= 10 ? (room >= 20 ? 8 : 5) : 0
    let all: [[[Span]]] = [table, board, told, titles.flatMap { $0 }, distances, hints]
    let sentences: [[[Span]]] = [table, board, told, withSentences.flatMap { $0 }, distances, hints]
    if sentences.reduce(0, { $0 + $1.count }) + chart <= room { return sentences.flatMap { $0 } }
    if all.reduce(0, { $0 + $1.count }) + chart <= room { return all.flatMap { $0 } }
    // Not everything: whole blocks in order of weight, causes cut to what is left.
    var left = room - (board.isEmpty ? chart : 0)
    var kept: [Int: [[Span]]] = [:]
    for index in [0, 1, 3, 2, 4, 5] {
      kept[index] = Array(all[index].prefix(max(0, left)))
      left -= kept[index]?.count ?? 0
    }
    return (0..<all.count).flatMap { kept[$0] ?? [] }
  }

  /// A line for every tier that was measured: what PGD leaves, what the tier leaves, the gap, n, step.
  private func readingLines(_ width: Int) -> [[Span]] {
    let measured = GapTier.allCases.compactMap { readings[$0] }
    guard !measured.isEmpty else { return [] }
    let isWide = width >= 54, hasStep = width >= 44, gapColumn = hasStep ? 17 : 15
    let cell = { (share: Proportion) -> String in
      let range = share.interval, value = NumberText.share(share.value)
      return isWide ? "\(value)±\(NumberText.share((range.upperBound - range.lowerBound) / 2))" : value
    }
    let column = isWide ? 9 : 5
    let name = clipped(attack, to: max(4, column))
    let head =
      padded("", to: 7) + padded(isWide ? name : "PGD", to: column) + padded("left", to: column)
      + padded("gap", to: gapColumn) + leftPadded("n", to: 4) + (hasStep ? leftPadded("step", to: 6) : "")
    return [[Span(clipped(head, to: width), .faint)]]
      + measured.map { reading in
        let bounds = "[\(NumberText.share(reading.lower)), \(NumberText.share(reading.upper))]"
        return [
          Span(padded(reading.tier.rawValue, to: 7), .text),
          Span(padded(cell(reading.pgd), to: column), .adversarial),
          Span(padded(cell(reading.accuracy), to: column), .autoattack),
          Span(padded("\(NumberText.share(reading.gap)) \(bounds)", to: gapColumn), .key),
          Span(leftPadded("\(reading.n)", to: 4) + (hasStep ? leftPadded("\(reading.step)", to: 6) : ""), .faint),
        ]
      }
  }

  /// `targeted beats untargeted   0.66 → 0.00  n 128`
  private func causeLine(_ cause: GapCause, _ width: Int) -> [Span] {
    let numbers = "\(cause.numbers)  n \(cause.n)"
    let room = width - displayWidth(numbers) - 1
    return [Span(padded(clipped(cause.title, to: room), to: room + 1), .text), Span(numbers, .key)]
  }

  /// The distance between domains as what explains a gap, beside this run's first one, which it is to be compared with.
  private func distanceLine(_ width: Int) -> [Span]? {
    guard let layers else { return nil }
    let now = layers.total.cleanPGD
    let head = "W2² clean–PGD \(NumberText.short(now))"
    let relation = layers.first.flatMap { first in
      first.cleanPGD > 0 ? ", ×\(NumberText.short(now / first.cleanPGD)) of step \(first.step)" : nil
    }
    let count = "  n \(layers.n) step \(layers.step)"
    // The reference goes before the number's own n and step do.
    for text in [head + (relation ?? ""), head] where displayWidth(text + count) <= width {
      return [Span(text, .text), Span(count, .faint)]
    }
    return [Span(clipped(head, to: width), .text)]
  }

  private func hintLine(_ width: Int) -> [Span]? {
    guard let state, !isAttacking, state != .calm else { return nil }
    var spans = [Span("A", .key), Span(" \(state == .alarm ? "confirm with" : "run") AutoAttack", .faint)]
    if let left = forecast?.secondsLeft { spans.append(Span(" ≤ \(NumberText.duration(left))", .faint)) }
    if [.alarm, .confirmed].contains(state) { spans += [Span("   a", .key), Span(" acknowledge", .faint)] }
    return spans.displayWidth <= width ? spans : nil
  }

  // MARK: the board

  /// The attack on frozen weights: who breaks what, how far it is, what is left.
  private func boardLines(_ width: Int) -> [[Span]] {
    guard let board else { return [] }
    guard board.phase == .running else {
      // A reading of the full tier stands in the table already.
      if board.phase == .finished, readings[.full]?.step == board.step { return [] }
      return AttackWords.ending(board).map { wrapped($0, to: width).map { [Span($0, .text)] } } ?? []
    }
    var summary = "\(AttackWords.name(board.scope)), step \(board.step)"
    if let accuracy = AttackWords.accuracy(board) { summary += ": \(accuracy)" }
    var right = "n \(board.n)"
    if let left = board.secondsLeft { right += "  ETA ≤ \(NumberText.duration(left))" }
    let room = width - displayWidth(right) - 1
    let head = [Span(padded(clipped(summary, to: room), to: room + 1), .title), Span(right, .faint)]
    return [head]
      + board.tallies.enumerated().map { place, tally in
        boardLine(tally, isLast: place == board.tallies.count - 1, board, width)
      }
  }

  /// `APGD-T   ██████░░░░  34/87  broke 30  iter 40/100`
  private func boardLine(
    _ tally: AttackProgressNote.Tally, isLast: Bool, _ board: AttackProgressNote, _ width: Int
  ) -> [Span] {
    let name = padded(clipped(tally.attack, to: 8), to: 9)
    var text = leftPadded("\(tally.attacked)/\(tally.total)", to: 8) + "  broke " + leftPadded("\(tally.broken)", to: 3)
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
