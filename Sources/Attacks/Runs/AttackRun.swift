import Tensors

/// An attack on one image, as a machine that looks at one point after another.
///
/// A pass over the classifier calls `see` with the logits at `point`; then, as often as `see` asked for, `setCotangent`
/// and `take` with the gradient of that combination of logits; then `advance`, which moves `point` or ends the run. A
/// run does not depend on other images, so runs can be packed into lanes in any way.
package protocol AttackRun: AnyObject {
  /// Where it looks next, [C][H][W].
  var point: UnsafePointer<Float> { get }
  /// Takes the logits at `point`; returns how many gradients it wants there.
  func see(_ logits: UnsafePointer<Float>) -> Int
  /// Writes the cotangent [classes] of gradient `number`.
  func setCotangent(_ number: Int, _ cotangent: UnsafeMutablePointer<Float>)
  /// Takes gradient `number` with respect to the pixels.
  func take(_ number: Int, _ gradient: UnsafePointer<Float>)
  /// Moves on after everything wanted was taken.
  func advance()
  /// Nothing more to look at.
  var isDone: Bool { get }
  /// The point that broke the image; nil as long as there is none.
  var found: UnsafePointer<Float>? { get }
  /// What it has cost, and how far it is.
  var tally: RunTally { get }
}

/// How far a run is and what it has cost.
package struct RunTally {
  /// Iterations in all attempts.
  package var iterations = 0
  /// Forward passes.
  package var forwards = 0
  /// Backward passes.
  package var backwards = 0
  /// The start or target, from 0.
  package var attempt = 0
  /// The iteration within the attempt.
  package var iteration = 0
  /// The class aimed at.
  package var target: Int?
  /// Iterations that were left out because they would repeat earlier ones.
  package var skipped = 0
  /// A gradient was exactly zero where it must not be.
  package var zeroGradient = false

  package init() {}
}

/// What a run is told about the image it attacks.
package struct AttackProblem {
  /// The clean image [C][H][W].
  package let image: UnsafePointer<Float>
  /// Its size.
  package let shape: Shape
  /// Its class.
  package let label: Int
  /// Classes of the model.
  package let classes: Int
  /// The other classes by their logits at the clean image, largest first: the order of targets.
  package internal(set) var rivals: [Int]
  /// Norm of the ball.
  package let norm: BallNorm
  /// ε.
  package let epsilon: Float
  /// Random numbers of an attempt.
  package let random: @Sendable (_ attempt: Int) -> RandomStream
  /// End at the first success; otherwise continue as the reference does. Never changes a verdict.
  package var leavesEarly = true
  /// A point to start the attempts from, instead of random ones.
  package var start: UnsafePointer<Float>?

  package init(
    image: UnsafePointer<Float>, shape: Shape, label: Int, classes: Int, rivals: [Int], norm: BallNorm, epsilon: Float,
    random: @escaping @Sendable (_ attempt: Int) -> RandomStream
  ) {
    self.image = image
    self.shape = shape
    self.label = label
    self.classes = classes
    self.rivals = rivals
    self.norm = norm
    self.epsilon = epsilon
    self.random = random
  }

  /// Floats of the image.
  var pixels: Int { shape.planarCount }

  /// The classes other than `label`, by descending logit, the lowest of equals first.
  package static func rivals(_ logits: UnsafePointer<Float>, classes: Int, label: Int) -> [Int] {
    (0..<classes).filter { $0 != label }.sorted { logits[$0] == logits[$1] ? $0 < $1 : logits[$0] > logits[$1] }
  }

  /// ‖point − image‖ in the problem's norm.
  package func distance(_ point: UnsafePointer<Float>) -> Double { norm.distance(point, image, pixels) }

  /// clip01(image + radius·u/‖u‖), u uniform in [−1, 1] (ℓ∞: one coordinate lies on the sphere) or normal (ℓ2).
  func setOnSphere(_ point: UnsafeMutablePointer<Float>, radius: Float, _ random: inout RandomStream) {
    var length: Double
    switch norm {
    case .linf:
      var largest: Float = 0
      for i in 0..<pixels {
        point[i] = random.uniform(-1, 1)
        largest = max(largest, abs(point[i]))
      }
      length = Double(largest)
    case .l2:
      for i in 0..<pixels { point[i] = random.normal() }
      length = norm2(point, pixels)
    }
    length += 1e-12
    let factor = Float(Double(radius) / length)
    for i in 0..<pixels { point[i] = clip01(image[i] + factor * point[i]) }
  }
}
