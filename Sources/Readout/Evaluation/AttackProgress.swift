import Evaluation
import Spelling

/// How far an evaluation is, as the line that is redrawn, or as separate lines. Pure.
package struct AttackProgress {
  private let suite: AttackSuite
  private var last: EvaluationProgress?

  package init(_ suite: AttackSuite) { self.suite = suite }

  /// A line for a stderr that can't redraw: the start of every attack.
  package mutating func note(_ progress: EvaluationProgress) -> String? {
    defer { last = progress }
    guard progress.attack != last?.attack else { return nil }
    guard progress.attack >= 0 else { return "checks" }
    return "\(title(progress)): \(progress.total) images, \(progress.robust) of \(progress.images) robust so far"
  }

  /// The line, cut to `columns`, with the most important parts first.
  package func line(_ progress: EvaluationProgress, columns: Int) -> String {
    var parts = [
      title(progress), "images \(progress.finished)/\(progress.total)", "broken \(progress.broken)",
      "robust \(progress.robust)/\(progress.images)",
    ]
    if progress.secondsLeft.isFinite, progress.secondsLeft > 0 {
      parts.append("ETA \(NumberText.duration(progress.secondsLeft))")
    }
    if progress.attempts > 1 { parts.append("attempt \(progress.attempt + 1)/\(progress.attempts)") }
    parts.append("iteration \(progress.iteration)/\(progress.iterations)")
    return String(parts.joined(separator: "  ").prefix(max(columns, 0)))
  }

  private func title(_ progress: EvaluationProgress) -> String {
    let attacks = suite.attacks
    return attacks.indices.contains(progress.attack)
      ? "\(attacks[progress.attack].title) \(progress.attack + 1)/\(attacks.count)" : "checks"
  }

  /// What is said before it starts.
  package static func forecast(_ cost: CostForecast, title: String) -> String {
    "\(title) on \(cost.images) images: \(cost.forwards) forward and \(cost.backwards) backward passes, about "
      + "\(NumberText.duration(cost.seconds)) if nothing breaks"
  }
}
