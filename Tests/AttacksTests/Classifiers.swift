import Attacks
import Networks
import Tensors
import TestSupport
import Testing

/// A classifier given by two functions of one image: the logits, and the gradient of a combination of them.
final class FunctionClassifier: Classifier {
  let classes: Int
  let input: Shape
  let laneCount = 1
  var stateDigest: UInt64 = 0
  private let lane: FunctionLane

  init(
    classes: Int, input: Shape, logits: @escaping ([Float]) -> [Double],
    gradient: @escaping (_ image: [Float], _ cotangent: [Double]) -> [Double]
  ) {
    self.classes = classes
    self.input = input
    lane = FunctionLane(classes, input.planarCount, logits, gradient)
  }

  func eachSeat(_ seats: Int, _ body: (any ClassifierLane, Int) -> Void) {
    for seat in 0..<seats { body(lane, seat) }
  }
}

private final class FunctionLane: ClassifierLane {
  private let classes: Int
  private let pixels: Int
  private let logits: ([Float]) -> [Double]
  private let gradient: ([Float], [Double]) -> [Double]
  private let results: Storage, cotangents: Storage, gradients: Storage
  private var images: [[Float]] = []

  init(
    _ classes: Int, _ pixels: Int, _ logits: @escaping ([Float]) -> [Double],
    _ gradient: @escaping ([Float], [Double]) -> [Double]
  ) {
    (self.classes, self.pixels, self.logits, self.gradient) = (classes, pixels, logits, gradient)
    // Lanes take 16 images, checks may ask for more at once.
    (results, cotangents, gradients) = (
      Storage(count: 1024 * classes), Storage(count: 1024 * classes), Storage(count: 1024 * pixels)
    )
  }

  var cotangent: UnsafeMutablePointer<Float> { cotangents.pointer }

  func forward(_ images: UnsafePointer<Float>, count: Int) -> UnsafePointer<Float> {
    self.images = (0..<count).map { row in (0..<pixels).map { images[row * pixels + $0] } }
    for (row, image) in self.images.enumerated() {
      for (k, value) in logits(image).enumerated() { results.pointer[row * classes + k] = Float(value) }
    }
    return UnsafePointer(results.pointer)
  }

  func backward() -> UnsafePointer<Float> {
    for (row, image) in images.enumerated() {
      let cotangent = (0..<classes).map { Double(cotangents.pointer[row * classes + $0]) }
      for (i, value) in gradient(image, cotangent).enumerated() { gradients.pointer[row * pixels + i] = Float(value) }
    }
    return UnsafePointer(gradients.pointer)
  }
}

/// z = A x + c.
func linearClassifier(_ a: [[Double]], _ c: [Double], input: Shape) -> FunctionClassifier {
  FunctionClassifier(classes: c.count, input: input) { x in
    zip(a, c).map { row, c in zip(row, x).reduce(c) { $0 + $1.0 * Double($1.1) } }
  } gradient: { x, u in
    x.indices.map { i in u.indices.reduce(0.0) { $0 + u[$1] * a[$1][i] } }
  }
}

/// The same logits everywhere: nothing breaks it, and no gradient shows a way.
func constantClassifier(_ logits: [Double], input: Shape) -> FunctionClassifier {
  linearClassifier(logits.map { _ in [Double](repeating: 0, count: input.planarCount) }, logits, input: input)
}

/// Drives one run alone to its end. `looking` hears of every point before the classifier does.
func drive(_ run: any AttackRun, on classifier: any Classifier, looking: () -> Void = {}) {
  classifier.eachSeat(1) { lane, _ in
    while !run.isDone {
      looking()
      let wanted = run.see(lane.forward(run.point, count: 1))
      for number in 0..<wanted {
        run.setCotangent(number, lane.cotangent)
        run.take(number, lane.backward())
      }
      run.advance()
    }
  }
}

/// A problem whose attempts start where the seed says, or all at `start`.
func problem(
  _ image: [Float], _ classifier: any Classifier, label: Int, rivals: [Int], norm: BallNorm, epsilon: Float,
  seed: UInt32 = 1, start: [Float]? = nil, leavesEarly: Bool = true
) -> AttackProblem {
  var problem = AttackProblem(
    image: lasting(image), shape: classifier.input, label: label, classes: classifier.classes, rivals: rivals,
    norm: norm, epsilon: epsilon
  ) { RandomStream(seed: seed, purpose: .test, attempt: UInt32($0)) }
  problem.start = start.map(lasting)
  problem.leavesEarly = leavesEarly
  return problem
}

/// A copy that lives as long as the test process: runs keep pointers to their images.
private func lasting(_ values: [Float]) -> UnsafePointer<Float> {
  let memory = UnsafeMutablePointer<Float>.allocate(capacity: values.count)
  memory.initialize(from: values, count: values.count)
  return UnsafePointer(memory)
}

/// What an attack makes of images; their memory lives as long as it needs them.
func perturbed(
  _ attack: any Attack, on network: Network, _ images: [Float], _ target: AttackTarget, examples: [Int]? = nil,
  seed: UInt32 = 0, step: Int = 0, mode: Mode = .eval, poll: () throws -> Void = {}
) throws -> [Float] {
  var adversarial = images
  try images.withUnsafeBufferPointer { images in
    let batch = AttackBatch(
      images: try #require(images.baseAddress),
      examples: examples ?? Array(0..<images.count / network.settings.input.planarCount), target: target, seed: seed,
      step: step, mode: mode)
    try attack.perturb(batch, on: network, into: &adversarial, poll: poll)
  }
  return adversarial
}

/// The logits of one image.
func logits(_ classifier: any Classifier, _ image: UnsafePointer<Float>) -> [Float] {
  var result: [Float] = []
  classifier.eachSeat(1) { lane, _ in
    let logits = lane.forward(image, count: 1)
    result = (0..<classifier.classes).map { logits[$0] }
  }
  return result
}

/// The elements behind a pointer.
func array(_ pointer: UnsafePointer<Float>, _ count: Int) -> [Float] {
  Array(UnsafeBufferPointer(start: pointer, count: count))
}

/// The points that a run looks at on a classifier whose logits never change. Cross-entropy rises along `directions`,
/// one for each gradient that is asked for, the last one from then on.
func lookedAt(
  _ spec: any EvaluationAttack, at image: [Float], norm: BallNorm, epsilon: Float, directions: [[Double]],
  start: [Float]? = nil
) -> [[Float]] {
  var asked = 0
  let classifier = FunctionClassifier(classes: 2, input: Shape(1, 1, image.count)) { _ in
    [1, 0]
  } gradient: { _, cotangent in
    defer { asked += 1 }
    // The cotangent of cross-entropy is positive for the other class.
    return directions[min(asked, directions.count - 1)].map { cotangent[1] * $0 }
  }
  let run = spec.makeRun(
    problem(image, classifier, label: 0, rivals: [1], norm: norm, epsilon: epsilon, start: start))
  var points: [[Float]] = []
  drive(run, on: classifier) { points.append(array(run.point, image.count)) }
  return points
}

/// Expects pixels to be those computed by hand.
func expectClose(_ got: [Float], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation) {
  let isClose = got.count == expected.count && zip(got, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 }
  #expect(isClose, "\(got), expected \(expected)", sourceLocation: sourceLocation)
}
