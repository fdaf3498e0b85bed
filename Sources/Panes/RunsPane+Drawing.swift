import Events
import Plotting
import Readout
import Spelling

extension RunsPane {
  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty else { return }
    guard !rows.isEmpty else {
      for (row, line) in wrapped(emptyText, to: max(1, rect.width - 2)).prefix(rect.height).enumerated() {
        buffer.write(line, x: rect.x + 1, y: rect.y + row, in: rect, style: context.theme.style(.faint))
      }
      return
    }
    let head = rect.height >= 3 ? 1 : 0, detail = rect.height >= 8 ? 2 : 0, room = max(1, rect.height - head - detail)
    let first = min(max(0, selected - room / 2), max(0, rows.count - room))
    let shown = Array(rows.indices.dropFirst(first).prefix(room)), table = table(shown, width: rect.width - 2)
    for (row, spans) in table.dropFirst(1 - head).prefix(rect.height).enumerated() {
      buffer.write(spans, x: rect.x + 1, y: rect.y + row, in: rect, theme: context.theme)
    }
    guard detail > 0, let chosen else { return }
    let text = wrapped(self.detail(chosen), to: max(1, rect.width - 2)).prefix(detail)
    for (row, line) in text.enumerated() {
      buffer.write(
        line, x: rect.x + 1, y: rect.y + rect.height - detail + row, in: rect, style: context.theme.style(.faint))
    }
  }

  /// Which columns the table has.
  private struct Form {
    var hasPreset = false, hasWhen = false, hasAttack = false, hasIntervals = false, hasStep = true

    /// `attack` is what the runs were trained against, as the table calls it.
    func head(_ attack: String) -> [String] {
      var head = ["run"]
      if hasPreset { head.append("preset") }
      if hasStep { head.append("step") }
      head += ["gap", "clean"]
      if hasAttack { head.append(attack) }
      head.append("robust")
      if hasWhen { head.append("began") }
      return head
    }
  }

  /// A heading and a line for each of these rows; the widest form that fits.
  private func table(_ shown: [Int], width: Int) -> [[Span]] {
    let forms = [
      Form(hasPreset: true, hasWhen: true, hasAttack: true, hasIntervals: true),
      Form(hasPreset: true, hasWhen: true, hasAttack: true), Form(hasPreset: true, hasAttack: true),
      Form(hasPreset: true), Form(hasAttack: true), Form(),
    ]
    let tables = forms.lazy.map { table(shown, $0, nameWidth: 34) }
    if let table = tables.first(where: { $0.allSatisfy { $0.displayWidth <= width } }) { return table }
    // Names are cut when nothing else can be left out.
    let form = Form(hasStep: width >= 50), excess = (table(shown, form, nameWidth: 34).first?.displayWidth ?? 0) - width
    let longest = shown.map { displayWidth(name(rows[$0])) }.max() ?? 0
    return table(shown, form, nameWidth: max(6, min(34, longest) - excess))
  }

  private func table(_ shown: [Int], _ form: Form, nameWidth: Int) -> [[Span]] {
    let texts = shown.map { cells(rows[$0], form, nameWidth: nameWidth) }
    return Listing.padded([form.head(attackName)] + texts, .numbers).enumerated().map { row, columns in
      guard row > 0 else { return [Span("  ")] + joined(columns, Array(repeating: .faint, count: columns.count)) }
      let entry = rows[shown[row - 1]].entry, isSelected = shown[row - 1] == selected
      let sign = isThis(entry) ? "●" : compared.contains(entry.path) ? "+" : isSelected ? "▸" : " "
      return [Span("\(sign) ", .key, item: shown[row - 1])] + joined(columns, roles(entry, isSelected, form))
    }
  }

  /// `PGD`, or `attack` where runs differ in it.
  private var attackName: String {
    let names = Set(rows.map { String($0.entry.attack.prefix { $0 != "-" }) }.filter { !$0.isEmpty })
    return names.count == 1 ? names.first ?? "attack" : "attack"
  }

  /// The name with its place in the tree.
  private func name(_ row: Row) -> String {
    String(repeating: " ", count: 2 * min(4, row.depth)) + (row.depth > 0 ? "└ " : "") + row.entry.name
  }

  /// The texts of a line.
  private func cells(_ row: Row, _ form: Form, nameWidth: Int) -> [String] {
    let entry = row.entry
    var cells = [clipped(name(row), to: nameWidth)]
    if form.hasPreset { cells.append(clipped(entry.preset, to: 18)) }
    if form.hasStep { cells.append(steps(entry)) }
    cells += [entry.gap?.glyph ?? "–", share(entry.clean, form)]
    if form.hasAttack { cells.append(share(entry.adversarial, form)) }
    cells.append(share(entry.strongest, form))
    if form.hasWhen { cells.append(entry.began) }
    return cells
  }

  private func roles(_ entry: RunEntry, _ isSelected: Bool, _ form: Form) -> [Theme.Role] {
    var roles: [Theme.Role] = [isSelected ? .selected : .text]
    if form.hasPreset { roles.append(.faint) }
    if form.hasStep { roles.append(.faint) }
    roles += [entry.gap?.role ?? .faint, .clean]
    if form.hasAttack { roles.append(.adversarial) }
    roles.append(.autoattack)
    if form.hasWhen { roles.append(.faint) }
    return roles
  }

  private func joined(_ columns: [String], _ roles: [Theme.Role]) -> [Span] {
    columns.enumerated().map { column, text in
      // The names are aligned to the left, so that their tree can be seen.
      Span((column == 0 ? "" : "  ") + text, roles[column])
    }
  }

  private func steps(_ entry: RunEntry) -> String {
    guard let steps = entry.steps, steps != entry.step else { return "\(entry.step)" }
    return "\(entry.step)/\(steps)"
  }

  private func share(_ accuracy: Proportion?, _ form: Form) -> String {
    guard let accuracy else { return "–" }
    return form.hasIntervals ? Notation.screen.accuracy(accuracy) : Notation.screen.share(accuracy.value)
  }

  /// What has no column, of the chosen run.
  private func detail(_ entry: RunEntry) -> String {
    var parts = ["\(entry.state), preset \(entry.preset)"]
    if let parent = entry.parent { parts.append("branched from \(parent.name) after step \(parent.step)") }
    if let clean = entry.clean {
      parts.append("\(entry.split): clean \(Notation.screen.accuracy(clean)), n \(clean.n)")
    }
    if let adversarial = entry.adversarial {
      parts.append("\(entry.attack) \(Notation.screen.accuracy(adversarial))")
    }
    if let strongest = entry.strongest {
      let tier = entry.tier?.title ?? "strongest"
      parts.append("\(tier) at step \(entry.checkedStep ?? 0) \(Notation.screen.accuracy(strongest)), n \(strongest.n)")
    }
    return parts.joined(separator: " · ")
  }
}
