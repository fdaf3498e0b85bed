import Attacks
import Evaluation
import Foundation

extension EvaluationAttack {
  /// The attack with a different number of iterations, by way of its JSON. One without the setting stays the same.
  func with(iterations: Int) throws -> AnyEvaluationAttack {
    let data = try JSONEncoder().encode(AnyEvaluationAttack(self))
    var object = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    object["iterations"] = iterations
    return try JSONDecoder().decode(
      AnyEvaluationAttack.self, from: JSONSerialization.data(withJSONObject: object))
  }
}

extension AttackSuite {
  /// Changes the iterations of every attack.
  mutating func shorten(_ iterations: (AnyEvaluationAttack) -> Int) throws {
    attacks = try attacks.map { try $0.base.with(iterations: iterations($0)) }
  }
}
