import Attacks
import Networks
import Tensors
import TestSupport

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

/// Drives one run alone to its end.
func drive(_ run: any AttackRun, on classifier: any Classifier) {
  classifier.eachSeat(1) { lane, _ in
    while !run.isDone {
      let wanted = run.see(lane.forward(run.point, count: 1))
      for number in 0..<wanted {
        run.setCotangent(number, lane.cotangent)
        run.take(number, lane.backward())
      }
      run.advance()
    }
  }
}

/// A problem whose attempts start where the seed says.
func problem(
  _ image: UnsafePointer<Float>, _ classifier: any Classifier, label: Int, rivals: [Int], norm: BallNorm,
  epsilon: Float,
  seed: UInt32 = 1
) -> AttackProblem {
  AttackProblem(
    image: image, shape: classifier.input, label: label, classes: classifier.classes, rivals: rivals, norm: norm,
    epsilon: epsilon
  ) { RandomStream(seed: seed, purpose: .test, attempt: UInt32($0)) }
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
