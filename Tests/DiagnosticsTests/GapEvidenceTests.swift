import Diagnostics
import Events
import Testing

/// Which numbers are named as causes.
struct GapEvidenceTests {
  /// A healthy network: 128 images, .73 clean, .66 under PGD, little more to take.
  private let healthy = GapEvidence(
    n: 128, classes: 10, clean: 93, survivors: 85, targeted: 6, smallerStep: 2, smallerRadius: 0, squareOnly: 0,
    whiteBox: 8, pgd10: 85, pgd50: 80, onlyPGD50: 5, fgsm: 88, onlyPGD10: 4, zeroGradient: 0, saturated: 0,
    doubleRadius: 30, fourfoldRadius: 2, passes: 1000)

  private func kinds(_ change: (inout GapEvidence) -> Void) -> [GapCause.Kind] {
    var evidence = healthy
    change(&evidence)
    return evidence.causes().map(\.kind)
  }

  @Test func aHealthyNetworkHasNone() { #expect(healthy.causes().isEmpty) }

  @Test func eachNumberNamesItsCauseAlone() {
    #expect(kinds { $0.targeted = 85 } == [.targeted])
    #expect(kinds { $0.smallerStep = 60 } == [.smallerStep])
    #expect(kinds { $0.smallerRadius = 60 } == [.smallerRadius])
    #expect(kinds { ($0.pgd50, $0.onlyPGD50) = (31, 54) } == [.moreSteps])
    #expect(kinds { $0.squareOnly = 8 } == [.square])
    #expect(kinds { $0.zeroGradient = 5 } == [.zeroGradient])
    #expect(kinds { $0.saturated = 20 } == [.saturatedLogits])
    #expect(kinds { $0.fourfoldRadius = 30 } == [.aboveChance])
    #expect(kinds { ($0.fgsm, $0.pgd10, $0.pgd50, $0.onlyPGD10) = (107, 0, 0, 107) } == [.catastrophicOverfitting])
  }

  @Test func tracesNameTheirCauses() {
    func kinds(silent: Int = 0, incomplete: Int = 0, error: Double = 1e-4) -> [GapCause] {
      var evidence = healthy
      evidence.traces = TraceEvidence(n: 85, silent: silent, incomplete: incomplete, linearityError: error, passes: 1)
      return evidence.causes()
    }
    #expect(kinds().isEmpty && kinds(silent: 3, incomplete: 3, error: 0.01).isEmpty)
    #expect(kinds(silent: 8) == [GapCause(.silentSuccess, value: 8.0 / 128, n: 128)])
    #expect(kinds(incomplete: 8).map(\.kind) == [.incompleteOptimization])
    #expect(kinds(error: 0.02) == [GapCause(.nonlinearLoss, value: 0.02, n: 128)])
  }

  @Test func causesCarryTheirNumbers() throws {
    var evidence = healthy
    evidence.targeted = 85
    evidence.zeroGradient = 5
    evidence.squareOnly = 8
    let causes = evidence.causes()
    #expect(causes.map(\.kind) == [.targeted, .square, .zeroGradient])
    #expect(causes[0] == GapCause(.targeted, before: 85.0 / 128, value: 0, n: 128))
    #expect(causes[1] == GapCause(.square, before: 77.0 / 128, value: 69.0 / 128, n: 128))
    #expect(causes[2] == GapCause(.zeroGradient, value: 5.0 / 93, n: 93))
  }

  @Test func whatChanceExplainsIsNotNamed() {
    // The share is large, but of so few images that it might be nothing.
    var few = healthy
    (few.n, few.clean, few.survivors, few.targeted, few.pgd10, few.pgd50, few.onlyPGD50) = (6, 5, 4, 1, 4, 4, 0)
    (few.fgsm, few.onlyPGD10, few.whiteBox, few.doubleRadius, few.fourfoldRadius) = (4, 0, 1, 1, 1)
    (few.smallerStep, few.zeroGradient) = (0, 1)
    #expect(few.causes().isEmpty)
    #expect(kinds { $0.targeted = 19 }.isEmpty && kinds { $0.targeted = 20 } == [.targeted])
    #expect(kinds { $0.targeted = nil }.isEmpty)
    #expect(kinds { $0.zeroGradient = 1 }.isEmpty)
    // Chance itself is .1; ten classes of 128 images.
    #expect(kinds { $0.fourfoldRadius = 13 }.isEmpty)
    // FGSM is weaker than PGD-10 on every network; that alone is no overfitting.
    #expect(kinds { ($0.fgsm, $0.pgd10, $0.pgd50, $0.onlyPGD10) = (100, 60, 58, 42) }.isEmpty)
    // Nothing measured, nothing named.
    let nothing = GapEvidence(
      n: 0, classes: 10, clean: 0, survivors: 0, targeted: 0, smallerStep: 0, smallerRadius: 0, squareOnly: 0,
      whiteBox: 0, pgd10: 0, pgd50: 0, onlyPGD50: 0, fgsm: 0, onlyPGD10: 0, zeroGradient: 0, saturated: 0,
      doubleRadius: 0, fourfoldRadius: 0, passes: 0)
    #expect(nothing.causes().isEmpty)
  }
}
