import Attacks
import CAllocations
import Engine
import Events
import Networks
import Objectives
import Recipe
import Tensors

/// Counts the heap allocations of training steps, for a test: a separate program, because the count is that of a
/// process.
///
///     allocation-probe MODEL THREADS NORM             one line per phase: `attack 0`
///     allocation-probe step THREADS [NAME=VALUE ...]  the trainer's whole step: `step 0`
@main
struct AllocationProbe {
  static func main() {
    let arguments = CommandLine.arguments
    if arguments.count > 2, arguments[1] == "step", let threads = Int(arguments[2]) {
      do {
        let probe = try StepProbe(threads, Array(arguments.dropFirst(3)))
        return print("step \(try probe.most())")
      } catch {
        return print("failed \(error)")
      }
    }
    guard arguments.count == 4, let threads = Int(arguments[2]), let norm = NormKind(rawValue: arguments[3]),
      let probe = AllocationProbe(arguments[1], threads, norm)
    else { return print("usage: allocation-probe MODEL THREADS NORM") }
    // Proof that the counter counts: an array whose size the compiler does not know.
    allocations_start()
    let made = [Int](repeating: 1, count: threads + 4)
    let control = allocations_stop()
    print("control \(control + made.count - threads - 4)")
    // The first steps make the memory that later ones use again; after that no step may allocate.
    var most = [0, 0, 0]
    for round in 0..<8 {
      let counts = [probe.attack(round), probe.evaluation(), probe.outer()]
      if round >= 2 { most = zip(most, counts).map(max) }
    }
    print("attack \(most[0])\nevaluation \(most[1])\nouter \(most[2])")
  }

  private let network: Network
  private let images: Storage
  private let logits: Storage
  private let gradient: Storage
  private let examples = Array(0..<AllocationProbe.count)
  private let labels = (0..<AllocationProbe.count).map { $0 % 10 }
  private let objective = Settings().objective
  private static let count = 21

  private init?(_ model: String, _ threads: Int, _ norm: NormKind) {
    let input = Shape(3, 32, 32)
    var settings = ModelSettings(name: model, input: input, classes: 10, width: 8)
    settings.norm = norm
    guard let network = Network(settings, pool: ThreadPool(threads: threads)) else { return nil }
    network.initialize(seed: 1)
    self.network = network
    images = Storage(count: 2 * AllocationProbe.count * input.planarCount)
    logits = Storage(count: AllocationProbe.count * 10)
    gradient = Storage(count: 2 * AllocationProbe.count * 10)
    var random = RandomStream(seed: 1, purpose: .test)
    for index in 0..<images.count { images.pointer[index] = random.uniform() }
  }

  /// PGD in eval mode.
  private func attack(_ step: Int) -> Int {
    let pgd = PGD(epsilon: 8 / 255, stepSize: 2 / 255, steps: 3)
    allocations_start()
    let batch = AttackBatch(images: images.pointer, examples: examples, target: .labels(labels), seed: 1, step: step)
    try? pgd.perturb(batch, on: network, into: images.pointer + images.count / 2) {}
    return allocations_stop()
  }

  /// Logits in eval mode.
  private func evaluation() -> Int {
    allocations_start()
    network.evaluate(images.pointer, count: AllocationProbe.count, into: logits.pointer)
    return allocations_stop()
  }

  /// Forward, loss, backward and SGD on both halves, in train mode.
  private func outer() -> Int {
    allocations_start()
    let count = AllocationProbe.count
    let logits = network.forward(images.pointer, count: 2 * count, mode: .train, domains: .cleanFirst(count))
    gradient.clear()
    let loss = objective.evaluate(
      ObjectiveBatch(rows: .both, logits: logits, gradient: gradient.pointer, labels: labels, classes: 10))
    network.backward(gradient.pointer, wanted: .parameters)
    if loss.total.isFinite { SGD(learningRate: 0.01).step(network) }
    return allocations_stop()
  }
}
