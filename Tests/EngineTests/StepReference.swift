import Datasets
import Events
import Foundation
import Networks
import Tensors
import Testing

/// A training run written out plainly from docs/algorithms.md §1, §2 and §13: one attack, one pass over clean and
/// adversarial rows together, one update. Losses are in double, their gradients are central differences, and the
/// optimizer works on the tensors of the file. Only the network's forward and backward passes are shared with the
/// product.
struct StepReference {
  /// What a run is asked for.
  struct Method {
    var objective = "mat"
    var gamma = 0.5
    var beta = 0.0
    var epsilon: Float = 0.1
    var step: Float = 0.04
    var iterations = 3
    /// How the attack's passes are normalized.
    var attackMode = Mode.eval
    /// Uniform in the ball, or at the image.
    var startsInTheBall = true
    var momentum: Float = 0.9
    var weightDecay: Float = 0.01
    var nesterov = false
    /// The learning rate of each step.
    var rates: [Float] = []
  }

  /// The means over a batch.
  struct Losses {
    var total = 0.0, clean = 0.0, adversarial = 0.0, divergence = 0.0
  }

  let method: Method
  private let seed: UInt32
  private let data: DataSplits
  private let network: Network
  private var order: EpochOrder
  private var velocity: [String: [Float]] = [:]

  /// From the weights in `file`.
  init(_ method: Method, seed: UInt32, data: DataSplits, batch: Int, width: Int, weights file: Safetensors) throws {
    self.method = method
    self.seed = seed
    self.data = data
    let images = data.train.images
    let settings = ModelSettings(
      name: "conv4", input: Shape(images.channels, images.height, images.width), classes: data.classNames.count,
      width: width)
    var given = settings
    (given.mean, given.deviation) = (data.mean, data.deviation)
    network = try #require(Network(given, pool: ThreadPool(threads: 1)))
    try network.load(file)
    order = EpochOrder(count: data.train.count, batch: batch, seed: seed)
  }

  private var classes: Int { network.classes }
  private var pixels: Int { network.settings.input.planarCount }

  /// The weights and running statistics now.
  var state: Safetensors { network.stateDictionary() }

  /// Runs step `number`, from 1, and returns its losses before the update.
  mutating func step(_ number: Int) throws -> Losses {
    let positions = order.batch(step: number), labels = positions.map { data.train.label($0) }
    let clean = Storage(count: positions.count * pixels)
    for (row, position) in positions.enumerated() {
      try data.train.copyImage(position, to: clean.pointer + row * pixels)
    }
    let images = Array(clean.buffer)
    let adversarial =
      method.objective == "standard"
      ? [] : attacked(images, labels, examples: positions.map { data.train.indices[$0] }, step: number)
    let rows = method.objective == "standard" ? images : method.objective == "at" ? adversarial : images + adversarial
    let count = rows.count / pixels
    let logits = network.forward(rows, count: count, mode: .train)
    let z = (0..<count * classes).map { Double(logits[$0]) }
    network.backward(slopes(z) { losses($0, labels).total }, wanted: .parameters)
    try update(rate: method.rates[number - 1])
    return losses(z, labels)
  }

  // MARK: attack

  /// PGD in ℓ∞: on KL from the clean prediction for TRADES, on cross-entropy for all others.
  private func attacked(_ images: [Float], _ labels: [Int], examples: [Int], step: Int) -> [Float] {
    let count = labels.count
    let target = network.evaluate(images, count: count).map(Double.init)
    var point = images
    if method.startsInTheBall {
      for image in 0..<count {
        var random = RandomStream(
          seed: seed, purpose: .attackStart, step: UInt32(step), example: UInt32(examples[image]))
        for i in image * pixels..<(image + 1) * pixels {
          point[i] = min(max(images[i] + random.uniform(-method.epsilon, method.epsilon), 0), 1)
        }
      }
    }
    for _ in 0..<method.iterations {
      let logits = network.forward(point, count: count, mode: method.attackMode)
      var cotangent = [Float](repeating: 0, count: count * classes)
      for image in 0..<count {
        let q = softmax((0..<classes).map { Double(logits[image * classes + $0]) })
        let p = softmax(Array(target[image * classes..<(image + 1) * classes]))
        for k in 0..<classes {
          let pull = method.objective == "trades" ? p[k] : k == labels[image] ? 1 : 0
          cotangent[image * classes + k] = Float(q[k] - pull)
        }
      }
      let gradient = network.backward(cotangent, wanted: .input)
      for i in point.indices {
        let moved = point[i] + (gradient[i] > 0 ? method.step : gradient[i] < 0 ? -method.step : 0)
        point[i] = min(max(min(max(moved, images[i] - method.epsilon), images[i] + method.epsilon), 0), 1)
      }
    }
    return point
  }

  // MARK: losses

  private func softmax(_ z: [Double]) -> [Double] {
    let largest = z.max() ?? 0, powers = z.map { exp($0 - largest) }, sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// The table of docs/algorithms.md §2. Clean rows come first where there are both.
  private func losses(_ z: [Double], _ labels: [Int]) -> Losses {
    let rows = (0..<z.count / classes).map { softmax(Array(z[$0 * classes..<($0 + 1) * classes])) }
    let count = Double(labels.count)
    var result = Losses(), mart = 0.0
    for (image, label) in labels.enumerated() {
      let p = rows[image], q = rows[rows.count - labels.count + image]
      let divergence = zip(p, q).reduce(0) { $0 + $1.0 * (log($1.0) - log($1.1)) }
      result.clean -= log(p[label]) / count
      result.adversarial -= log(q[label]) / count
      result.divergence += divergence / count
      let rival = q.indices.filter { $0 != label }.map { q[$0] }.max() ?? 0
      mart -= (log(q[label]) + log(1.0001 - rival)) / count
      mart += method.beta * divergence * (1 - p[label]) / count
    }
    switch method.objective {
    case "standard": result.total = result.clean
    case "at": result.total = result.adversarial
    case "trades": result.total = result.clean + method.beta * result.divergence
    case "mart": result.total = mart
    default:
      let mixed = method.gamma * result.clean + (1 - method.gamma) * result.adversarial
      result.total = mixed + method.beta * result.divergence
    }
    return result
  }

  private func slopes(_ z: [Double], _ value: ([Double]) -> Double) -> [Float] {
    let h = 1e-5
    return z.indices.map { index in
      var up = z, down = z
      up[index] += h
      down[index] -= h
      return Float((value(up) - value(down)) / (2 * h))
    }
  }

  // MARK: update

  /// v ← μv + g + wd·θ, θ ← θ − lr·v, with Nesterov θ ← θ − lr·(g + wd·θ + μv).
  private mutating func update(rate: Float) throws {
    var file = network.stateDictionary()
    for (name, tensor) in file.tensors.sorted(by: { $0.key < $1.key }) where !name.contains("running") {
      let theta = try file.floats(name), gradient = try #require(network.gradient(of: name))
      let decayed = zip(gradient, theta).map { $0 + method.weightDecay * $1 }
      let old = velocity[name] ?? theta.map { _ in 0 }
      let new = zip(old, decayed).map { method.momentum * $0 + $1 }
      velocity[name] = new
      let move = method.nesterov ? zip(decayed, new).map { $0 + method.momentum * $1 } : new
      file.add(name, shape: tensor.shape, floats: zip(theta, move).map { $0 - rate * $1 })
    }
    try network.load(file)
  }
}
