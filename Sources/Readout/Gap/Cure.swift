import Events
import Recipe

/// A change of settings that may make robustness real, and why: what to do at an alarm. The order is what was measured
/// in docs/alarm.md: the KL term cures within a run what γ alone does not.
package struct Cure: Sendable, Hashable {
  /// The changes, in words: `β 0 → 1`.
  package let title: String
  /// Why it helps, in one sentence.
  package let reason: String
  package let changes: [Assignment]

  /// What may help against these causes under these settings, the most promising first.
  package static func all(against causes: [GapCause], settings: Settings) -> [Cure] {
    let kinds = Set(causes.map(\.kind)), weights = [penalty(settings), share(settings)].compactMap { $0 }
    let craft = craft(settings).map { [$0] } ?? []
    return kinds.isDisjoint(with: Cure.ofTheAttack) ? weights + craft : craft + weights
  }

  /// Causes that a training attack with more or smaller steps sees.
  private static let ofTheAttack: Set<GapCause.Kind> = [
    .smallerStep, .smallerRadius, .moreSteps, .catastrophicOverfitting, .incompleteOptimization, .nonlinearLoss,
  ]

  /// A KL term, or a stronger one.
  private static func penalty(_ settings: Settings) -> Cure? {
    let least = settings[.objective].type.paperBeta ?? 1
    guard settings[.beta] < least else { return nil }
    return Cure(
      [Assignment(.beta, least)], in: settings,
      "The KL term asks for the same answer on clean and adversarial images, so what only one of them has stops paying."
    )
  }

  /// More weight on adversarial images.
  private static func share(_ settings: Settings) -> Cure? {
    guard settings[.gamma] > 0.1 else { return nil }
    return Cure(
      [Assignment(.gamma, 0.1)], in: settings,
      "Nine tenths of the loss come from adversarial images; slower than β, and of little effect once lr is low.")
  }

  /// A training attack that looks more closely.
  private static func craft(_ settings: Settings) -> Cure? {
    var changes: [Assignment] = []
    let step = settings[.epsilon] / 4
    if settings[.attack] != .pgd { changes.append(Assignment(.attack, .pgd)) }
    if settings[.attack] != .pgd || settings[.attackStep] > step { changes.append(Assignment(.attackStep, step)) }
    if settings[.attackSteps] < 10 { changes.append(Assignment(.attackSteps, 10)) }
    guard !changes.isEmpty else { return nil }
    return Cure(
      changes, in: settings,
      "More and smaller steps find in training what the present attack jumps over; each step costs a pass.")
  }

  /// Nil when the settings do not allow the changes, or nothing would use them.
  private init?(_ changes: [Assignment], in settings: Settings, _ reason: String) {
    var changed = settings, parts: [String] = []
    for change in changes {
      guard (try? changed.set(change.name, parsing: change.value)) != nil else { return nil }
    }
    guard changed.conflict == nil else { return nil }
    for change in changes {
      guard let knob = AnyKnob.named(change.name), knob.idleReason(in: changed) == nil else { return nil }
      parts.append("\(knob.symbol) \(settings.formatted(knob)) → \(changed.formatted(knob))")
    }
    self.changes = changes
    self.reason = reason
    title = parts.joined(separator: ", ")
  }
}
