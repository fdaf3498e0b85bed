import Events

/// The rules of a run's policy, and how often in a row each was met. Pure.
struct PolicyWatch: Sendable, Hashable, Codable {
  private struct Entry: Sendable, Hashable, Codable {
    let rule: PolicyRule
    var count = 0
    var hasActed = false
  }

  private var entries: [Entry]

  init(_ rules: [PolicyRule]) { entries = rules.map { Entry(rule: $0) } }

  /// Takes in what a check measured; the rules that act now.
  mutating func take(_ measured: [PolicyRule.Quantity: Double]) -> [PolicyRule] {
    var acting: [PolicyRule] = []
    for index in entries.indices where !entries[index].hasActed {
      guard let value = measured[entries[index].rule.quantity] else { continue }
      entries[index].count = entries[index].rule.isMet(by: value) ? entries[index].count + 1 : 0
      guard entries[index].count >= entries[index].rule.checks else { continue }
      entries[index].hasActed = true
      acting.append(entries[index].rule)
    }
    return acting
  }
}

extension SessionMachine {
  /// Lets the policy act on a check of the weights after this step.
  mutating func followPolicy(_ measured: [PolicyRule.Quantity: Double]) -> [Event] {
    policy.take(measured).flatMap { rule -> [Event] in
      let said = journal(.policyActed(rule), cause: .policy)
      return said + rule.changes.flatMap { change($0.knob, to: $0.value, cause: .policy) }
    }
  }
}

extension Probe {
  /// What the rules of a policy can ask of a quick check.
  var policyQuantities: [PolicyRule.Quantity: Double] {
    var result: [PolicyRule.Quantity: Double] = [.clean: clean.value, .pgd: adversarial.value]
    result[.quickGap] = quick?.gap
    return result
  }
}
