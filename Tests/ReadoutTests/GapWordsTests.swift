import Events
import Readout
import Testing

/// What is said about the gap.
@Suite struct GapWordsTests {
  private let quick = reading(.quick, n: 128, survivors: 80, broken: 51)
  private let deep = reading(.deep, n: 32, survivors: 21, broken: 21)

  @Test func aChangeIsOneLineInBothNotations() {
    let change = GapChange(step: 50, from: .watch, state: .alarm, reading: quick)
    #expect(change.line(.screen) == "gap watch → alarm: .40 [.32, .49] (quick check, n 128)")
    #expect(change.line(.table) == "gap watch → alarm: 39.8 % [31.8, 48.5] (quick check, n 128)")
    #expect(GapChange(step: 75, from: .alarm, state: .acknowledged).line(.screen) == "gap alarm → acknowledged")
    #expect(GapChange(step: 75, from: .alarm, state: .alarm).line(.screen) == "no cause of the gap found")
    #expect(
      GapChange(step: 75, from: .alarm, state: .alarm, causes: [GapCause(.targeted, value: 0, n: 1)]).line(.screen)
        == "causes of the gap")
  }

  @Test func aDisagreementSaysWhichGapToTrust() {
    let disagreement = TierDisagreement(kinder: quick, harsher: deep)
    #expect(
      GapChange(step: 50, from: .alarm, state: .alarm, disagreement: disagreement).line(.screen)
        == "gap alarm: the quick check finds a gap of .40, the deep check .66; trust the larger gap")
  }

  @Test func everyCauseHasATitleANumberAndOneSentence() {
    #expect(GapCause(.moreSteps, before: 0.664, value: 0.236, n: 128).numbers(.screen) == ".66 → .24")
    #expect(GapCause(.moreSteps, before: 0.664, value: 0.236, n: 128).numbers(.table) == "66.4 % → 23.6 %")
    #expect(GapCause(.zeroGradient, value: 0.049, n: 128).numbers(.screen) == ".05")
    let causes = GapCause.Kind.allCases.map { GapCause($0, value: 0, n: 1) }
    #expect(Set(causes.map(\.sentence)).count == causes.count && Set(causes.map(\.title)).count == causes.count)
    #expect(causes.allSatisfy { $0.sentence.hasSuffix(".") && $0.sentence.count(where: { $0 == "." }) == 1 })
  }

  @Test func everyStateHasItsOwnWordSignAndMeaning() {
    let states = GapState.allCases
    for texts in [states.map(\.word), states.map(\.glyph), states.map { $0.meaning(of: nil) }] {
      #expect(Set(texts).count == states.count)
    }
  }

  @Test func anAttackIsAnUpperBoundUntilItIsFinished() {
    func note(_ phase: AttackProgressNote.Phase, correct: Int? = 100) -> AttackProgressNote {
      AttackProgressNote(
        step: 300, scope: .full, phase: phase, n: 128, correct: correct, broken: 46, seconds: 75)
    }
    #expect(
      AttackWords.accuracy(note(.running)) == "≤ .42" && AttackWords.accuracy(note(.running, correct: nil)) == nil)
    #expect(
      AttackWords.sentence(note(.running))
        == "AutoAttack on the weights of step 300 is running on 128 images; accuracy ≤ .42 so far.")
    #expect(
      AttackWords.sentence(note(.running, correct: nil))
        == "AutoAttack on the weights of step 300 is running on 128 images.")
    #expect(
      AttackWords.ending(note(.finished))
        == "AutoAttack on the weights of step 300: accuracy .42 ±.08, n 128, took 1:15")
    #expect(
      AttackWords.ending(note(.cancelled)) == "AutoAttack on the weights of step 300 cancelled: accuracy ≤ .42, n 128")
    #expect(AttackWords.ending(note(.running)) == nil && AttackWords.ending(note(.forecast)) == nil)
  }
}
