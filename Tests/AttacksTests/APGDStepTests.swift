import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// Steps of APGD and its schedule by hand. docs/algorithms.md §4.
struct APGDStepTests {
  /// η = 2ε = .2. Step 1 has a = 1: w = min(.45 + .2, .6) = .6. Step 2: w = .4, momentum .6 − .45 = .15:
  /// .6 + .75·(.4 − .6) + .25·.15 = .4875. Step 3: w = .6, momentum −.1125: .4875 + .75·.1125 − .25·.1125 = .54375.
  @Test func apgdMixesTheStepWithTheMomentumFromTheSecondOneOn() {
    let points = lookedAt(
      APGDCEAttack(iterations: 100), at: [0.5], norm: .linf, epsilon: 0.1, directions: [[1], [-1], [1]],
      start: [0.45])
    expectClose(points[0], [0.45])
    expectClose(points[1], [0.6])
    expectClose(points[2], [0.4875])
    expectClose(points[3], [0.54375])
  }

  /// The same in ℓ2 with η = .6: from (.5, .5) the step .6·(.6, .8) is cut to ε, which gives (.68, .74). Back along
  /// (−1, 0): δ = (−.42, .24) is cut to ε too, and the next point is three quarters of the way there and a quarter of
  /// the momentum (.18, .24) further.
  @Test func apgdProjectsTheStepBeforeItMixesInL2() {
    let points = lookedAt(
      APGDCEAttack(iterations: 100), at: [0.5, 0.5], norm: .l2, epsilon: 0.3, directions: [[3, 4], [-1, 0]],
      start: [0.5, 0.5])
    expectClose(points[1], [0.68, 0.74])
    let shrink = 0.3 / (0.42 * 0.42 + 0.24 * 0.24).squareRoot(), w = [0.5 - 0.42 * shrink, 0.5 + 0.24 * shrink]
    let mixed = [
      0.68 + 0.75 * (w[0] - 0.68) + 0.25 * 0.18 - 0.5, 0.74 + 0.75 * (w[1] - 0.74) + 0.25 * 0.24 - 0.5,
    ]
    let length = (mixed[0] * mixed[0] + mixed[1] * mixed[1]).squareRoot(), cut = min(1, 0.3 / length)
    expectClose(points[2], [0.5 + cut * mixed[0], 0.5 + cut * mixed[1]])
  }

  /// Ten iterations, windows of 2, 1, 1, …; the loss is largest at the start. After two steps the step is halved to ε
  /// and the search goes back to the start and its gradient, while the momentum is counted from the point before the
  /// last step: w = .55, m = .45 − .6 = −.15, .45 + .75·.1 − .25·.15 = .4875.
  @Test func apgdGoesBackToTheBestPointAndKeepsItsMomentum() {
    let classifier = FunctionClassifier(classes: 2, input: Shape(1, 1, 1)) { x in
      [abs(x[0] - 0.45) < 0.01 ? 1 : 2, 0]
    } gradient: { x, cotangent in
      // Up at the start, down everywhere else.
      [abs(x[0] - 0.45) < 0.01 ? cotangent[1] : -cotangent[1]]
    }
    let run = APGDCEAttack(iterations: 10).makeRun(
      problem([0.5], classifier, label: 0, rivals: [1], norm: .linf, epsilon: 0.1, start: [0.45]))
    var points: [Float] = [], steps: [Float] = []
    run.observe = { _, _, _, step in steps.append(step) }
    drive(run, on: classifier) { points.append(run.point[0]) }
    expectClose(Array(points[0..<4]), [0.45, 0.6, 0.4875, 0.4875])
    // Halved at the end of the second iteration, and again after the third, of which the window was one.
    expectClose(Array(steps[0..<5]), [0.2, 0.2, 0.2, 0.1, 0.05])
    expectClose([run.bestPoint[0]], [0.45])
  }

  /// Windows of 20 iterations are 4, 3, 2, 1, … long; the step is halved when the loss rose in at most three quarters.
  @Test func aWindowOfThreeRisesInFourHalvesTheStepAndOneOfFourDoesNot() {
    for (rises, isHalved) in [(0, true), (2, true), (3, true), (4, false)] {
      var schedule = APGDSchedule(iterations: 20, step: 0.2)
      schedule.start(1)
      let ends = (1...4).map { schedule.reduces(rose: $0 <= rises, best: 1 + Double($0)) }
      #expect(ends == [false, false, false, isHalved], "\(rises) rises")
      #expect(schedule.step == (isHalved ? 0.1 : 0.2))
    }
  }

  /// A step that was kept is halved at the next checkpoint if the best loss has not grown since, whatever rose; at the
  /// first checkpoint, and after a halving, that alone is no reason.
  @Test func aBestLossThatStandsStillHalvesAStepThatWasKept() {
    var schedule = APGDSchedule(iterations: 20, step: 0.8)
    schedule.start(1)
    func window(_ count: Int, best: Double) -> Bool {
      (0..<count).map { _ in schedule.reduces(rose: true, best: best) }.last ?? false
    }
    #expect(!window(4, best: 1), "the first checkpoint")
    #expect(!window(3, best: 2), "it grew")
    #expect(window(2, best: 2), "it was kept and has not grown")
    #expect(!window(1, best: 2), "it was halved just before")
    #expect(window(1, best: 2))
    #expect(abs(schedule.step - 0.2) < 1e-7)
  }
}
