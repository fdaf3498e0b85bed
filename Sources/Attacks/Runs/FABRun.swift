import Networks
import Tensors

/// Fast adaptive boundary attack on one image (Croce and Hein 2020), untargeted and targeted. docs/algorithms.md §5.
///
/// It walks along the decision boundary towards the image. The boundary to one class is linearized at the current
/// point; the current point and the image are both projected onto it, and the next point lies between the two
/// projections:
///
///     x₁ ← clip01((1 − α)(x₁ + η d₁) + α(x + η d₂)),   α = min(‖d₁‖/(‖d₁‖ + ‖d₂‖), 0.1),   η = 1.05
///
/// A misclassified point is recorded if it is the nearest so far; then the walk is pulled back: x₁ ← x + 0.9(x₁ − x).
package final class FABRun: AttackRun {
  private let problem: AttackProblem
  private let isTargeted: Bool
  private let iterations: Int
  private let restarts: Int
  private let attempts: Int

  private let memory: Storage
  private let walk, normal, adversarial: UnsafeMutablePointer<Float>
  /// Logit differences z_s − z_y at the current point, for the classes whose gradients are wanted.
  private var classes: [Int] = []
  private var differences: [Double] = []
  private var difference = 0.0
  private var smallestRatio = Double.infinity
  private var isChecking = false

  package private(set) var isDone = false
  package private(set) var tally = RunTally()
  /// The distance of the nearest misclassified point of this attempt; infinite if there is none.
  package private(set) var distance = Double.infinity
  private var foundInside = false

  /// A run on one image. With `targets`, it makes `restarts` starts for each of the first `targets` rivals; otherwise
  /// it linearizes the boundary to every rival in each iteration.
  package init(_ problem: AttackProblem, iterations: Int, restarts: Int, targets: Int? = nil) {
    self.problem = problem
    self.iterations = iterations
    self.restarts = restarts
    isTargeted = targets != nil
    attempts = restarts * (targets.map { min($0, problem.rivals.count) } ?? 1)
    let pixels = problem.pixels
    memory = Storage(count: 3 * pixels)
    walk = memory.pointer
    normal = walk + pixels
    adversarial = normal + pixels
    begin(0)
  }

  package var point: UnsafePointer<Float> { UnsafePointer(walk) }
  package var found: UnsafePointer<Float>? { foundInside ? UnsafePointer(adversarial) : nil }
  /// The nearest misclassified point of this attempt, inside ε or not; nil if there is none.
  package var nearest: UnsafePointer<Float>? { distance < .infinity ? UnsafePointer(adversarial) : nil }

  private func begin(_ attempt: Int) {
    tally.attempt = attempt
    tally.iteration = 0
    distance = .infinity
    if isTargeted {
      tally.target = problem.rivals[attempt / restarts]
      classes = [problem.rivals[attempt / restarts]]
    } else {
      classes = problem.rivals
    }
    if attempt % restarts == 0 {
      walk.update(from: problem.image, count: problem.pixels)
    } else {
      var random = problem.random(attempt)
      problem.setOnSphere(walk, radius: problem.epsilon / 2, &random)
    }
    isChecking = false
  }

  // MARK: looking

  package func see(_ logits: UnsafePointer<Float>) -> Int {
    tally.forwards += 1
    // A pass that checks the new point wants no gradient, even if the walk stays there. So all runs want gradients in
    // the same passes, and none is computed for nothing.
    if isChecking {
      isChecking = false
      if predictedClass(logits, classes: problem.classes) != problem.label { record() }
      if !isDone && tally.iteration == iterations { endAttempt() }
      return 0
    }
    differences = classes.map { Double(logits[$0]) - Double(logits[problem.label]) }
    smallestRatio = .infinity
    return classes.count
  }

  /// Keeps a misclassified point if it is the nearest, and pulls the walk back.
  private func record() {
    let here = problem.distance(walk)
    if here < distance {
      distance = here
      adversarial.update(from: walk, count: problem.pixels)
      if here <= Double(problem.epsilon) {
        foundInside = true
        if problem.leavesEarly {
          isDone = true
        }
      }
    }
    for i in 0..<problem.pixels { walk[i] = problem.image[i] + 0.9 * (walk[i] - problem.image[i]) }
  }

  private func endAttempt() {
    if tally.attempt + 1 < attempts && !foundInside { begin(tally.attempt + 1) } else { isDone = true }
  }

  package func setCotangent(_ number: Int, _ cotangent: UnsafeMutablePointer<Float>) {
    cotangent.update(repeating: 0, count: problem.classes)
    cotangent[classes[number]] = 1
    cotangent[problem.label] = -1
  }

  /// Keeps the gradient of the class whose linearized boundary is nearest: |df|/(‖w‖_q + 1e-12), q dual to the norm.
  package func take(_ number: Int, _ gradient: UnsafePointer<Float>) {
    tally.backwards += 1
    isChecking = true
    if classes.count > 1 {
      let ratio = abs(differences[number]) / (problem.dualLength(gradient) + 1e-12)
      guard ratio < smallestRatio else { return }
      smallestRatio = ratio
    }
    difference = differences[number]
    normal.update(from: gradient, count: problem.pixels)
  }

  // MARK: moving

  package func advance() {
    guard !isDone, isChecking else { return }
    tally.iteration += 1
    tally.iterations += 1
    let pixels = problem.pixels, image = problem.image
    let groups = (pixels + 3) / 4
    var slope = Four.zero, largest = Four.zero
    for group in 0..<groups {
      let w = Four(normal, group, of: pixels)
      slope += w * (Four(image, group, of: pixels) - Four(walk, group, of: pixels))
      largest.replace(with: w.magnitudes, where: w.magnitudes .> largest)
    }
    guard largest.max() > 0 else {
      tally.zeroGradient = true
      return
    }
    // At the current point w·x₁ − b is the logit difference itself; at the image it is w·(x − x₁) more.
    let near = BoxProjection(problem.norm, from: walk, normal: normal, gap: difference, count: pixels)
    let far = BoxProjection(problem.norm, from: image, normal: normal, gap: difference + slope.sum(), count: pixels)
    let a1 = max(near.length, 1e-8), a2 = max(far.length, 1e-8)
    let alpha = min(a1 / (a1 + a2), 0.1), eta = 1.05
    for group in 0..<groups {
      let here = Four(walk, group, of: pixels), there = Four(image, group, of: pixels)
      let w = Four(normal, group, of: pixels)
      let mixed = (1 - alpha) * (here + eta * near.move(here, w)) + alpha * (there + eta * far.move(there, w))
      mixed.clamped(lowerBound: .zero, upperBound: .one).store(walk, group, of: pixels)
    }
  }
}
