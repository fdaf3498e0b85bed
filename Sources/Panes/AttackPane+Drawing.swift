import Events
import Plotting
import Readout
import Spelling

extension AttackPane {
  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty else { return }
    let lines = board.map { self.lines($0, width: rect.width - 2) } ?? empty(width: rect.width - 2)
    for (row, line) in lines.prefix(rect.height).enumerated() {
      buffer.write(line, x: rect.x + 1, y: rect.y + row, in: rect, theme: context.theme)
    }
  }

  private func empty(width: Int) -> [[Span]] {
    let cost = forecast?.secondsLeft.map {
      " It would take at most \(NumberText.duration($0)) on \(NumberText.count(forecast?.n ?? 0, "image"))."
    }
    let text = "no attack yet; A attacks a copy of the weights, and training goes on." + (cost ?? "")
    return wrapped(text, to: max(1, width)).map { [Span($0, .faint)] }
  }

  /// What matters most comes first: a small pane shows the first lines only.
  private func lines(_ board: AttackProgressNote, width: Int) -> [[Span]] {
    [headline(board, width: width)] + table(board, width: width) + [strip(board, width: width)]
      + earlier.map { [Span(clipped($0, to: max(0, width)), .faint)] }
  }

  /// How it stands: the accuracy that is left, the time, and what is done now.
  private func headline(_ board: AttackProgressNote, width: Int) -> [Span] {
    let accuracy = AttackWords.accuracy(board)
    let result = [Span(accuracy.map { "robust \($0)" } ?? "first pass", .autoattack), Span("  n \(board.n)", .faint)]
    let time = [Span("  \(AttackWords.time(board))", board.phase == .running ? .text : .faint)]
    let iteration = board.iteration.flatMap { now in
      board.iterations.map { [Span("  iteration \(now + 1)/\($0)", .faint)] }
    }
    let state = board.phase == .failed || board.phase == .cancelled ? [Span("  \(board.phase.rawValue)", .watch)] : []
    let left = board.secondsLeft.map { [Span("  ≤ \(NumberText.duration($0)) left", .text)] } ?? []
    let forms = [state + time + (iteration ?? []), state + time, state + left, state]
    for spans in forms.map({ result + $0 })
    where spans.displayWidth <= width {
      return spans
    }
    return result
  }

  /// Which columns the table has; the widest form that fits.
  private struct Form {
    var hasCosts = true, hasBars = true
  }

  private func table(_ board: AttackProgressNote, width: Int) -> [[Span]] {
    guard !board.tallies.isEmpty else { return [] }
    let forms = [Form(), Form(hasBars: false), Form(hasCosts: false), Form(hasCosts: false, hasBars: false)]
    let tables = forms.lazy.map { table(board, $0, width: width) }
    return tables.first { $0.allSatisfy { $0.displayWidth <= width } } ?? []
  }

  private func table(_ board: AttackProgressNote, _ form: Form, width: Int) -> [[Span]] {
    let head = ["", "given", "done", "broken", "left"] + (form.hasCosts ? ["passes", "time"] : [])
    let rows = board.tallies.enumerated().map { place, tally in
      ["\(Self.sign(place)) \(tally.attack)", "\(tally.total)", "\(tally.attacked)", "\(tally.broken)"]
        + ["\(Self.left(of: tally))"] + (form.hasCosts ? [passes(tally), time(tally)] : [])
    }
    let padded = Listing.padded([head] + rows, .numbers)
    let used = (padded.first ?? []).reduce(0) { $0 + displayWidth($1) + 2 }, room = form.hasBars ? width - used : 0
    return padded.enumerated().map { row, texts in
      let isNow = row == board.tallies.count && board.phase == .running
      let roles: [Theme.Role] = [isNow ? .selected : .text, .faint, .faint, .autoattack, .key, .faint, .faint]
      var spans = texts.enumerated().flatMap { column, text in
        [Span(column == 0 ? "" : "  "), Span(text, row == 0 ? .faint : roles[min(column, roles.count - 1)])]
      }
      if form.hasBars {
        guard room >= 8 else { return spans + [Span(String(repeating: " ", count: max(0, width)))] }
        if row > 0 { spans += bar(board.tallies[row - 1], of: board.n, width: room) }
      }
      return spans
    }
  }

  /// What it was given, as a share of all images, and of that what it broke.
  private func bar(_ tally: AttackProgressNote.Tally, of count: Int, width: Int) -> [Span] {
    let scale = Double(width) / Double(max(1, count, tally.total))
    let given = Int((Double(tally.total) * scale).rounded()), broken = Int((Double(tally.broken) * scale).rounded())
    return [
      Span("  ", .faint), Span(String(repeating: "█", count: min(given, broken)), .autoattack),
      Span(String(repeating: "░", count: max(0, min(width - 2, given) - broken)), .progressRest),
    ]
  }

  /// Who broke what: every image once, by the sign of the attack that broke it. What is misclassified anyway is not
  /// attacked, and during a run what PGD as trained breaks is not.
  private func strip(_ board: AttackProgressNote, width: Int) -> [Span] {
    let correct = board.correct ?? board.n, room = max(0, width - 27)
    guard board.n > 0, room >= 16, !board.tallies.isEmpty else { return [] }
    var parts = [(sign: "·", count: board.n - correct, role: Theme.Role.faint)]
    for (place, tally) in board.tallies.enumerated() {
      parts.append((Self.sign(place), tally.broken, .autoattack))
    }
    parts.append(("∘", max(0, correct - board.broken), .good))
    var spans: [Span] = [], images = 0, columns = 0
    for part in parts {
      images += part.count
      let end = room * min(images, board.n) / board.n
      spans.append(Span(String(repeating: part.sign, count: max(0, end - columns)), part.role))
      columns = max(columns, end)
    }
    return spans + [
      Span("  ∘ robust  · \(board.weights == nil ? "lost to PGD" : "misclassified without attack")", .faint)
    ]
  }

  /// The letter of an attack.
  private static func sign(_ place: Int) -> String {
    String(UnicodeScalar(UInt8(ascii: "a") + UInt8(min(25, max(0, place)))))
  }

  private func passes(_ tally: AttackProgressNote.Tally) -> String { tally.passes.map(NumberText.grouped) ?? "–" }

  private func time(_ tally: AttackProgressNote.Tally) -> String { tally.seconds.map(NumberText.duration) ?? "–" }

  /// Attacks that ended before the one on the board, one line each.
  private var earlier: [String] {
    let others = board?.phase.isEnd == true ? ended.dropFirst() : ended[...]
    return others.prefix(3).compactMap { AttackWords.ending($0).map { "earlier: \($0)" } }
  }
}
