import Events
import Plotting

/// The final table: last and best weights on the test images, every accuracy with its n and interval.
enum ResultsTable {
  /// The table for a number of columns: side by side where it fits, otherwise one accuracy a line.
  static func lines(_ summary: Summary, width: Int) -> [[Span]] {
    var lines = [
      [
        Span(
          "\(summary.outcome.rawValue) after \(summary.step) steps in \(NumberText.duration(summary.seconds))",
          role(summary))
      ]
    ]
    if !summary.reason.isEmpty { lines += wrapped(summary.reason, to: max(1, width)).map { [Span($0, .watch)] } }
    guard !summary.results.isEmpty else { return lines }
    let table = sideBySide(summary)
    return lines + [[]] + (table.contains { $0.displayWidth > width } ? stacked(summary) : table)
  }

  private static func role(_ summary: Summary) -> Theme.Role {
    summary.outcome == .failed ? .alarm : summary.outcome == .stopped ? .watch : .good
  }

  private static func sideBySide(_ summary: Summary) -> [[Span]] {
    let first = summary.results[0]
    let hasPGD10 = summary.results.contains { $0.pgd10 != nil }
    let names = summary.results.map { name($0, summary) }
    let heading = "\(first.split.rawValue) n=\(first.clean.n)"
    let nameWidth = max(displayWidth(heading), names.map(displayWidth).max() ?? 0) + 3
    let attackWidth = max(18, summary.results.map { displayWidth($0.attack) + 3 }.max() ?? 0)
    var head = [
      Span(padded(heading, to: nameWidth), .faint), Span(padded("clean", to: 20), .clean),
      Span(padded(first.attack, to: attackWidth), .adversarial),
    ]
    if hasPGD10 { head.append(Span("PGD-10", .total)) }
    let rows = zip(summary.results, names).map { probe, name in
      var row = [
        Span(padded(name, to: nameWidth), .dialog), Span(padded(cell(probe.clean), to: 20), .dialog),
        Span(padded(cell(probe.adversarial), to: attackWidth), .dialog),
      ]
      if let share = probe.pgd10 { row.append(Span(cell(share), .dialog)) }
      return row
    }
    return [head] + rows + [[], [Span("in brackets: 95 % interval", .faint)]]
  }

  private static func stacked(_ summary: Summary) -> [[Span]] {
    var lines: [[Span]] = []
    for probe in summary.results {
      let nameWidth = max(6, displayWidth(probe.attack)) + 1
      lines.append([Span("\(name(probe, summary)), \(probe.split.rawValue) n=\(probe.clean.n)", .faint)])
      lines.append([Span("  " + padded("clean", to: nameWidth), .clean), Span(cell(probe.clean), .dialog)])
      lines.append([
        Span("  " + padded(probe.attack, to: nameWidth), .adversarial), Span(cell(probe.adversarial), .dialog),
      ])
      if let share = probe.pgd10 {
        lines.append([Span("  " + padded("PGD-10", to: nameWidth), .total), Span(cell(share), .dialog)])
      }
    }
    return lines
  }

  private static func name(_ probe: Probe, _ summary: Summary) -> String {
    let step = probe.weights == .best ? summary.bestStep ?? probe.step : probe.step
    return "\(probe.weights.rawValue), step \(step)"
  }

  private static func cell(_ share: Proportion) -> String {
    let range = share.interval
    return
      "\(NumberText.fixed(share.value, digits: 3)) [\(NumberText.share(range.lowerBound)), \(NumberText.share(range.upperBound))]"
  }
}
