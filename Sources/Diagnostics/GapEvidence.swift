import Evaluation
import Events

/// Everything that is measured to explain a gap, as counts of images, and the rules that name causes. Pure.
/// docs/algorithms.md §11.4; docs/demo.md §5 and §8 say which of them responded to what.
package struct GapEvidence: Sendable, Hashable, Codable {
  /// Images of the probe.
  package var n: Int
  /// Classes of the network.
  package var classes: Int
  /// Correctly classified without attack.
  package var clean: Int
  /// Correctly classified under the attack as trained.
  package var survivors: Int
  /// Survivors that APGD-T (10 iterations, 3 targets) breaks; nil for fewer than four classes.
  package var targeted: Int?
  /// Survivors that CE-PGD with 20 steps of ε/16 breaks at any iterate.
  package var smallerStep: Int
  /// Survivors that CE-PGD inside ε/4 breaks at any iterate.
  package var smallerRadius: Int
  /// Survivors that Square (500 queries) breaks and no gradient attack here breaks.
  package var squareOnly: Int
  /// Survivors that any gradient attack here breaks.
  package var whiteBox: Int
  /// Correctly classified under PGD-10 with step ε/4.
  package var pgd10: Int
  /// Correctly classified under PGD-50 with step ε/4.
  package var pgd50: Int
  /// Correctly classified under PGD-10 and misclassified under PGD-50.
  package var onlyPGD50: Int
  /// Correctly classified under FGSM.
  package var fgsm: Int
  /// Correctly classified under FGSM and misclassified under PGD-10.
  package var onlyPGD10: Int
  /// Correctly classified without attack, and the margin between the two best classes has a gradient of exactly zero.
  package var zeroGradient: Int
  /// Correctly classified without attack, and the margin has a gradient but the cross-entropy has none (‖g‖ < 1e-10).
  package var saturated: Int
  /// Correctly classified under PGD-10 at twice the radius.
  package var doubleRadius: Int
  /// Correctly classified under PGD-10 at four times the radius.
  package var fourfoldRadius: Int
  /// Forward and backward passes of one image that this measurement took.
  package var passes: Int
  /// What traces and the loss between points show; nil where that was not measured.
  package var traces: TraceEvidence?

  package init(
    n: Int, classes: Int, clean: Int, survivors: Int, targeted: Int?, smallerStep: Int, smallerRadius: Int,
    squareOnly: Int, whiteBox: Int, pgd10: Int, pgd50: Int, onlyPGD50: Int, fgsm: Int, onlyPGD10: Int,
    zeroGradient: Int, saturated: Int, doubleRadius: Int, fourfoldRadius: Int, passes: Int, traces: TraceEvidence? = nil
  ) {
    self.n = n
    self.classes = classes
    self.clean = clean
    self.survivors = survivors
    self.targeted = targeted
    self.smallerStep = smallerStep
    self.smallerRadius = smallerRadius
    self.squareOnly = squareOnly
    self.whiteBox = whiteBox
    self.pgd10 = pgd10
    self.pgd50 = pgd50
    self.onlyPGD50 = onlyPGD50
    self.fgsm = fgsm
    self.onlyPGD10 = onlyPGD10
    self.zeroGradient = zeroGradient
    self.saturated = saturated
    self.doubleRadius = doubleRadius
    self.fourfoldRadius = fourfoldRadius
    self.passes = passes
    self.traces = traces
  }

  /// When a number is reported as a cause.
  package struct Rules: Sendable, Hashable, Codable {
    /// An attack must break more than this fraction of the images …
    package var drop = 0.15
    /// … with the interval's lower end above this.
    package var dropLower = 0.05
    /// Square, beyond the gradient attacks, more than this; so must what traces show …
    package var squareDrop = 0.03
    /// … with the interval's lower end above this.
    package var squareLower = 0.005
    /// Minimum fraction of the correctly classified images with gradients of exactly zero.
    package var zeroGradient = 0.02
    /// Minimum fraction of the correctly classified images with saturated logits.
    package var saturated = 0.05
    /// The loss must be farther from linear than this, in squared nats.
    package var linearityError = 0.01
    /// FGSM's accuracy must be more than this above PGD-10's.
    package var gulf = 0.25

    /// The usual rules.
    package init() {}
  }

  /// The causes that the rules name, in the order of their kinds.
  package func causes(_ rules: Rules = Rules()) -> [GapCause] {
    let pgd = share(survivors)
    var causes: [GapCause] = []
    func name(_ kind: GapCause.Kind, _ broken: Int?) {
      guard let broken, isDrop(broken, rules.drop, rules.dropLower) else { return }
      causes.append(GapCause(kind, before: pgd, value: share(survivors - broken), n: n))
    }
    name(.targeted, targeted)
    name(.smallerStep, smallerStep)
    name(.smallerRadius, smallerRadius)
    if share(pgd10 - pgd50) > rules.drop, isDrop(onlyPGD50, rules.drop, rules.dropLower) {
      causes.append(GapCause(.moreSteps, before: share(pgd10), value: share(pgd50), n: n))
    }
    if isDrop(squareOnly, rules.squareDrop, rules.squareLower) {
      let left = survivors - whiteBox
      causes.append(GapCause(.square, before: share(left), value: share(left - squareOnly), n: n))
    }
    // A single image of a small probe is no finding.
    for (kind, count, least) in [
      (GapCause.Kind.zeroGradient, zeroGradient, rules.zeroGradient), (.saturatedLogits, saturated, rules.saturated),
    ] where count >= 2 && Double(count) >= least * Double(clean) {
      causes.append(GapCause(kind, value: Double(count) / Double(clean), n: clean))
    }
    if ClopperPearson.interval(fourfoldRadius, of: n).lowerBound > 1 / Double(max(1, classes)) {
      causes.append(GapCause(.aboveChance, before: share(doubleRadius), value: share(fourfoldRadius), n: n))
    }
    if Self.isCatastrophic(fgsm: fgsm, pgd10: pgd10, onlyFGSM: onlyPGD10, n: n, rules) {
      causes.append(GapCause(.catastrophicOverfitting, before: share(fgsm), value: share(pgd10), n: n))
    }
    return causes + (traces.map { self.causes(of: $0, rules) } ?? [])
  }

  private func causes(of traces: TraceEvidence, _ rules: Rules) -> [GapCause] {
    var causes: [GapCause] = []
    for (kind, count) in [
      (GapCause.Kind.silentSuccess, traces.silent), (.incompleteOptimization, traces.incomplete),
    ] where isDrop(count, rules.squareDrop, rules.squareLower) {
      causes.append(GapCause(kind, value: share(count), n: n))
    }
    if traces.linearityError > rules.linearityError {
      causes.append(GapCause(.nonlinearLoss, value: traces.linearityError, n: n))
    }
    return causes
  }

  /// Whether accuracies of `n` images under FGSM and PGD-10 are those of catastrophic overfitting; `onlyFGSM` are
  /// correctly classified under FGSM alone. The gulf must be most of what FGSM left: that FGSM is weaker is no
  /// overfitting in itself.
  package static func isCatastrophic(
    fgsm: Int, pgd10: Int, onlyFGSM: Int, n: Int, _ rules: Rules = Rules()
  ) -> Bool {
    let gulf = Double(fgsm - pgd10) / Double(max(1, n)), lost = Double(onlyFGSM) / Double(max(1, n))
    return gulf > rules.gulf && 2 * pgd10 < fgsm && lost > rules.gulf
      && ClopperPearson.interval(onlyFGSM, of: n).lowerBound > rules.dropLower
  }

  private func share(_ count: Int) -> Double { n == 0 ? 0 : Double(count) / Double(n) }

  private func isDrop(_ count: Int, _ least: Double, _ lower: Double) -> Bool {
    share(count) > least && ClopperPearson.interval(count, of: n).lowerBound > lower
  }
}
