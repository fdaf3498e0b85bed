import Evaluation
import Events
import Spelling

extension BestKnown {
  /// `best known: 38.5 % [31.9, 45.6] (77 of 200), 1 fewer: PMA 1 of 78, MALT 0 of 77, …`.
  package var lines: [String] {
    let known = Proportion(correct: robust, n: n)
    let fewer = broken.isEmpty ? "none fewer" : "\(broken.count) fewer"
    let parts = attacks.map { "\($0.title) \($0.broken) of \($0.attacked)" }.joined(separator: ", ")
    let passes = attacks.reduce(0) { $0 + $1.forwards + $1.backwards }
    let seconds = attacks.reduce(0) { $0 + $1.seconds }
    return [
      "best known: \(Notation.table.accuracy(known)) (\(robust) of \(n)), \(fewer)"
        + (parts.isEmpty ? "" : ": \(parts)"),
      "(\(title), \(NumberText.fixed(seconds, digits: 2)) s, \(passes) passes; report the accuracy above)",
    ]
  }
}
