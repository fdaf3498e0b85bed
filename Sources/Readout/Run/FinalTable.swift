import Events
import Plotting
import Recipe
import Spelling

/// What a run ends with: last and best weights on the test images, each accuracy with its 95 % interval. Pure.
package enum FinalTable {
  /// The table as lines of text under a title; empty when nothing was measured. `settings` are those the run began
  /// with.
  package static func lines(_ summary: Summary, preset: String, settings: Settings) -> [String] {
    guard !summary.results.isEmpty else { return [] }
    var last = settings
    for change in summary.changes.flatMap(\.changes) { try? last.set(change.knob, to: change.value) }
    let name = ([preset] + last.labels).joined(separator: ", ")
    let title =
      "\(name), \(NumberText.count(summary.step, "step")): \(caption)"
    return [title] + sideBySide(summary).map { $0.map(\.text).joined() }.map(trimmed) + [summary.gapLine(.table)]
      + [summary.gapWarning, summary.bestWarning(.table)].compactMap(\.self)
  }

  private static let caption = "accuracy on test images, 95 % intervals in brackets"

  /// How the run ended and the table, for a number of columns: accuracies next to each other where they fit, otherwise
  /// one per line.
  package static func spans(_ summary: Summary, width: Int) -> [[Span]] {
    let text = { (text: String, role: Theme.Role) in wrapped(text, to: max(1, width)).map { [Span($0, role)] } }
    var lines = text(outcome(summary), role(summary))
    if !summary.reason.isEmpty { lines += text(summary.reason, .watch) }
    guard !summary.results.isEmpty || summary.gapState != nil else { return lines }
    lines += text(summary.gapLine(.table), summary.gapRole)
    if let warning = summary.gapWarning { lines += text(warning, summary.gapRole) }
    if let warning = summary.bestWarning(.table) { lines += text(warning, .alarm) }
    guard !summary.results.isEmpty else { return lines }
    let table = sideBySide(summary)
    lines += [[]] + (table.contains { $0.displayWidth > width } ? stacked(summary) : table)
    return lines + [[]] + text(caption, .faint)
  }

  /// `finished after 400 steps in 0:21`.
  package static func outcome(_ summary: Summary) -> String {
    let steps = NumberText.count(summary.step, "step")
    return "\(summary.outcome.rawValue) after \(steps) in \(NumberText.duration(summary.seconds))"
  }

  private static func role(_ summary: Summary) -> Theme.Role {
    summary.outcome == .failed ? .alarm : summary.outcome == .stopped ? .watch : .good
  }

  private static func sideBySide(_ summary: Summary) -> [[Span]] {
    let hasPGD10 = summary.results.contains { $0.pgd10 != nil }
    let attack = summary.results.first?.attack ?? ""
    let head = ["weights", "clean", attack] + (hasPGD10 ? ["PGD-10"] : []) + ["n"]
    let heading: [Theme.Role] = [.faint, .clean, .adversarial] + (hasPGD10 ? [.total] : []) + [.faint]
    let rows = summary.results.map { probe in
      [weights(probe, summary), Notation.table.accuracy(probe.clean), Notation.table.accuracy(probe.adversarial)]
        + (hasPGD10 ? [probe.pgd10.map(Notation.table.accuracy) ?? "–"] : []) + ["\(probe.clean.n)"]
    }
    return Listing.padded([head] + rows, .numbers).enumerated().map { row, texts in
      texts.enumerated().map { column, text in
        Span((column == 0 ? "" : "  ") + text, row == 0 ? heading[column] : .dialog)
      }
    }
  }

  private static func stacked(_ summary: Summary) -> [[Span]] {
    var lines: [[Span]] = []
    for probe in summary.results {
      let accuracies: [(name: String, role: Theme.Role, value: Proportion)] =
        [("clean", .clean, probe.clean), (probe.attack, .adversarial, probe.adversarial)]
        + (probe.pgd10.map { [("PGD-10", .total, $0)] } ?? [])
      let width = accuracies.map { displayWidth($0.name) }.max() ?? 0
      lines.append([Span("\(weights(probe, summary)), n \(probe.clean.n)", .faint)])
      lines += accuracies.map { name, role, value in
        [Span("  \(padded(name, to: width))  ", role), Span(Notation.table.accuracy(value), .dialog)]
      }
    }
    return lines
  }

  private static func weights(_ probe: Probe, _ summary: Summary) -> String {
    let step = probe.weights == .best ? summary.bestStep : summary.step
    let sign = probe.weights == .best && summary.best?.isUnderAlarm == true ? " ▲" : ""
    return (step.map { "\(probe.weights.rawValue) (step \($0))" } ?? probe.weights.rawValue) + sign
  }

  private static func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.last == " " { line.removeLast() }
    return String(line)
  }
}
