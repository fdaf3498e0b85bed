import Recipe
import Spelling

/// One rule of a preset's policy: when a measurement passes a limit in several checks in a row, settings change. A rule
/// acts once in a run, and the journal says that it was a rule.
package struct PolicyRule: Sendable, Hashable, Codable {
  /// What is measured.
  package enum Quantity: String, Sendable, Hashable, Codable, CaseIterable {
    /// The gap that the quick attacks or AutoAttack find.
    case quickGap = "gap.quick", deepGap = "gap.deep"
    /// Accuracy on the probe, clean or under the attack as trained.
    case clean, pgd
  }

  /// What is measured.
  package var quantity: Quantity
  /// True for `>`, false for `<`.
  package var isAbove: Bool
  /// The limit.
  package var limit: Double
  /// How many checks in a row.
  package var checks: Int
  /// What changes then.
  package var changes: [TourStop.Change]
  /// One line for the journal; empty for the rule itself.
  package var caption: String

  /// Reads a condition such as `gap.quick > 0.25`. Throws `SettingError`.
  package init(when text: String, checks: Int = 1, changes: [TourStop.Change], caption: String = "") throws {
    let words = text.split(separator: " ").map(String.init)
    let names = Quantity.allCases.map(\.rawValue)
    guard words.count == 3, [">", "<"].contains(words[1]) else {
      throw SettingError("when: '\(text)': use a quantity, > or <, and a number, such as gap.quick > 0.25")
    }
    guard let quantity = Quantity(rawValue: words[0]) else {
      let near = nearestName(to: words[0], in: names).map { "did you mean '\($0)'?" }
      throw SettingError(
        "when: '\(words[0])' is not measured; " + (near ?? "use one of \(names.joined(separator: ", "))"))
    }
    guard let limit = Double(words[2]), (0...1).contains(limit) else {
      throw SettingError("when: '\(words[2])': use a number in 0 … 1")
    }
    (self.quantity, isAbove, self.limit) = (quantity, words[1] == ">", limit)
    (self.checks, self.changes, self.caption) = (checks, changes, caption)
  }

  /// The condition as it is written.
  package var condition: String { "\(quantity.rawValue) \(isAbove ? ">" : "<") \(limit)" }

  /// True when a measurement passes the limit.
  package func isMet(by value: Double) -> Bool { isAbove ? value > limit : value < limit }
}
