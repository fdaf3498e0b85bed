/// Some attack with its settings, as suites hold it and records write it. Its properties are the attack's.
@dynamicMemberLookup
package struct AnyEvaluationAttack: Sendable {
  /// The attack.
  package let base: any EvaluationAttack

  package init(_ base: any EvaluationAttack) { self.base = base }

  package subscript<Value>(dynamicMember property: KeyPath<any EvaluationAttack, Value>) -> Value {
    base[keyPath: property]
  }
}

extension AnyEvaluationAttack: Hashable {
  package static func == (one: Self, other: Self) -> Bool { AnyHashable(one.base) == AnyHashable(other.base) }
  package func hash(into hasher: inout Hasher) { base.hash(into: &hasher) }
}

/// In files every attack has the same keys, so that a reader need not know which attack has which setting. Settings
/// that an attack does not have are written with these values.
private struct CommonKeys: Encodable {
  let restarts = 1
  let targets = 9
  let gradientSamples = 1
  let step = 0.25
  let radius = 1.0
  let start = PGD.Start.uniform
  let anyIterate = false
  let initialShare = 0.8
  let rescalesSchedule = false
  let keepsQuirks = true
}

extension AnyEvaluationAttack: Codable {
  private enum CodingKeys: String, CodingKey { case name, iterations }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self),
      name = try container.decode(String.self, forKey: .name)
    guard let type = evaluationAttacks.first(where: { $0.name == name }) else {
      throw DecodingError.dataCorruptedError(forKey: .name, in: container, debugDescription: "unknown attack '\(name)'")
    }
    base = try type.init(from: decoder)
  }

  /// The attack's own settings overwrite the common values.
  package func encode(to encoder: any Encoder) throws {
    try CommonKeys().encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(base.name, forKey: .name)
    try container.encode(base.iterations, forKey: .iterations)
    try base.encode(to: encoder)
  }
}
