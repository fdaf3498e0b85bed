import Events
import Recipe
import Spelling
import Testing

@testable import Engine

/// Rules that act on measurements: when, how often, and as whom.
@Suite struct PolicyTests {
  private static let cure = [TourStop.Change(knob: "beta", value: .number(1))]

  private func watch(_ when: String, checks: Int = 1) throws -> PolicyWatch {
    PolicyWatch([try PolicyRule(when: when, checks: checks, changes: Self.cure)])
  }

  @Test func aRuleActsAfterSoManyChecksInARowAndOnce() throws {
    var watch = try watch("gap.quick > 0.25", checks: 2)
    let gaps = [0.3, 0.2, 0.26, 0.25, 0.4, 0.5, 0.6, 0.7]
    let acted = gaps.map { !watch.take([.quickGap: $0]).isEmpty }
    #expect(acted == [false, false, false, false, false, true, false, false])
  }

  @Test func aCheckThatDoesNotMeasureTheQuantityCountsForNothing() throws {
    var watch = try watch("gap.deep > 0.1", checks: 2)
    #expect(watch.take([.deepGap: 0.5]).isEmpty && watch.take([.quickGap: 0.0]).isEmpty)
    #expect(watch.take([.deepGap: 0.5]).count == 1)
  }

  @Test(arguments: [
    ("gap.quick>0.25", "use a quantity, > or <, and a number"), ("gap.quik > 0.25", "did you mean 'gap.quick'?"),
    ("clean < 2", "use a number in 0 … 1"), ("clean = 0.5", "use a quantity"),
  ])
  func aConditionThatIsNoneIsExplained(text: String, words: String) {
    let error = #expect(throws: SettingError.self) { try PolicyRule(when: text, changes: Self.cure) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
