import Events
import Recipe
import Spelling
import Yams

/// Reads the key `policy` of a preset: a list of `{when: gap.quick > 0.25, checks: 2, set: {beta: 1}, say: "…"}`.
struct PolicyReader {
  let parts: YAMLParts

  /// The rules. Each change must be one that a running session accepts. Throws `ResourceError`.
  func rules(_ node: Node, of settings: Settings) throws -> [PolicyRule] {
    try parts.list(node, "policy").map { try rule($0, settings) }
  }

  private func rule(_ node: Node, _ settings: Settings) throws -> PolicyRule {
    let fields = try parts.mapping(node, "a rule of the policy", known: ["when", "checks", "set", "say"])
    guard let when = fields["when"], let set = fields["set"] else {
      throw parts.error(
        node, "a rule of the policy needs 'when' and 'set', such as {when: gap.quick > 0.25, set: {beta: 1}}")
    }
    let changes = try TourReader(parts: parts).changes(set, "policy", settings)
    do {
      return try PolicyRule(
        when: try parts.text(when, "when"),
        checks: try fields["checks"].map { try parts.integer($0, "checks", least: 1) } ?? 1,
        changes: changes, caption: try fields["say"].map { try parts.text($0, "say") } ?? "")
    } catch let error as SettingError {
      throw parts.error(when, "policy: \(error)")
    }
  }
}
