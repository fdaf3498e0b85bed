import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// Steps of FAB by hand. docs/algorithms.md §5.
struct FABStepTests {
  /// Takes FAB through one iteration on one pixel: the logit difference and its slope where the walk is, then whether
  /// the next point is misclassified. Returns that point.
  private func iterate(_ run: FABRun, difference: Double, slope: Float, isBroken: Bool) -> Double {
    #expect(run.see([0, Float(difference)]) == 1)
    run.take(0, [slope])
    run.advance()
    let point = Double(run.point[0])
    #expect(run.see(isBroken ? [0, 1] : [1, 0]) == 0)
    run.advance()
    return point
  }

  /// One pixel at .5. The boundary is seen at distance d₁ from the walk and d₂ from the image, and the next point is
  /// (1 − α)(walk + 1.05·d₁) + α(image + 1.05·d₂), α = min(d₁/(d₁ + d₂), .1); a misclassified point is pulled back to
  /// nine tenths of its distance.
  @Test(arguments: BallNorm.allCases) func fabGoesBetweenTheTwoProjectionsAndBackFromABreak(norm: BallNorm) {
    let classifier = constantClassifier([1, 0], input: Shape(1, 1, 1))
    let run = FABTAttack(iterations: 9).makeRun(
      problem([0.5], classifier, label: 0, rivals: [1], norm: norm, epsilon: 0.01))
    // From the image itself both projections are one: .5 + 1.05·.2.
    #expect(abs(iterate(run, difference: -0.2, slope: 1, isBroken: false) - 0.71) < 1e-6)
    #expect(run.nearest == nil)
    // Boundary at .81: d₁ = .1, d₂ = .31, α = .1 and not .1/.41: .9·.815 + .1·.8255.
    #expect(abs(iterate(run, difference: -0.1, slope: 1, isBroken: true) - 0.81605) < 1e-6)
    #expect(abs(run.distance - 0.31605) < 1e-6)
    // Back at .5 + .9·.31605; the boundary .004/.2 = .02 further: α = .02/(.02 + .304445) = .061644.
    #expect(abs(Double(run.point[0]) - 0.784445) < 1e-6)
    let alpha = 0.02 / (0.02 + 0.304445), third = (1 - alpha) * (0.784445 + 0.021) + alpha * (0.5 + 1.05 * 0.304445)
    #expect(abs(iterate(run, difference: -0.004, slope: 0.2, isBroken: true) - third) < 1e-6)
    #expect(abs(run.distance - (third - 0.5)) < 1e-6)
    // On the far side of the boundary the walk comes back.
    let walk = 0.5 + 0.9 * (third - 0.5), back = 0.4 / 2
    let fourth = iterate(run, difference: 0.4, slope: 2, isBroken: true)
    let d2 = walk - back - 0.5, share = min(back / (back + abs(d2)), 0.1)
    #expect(abs(fourth - ((1 - share) * (walk - 1.05 * back) + share * (0.5 + 1.05 * d2))) < 1e-6)
    let nearest = fourth - 0.5
    #expect(abs(run.distance - nearest) < 1e-6, "this one is nearer")
    // A break that is further away is not kept.
    #expect(iterate(run, difference: -0.3, slope: 1, isBroken: true) > 0.5 + 2 * nearest)
    #expect(abs(run.distance - nearest) < 1e-6)
    #expect(run.found == nil, "ε is smaller than all of them")
  }

  /// Of several boundaries the one that is nearest in the attack's norm: |df|/‖w‖₁ for ℓ∞, |df|/‖w‖₂ for ℓ2.
  @Test func fabChoosesTheNearestBoundaryByTheDualNorm() {
    let classifier = constantClassifier([1, 0, 0], input: Shape(1, 2, 2)), image: [Float] = [0.5, 0.5, 0.5, 0.5]
    // ‖(1,1,1,1)‖₁ = 4 is more than ‖(3,0,0,0)‖₁ = 3, and ‖·‖₂ = 2 is less than 3.
    for (norm, expected) in [
      (BallNorm.linf, [1, 1, 1, 1].map { 0.5 + 1.05 * 0.3 / 4 * $0 }), (.l2, [0.605, 0.5, 0.5, 0.5]),
    ] {
      let run = FABAttack(iterations: 1).makeRun(
        problem(image, classifier, label: 0, rivals: [1, 2], norm: norm, epsilon: 0.01))
      #expect(run.see([0.3, 0, 0]) == 2)
      run.take(0, [1, 1, 1, 1])
      run.take(1, [3, 0, 0, 0])
      run.advance()
      expectClose(array(run.point, 4), expected)
    }
  }
}
