import Attacks
import Evaluation
import Foundation
import Testing

/// Records and protocol cards keep their form, whatever attacks look like in memory.
struct AttackFilesTests {
  private func decoded<Value: Decodable>(_ text: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  private func encoded(_ value: some Encodable) throws -> String {
    String(decoding: try jsonLine(value), as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  @Test func aListOfAllAttacksKeepsItsBytes() throws {
    let names = ["fgsm", "pgd", "apgd-ce", "apgd-dlr", "apgd-t", "fab", "fab-t", "square"]
    let suite = try AttackSuite(named: names.joined(separator: ","), classes: 10)
    #expect(try encoded(suite) == OldFiles.allAttacks)
    #expect(try decoded(OldFiles.allAttacks) == suite)
  }

  @Test(
    arguments: zip(
      [NamedSuite.standard, .plus, .rand, .quick],
      [OldFiles.standard, OldFiles.plus, OldFiles.rand, OldFiles.quick]))
  func aNamedSuiteKeepsItsBytes(suite: NamedSuite, text: String) throws {
    #expect(try encoded(AttackSuite(suite, classes: 10)) == text)
    #expect(try decoded(text) == AttackSuite(suite, classes: 10))
  }

  @Test func aWholeResultKeepsItsBytesAndCanBeResumed() throws {
    let result: AttackResult = try decoded(OldFiles.result)
    #expect(try encoded(result) == OldFiles.result)
    #expect(result.card.suite.attacks == [AnyEvaluationAttack(FGSMAttack()), AnyEvaluationAttack(PGDAttack())])
    #expect(result.record.settings == result.card.settings && result.record.comparisons?.count == 4)
    #expect(result.record.comparisons?[2].attack == AnyEvaluationAttack(PGDAttack(iterations: 100)))
  }

  /// The values differ from the defaults, so that a setting that is not written comes back wrong.
  @Test func everySettingOfEveryAttackSurvives() throws {
    let attacks: [any EvaluationAttack] = [
      PGDAttack(iterations: 7, restarts: 2, step: 0.5, radius: 0.75, start: .clean, anyIterate: true),
      APGDCEAttack(iterations: 8, restarts: 3, gradientSamples: 4, keepsQuirks: false),
      APGDDLRAttack(iterations: 9, restarts: 4, gradientSamples: 5, keepsQuirks: false),
      APGDTAttack(iterations: 10, restarts: 5, targets: 6, gradientSamples: 7, keepsQuirks: false),
      FABAttack(iterations: 11, restarts: 6), FABTAttack(iterations: 12, restarts: 7, targets: 8),
      SquareAttack(iterations: 13, restarts: 8, initialShare: 0.25, rescalesSchedule: true, keepsQuirks: false),
    ]
    let suite = AttackSuite(custom: attacks)
    #expect(try decoded(encoded(suite)) == suite)
    let objects = try #require(
      JSONSerialization.jsonObject(with: Data(encoded(suite.attacks).utf8)) as? [[String: Any]])
    #expect(Set(objects.map(\.count)) == [12])
  }

  @Test func unknownAttacksAndSuitesAreRefused() {
    let attack = OldFiles.quick.replacingOccurrences(of: #""apgd-t""#, with: #""apgd-x""#)
    #expect(throws: DecodingError.self) { let _: AttackSuite = try decoded(attack) }
    let suite = OldFiles.quick.replacingOccurrences(of: #""quick""#, with: #""quack""#)
    #expect(throws: DecodingError.self) { let _: AttackSuite = try decoded(suite) }
  }
}
