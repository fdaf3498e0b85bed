import Events
import Presets
import Recipe
import Testing

/// The key `policy` of a preset.
@Suite struct PresetPolicyTests {
  private func preset(_ policy: String) throws -> Preset {
    try Preset(Array("# p\ngamma: 0.5\npolicy:\n  - \(policy)\n".utf8), path: "p.yaml")
  }

  @Test func aRuleIsRead() throws {
    let rules = try preset(#"{when: gap.quick > 0.25, checks: 2, set: {beta: 1}, say: "the cure"}"#).policy
    let rule = try PolicyRule(
      when: "gap.quick > 0.25", checks: 2, changes: [.init(knob: "beta", value: .number(1))], caption: "the cure")
    #expect(rules == [rule])
  }

  @Test(arguments: [
    ("{set: {beta: 1}}", "p.yaml:4: a rule of the policy needs 'when' and 'set'"),
    ("{when: gap.quick > 9, set: {beta: 1}}", "p.yaml:4: policy: when: '9': use a number in 0 … 1"),
    ("{when: clean < 0.5, set: {width: 8}}", "width cannot change during a run; set it above the policy"),
    ("{when: clean < 0.5, set: {beta: -1}}", "p.yaml:4: policy: beta"),
    ("{when: clean < 0.5, checks: 0, set: {beta: 1}}", "checks: use a whole number of at least 1"),
  ])
  func aRuleThatCannotActIsRefusedWithItsLine(policy: String, words: String) {
    let error = #expect(throws: ResourceError.self) { try preset(policy) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
