import Attacks
import CKernels
import Foundation
import Networks
import Objectives
import Recipe
import Tensors

/// The full MAT-Cat PGD-10 training step on random images, timed: what the speed of the product is judged by.
package struct StepBenchmark {
  /// One of the networks and sizes that are measured.
  package struct Configuration: Sendable, Hashable, CaseIterable {
    /// `a` to `d`.
    package let name: String
    /// The model in the catalogue.
    package let model: String
    /// Its width.
    package let width: Int
    /// An image.
    package let input: Shape
    /// Clean images a step.
    package let batch: Int

    /// PreAct ResNet-18 at full and quarter width, on colour and grey images, and the demo's network.
    package static let allCases = [
      Configuration(name: "a", model: "preact-resnet18", width: 64, input: Shape(3, 32, 32), batch: 8),
      Configuration(name: "b", model: "preact-resnet18", width: 16, input: Shape(3, 32, 32), batch: 64),
      Configuration(name: "c", model: "preact-resnet18", width: 16, input: Shape(1, 28, 28), batch: 128),
      Configuration(name: "d", model: "conv4", width: 16, input: Shape(1, 16, 16), batch: 128),
    ]
  }

  /// Medians over the repeats, in seconds unless said otherwise.
  package struct Result: Sendable, Codable {
    /// The configuration.
    package var configuration: String
    /// Who measured: `dualab`, or the peer's name and version.
    package var engine: String
    /// The kernels that ran.
    package var kernels: String
    /// Threads.
    package var threads: Int
    /// Steps that were timed.
    package var repeats: Int
    /// The whole step, with eval-mode BN in the attack.
    package var step: Double
    /// The whole step, with batch-moment BN in the attack.
    package var stepTrainBN: Double
    /// Its attack: start and ten forward and backward passes.
    package var attack: Double
    /// Its outer part: forward, loss, backward, SGD.
    package var outer: Double
    /// One forward pass over the clean images in eval mode.
    package var forward: Double
    /// Clean images a second.
    package var imagesPerSecond: Double
    /// Arithmetic a second of the whole step, convolutions counted directly (10⁹).
    package var gigaflops: Double
    /// The largest memory of the process while this was measured (10⁶ bytes).
    package var peakMegabytes: Double
    /// What OpenBLAS reaches on this machine with a product of 1024×1024 matrices on one thread, 10⁹ a second.
    package var sgemmGigaflops: Double?
    /// `gigaflops` as a share of that on as many threads; above 1 because Winograd needs fewer operations than are counted.
    package var shareOfSgemm: Double?

    /// Sets what the machine's sgemm reaches on one thread, in 10⁹ a second.
    package mutating func compare(withSgemm gigaflopsOfOneThread: Double) {
      sgemmGigaflops = gigaflopsOfOneThread
      shareOfSgemm = gigaflops / (gigaflopsOfOneThread * Double(threads))
    }
  }

  private let configuration: Configuration
  private let network: Network
  private let settings: Settings
  private let images: Storage
  private let gradient: Storage
  private let labels: [Int]
  private let threads: Int

  /// A benchmark with random images and the model's first weights.
  package init(_ configuration: Configuration, threads: Int) throws {
    Self.forgetPeak()
    self.configuration = configuration
    self.threads = threads
    let model = ModelSettings(
      name: configuration.model, input: configuration.input, classes: 10, width: configuration.width)
    guard let network = Network(model, pool: ThreadPool(threads: threads)) else {
      throw TrainingFailure("bench: no model '\(configuration.model)'")
    }
    network.initialise(seed: 0)
    self.network = network
    settings = Settings()
    let batch = configuration.batch
    images = Storage(count: 2 * batch * configuration.input.planarCount)
    gradient = Storage(count: 2 * batch * 10)
    var random = RandomStream(seed: 1, purpose: .test)
    for index in 0..<images.count / 2 { images.pointer[index] = random.uniform() }
    labels = (0..<batch).map { _ in Int(random.below(10)) }
  }

  /// Runs `repeats` steps after a warm-up and takes medians.
  package func run(repeats: Int) throws -> Result {
    let pgd = PGD(epsilon: 8 / 255, stepSize: 2 / 255)
    var attacks: [Double] = [], outers: [Double] = [], forwards: [Double] = [], trainModeAttacks: [Double] = []
    for round in -1..<repeats {
      let attack = try seconds { try craft(pgd, step: round + 1) }
      // Before the outer part, whose update makes the weights be transformed anew.
      let forward = seconds { _ = network.evaluate(images.pointer, count: configuration.batch) }
      let outer = seconds { outerStep() }
      let trainMode = seconds { craftWithBatchMoments(pgd) }
      // The first round warms caches and memory up.
      guard round >= 0 else { continue }
      attacks.append(attack)
      outers.append(outer)
      forwards.append(forward)
      trainModeAttacks.append(trainMode)
    }
    let step = median(zip(attacks, outers).map { $0 + $1 })
    return Result(
      configuration: configuration.name, engine: "dualab", kernels: KernelVariant.current, threads: threads,
      repeats: repeats, step: step, stepTrainBN: median(zip(trainModeAttacks, outers).map { $0 + $1 }),
      attack: median(attacks), outer: median(outers), forward: median(forwards),
      imagesPerSecond: Double(configuration.batch) / step, gigaflops: flops / step / 1e9,
      peakMegabytes: Self.peakMegabytes)
  }

  /// Arithmetic of one step: ten forwards and input gradients, one forward, input and weight gradient of both halves.
  private var flops: Double {
    let forward = network.forwardFLOPs, images = Double(configuration.batch)
    return 10 * images * 2 * forward + 2 * images * (3 * forward - network.firstLayerFLOPs)
  }

  private func craft(_ pgd: PGD, step: Int) throws {
    let batch = AttackBatch(
      images: images.pointer, examples: Array(labels.indices), target: .labels(labels), seed: 0, step: step)
    try pgd.perturb(batch, on: network, into: adversarial) {}
  }

  private var adversarial: UnsafeMutablePointer<Float> { images.pointer + images.count / 2 }

  /// The same iterations with batch moments in the passes, from the image itself.
  private func craftWithBatchMoments(_ pgd: PGD) {
    let count = configuration.batch, pixels = images.count / 2
    adversarial.update(from: images.pointer, count: pixels)
    for _ in 0..<pgd.steps {
      let logits = network.forward(adversarial, count: count, mode: .batch)
      gradient.clear()
      for image in 0..<count {
        _ = RowLosses.crossEntropy(
          logits + image * 10, classes: 10, label: labels[image], addingTo: gradient.pointer + image * 10)
      }
      let g = network.backward(gradient.pointer, wanted: .input)
      dl_linf_step(adversarial, images.pointer, g, pixels, pgd.stepSize, pgd.epsilon)
    }
  }

  private func outerStep() {
    let logits = network.forward(images.pointer, count: 2 * configuration.batch, mode: .train)
    gradient.clear()
    _ = settings.objective.evaluate(
      ObjectiveBatch(rows: .both, logits: logits, gradient: gradient.pointer, labels: labels, classes: 10))
    network.backward(gradient.pointer, wanted: .parameters)
    SGD(learningRate: 0.01).step(network)
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let duration = try clock.measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  private func median(_ values: [Double]) -> Double { values.median ?? 0 }

  /// Sets `VmHWM` back to what the process takes now (proc(5)); without the right to do so it stays what it was.
  private static func forgetPeak() {
    try? FileHandle(forWritingAtPath: "/proc/self/clear_refs")?.write(contentsOf: Data("5".utf8))
  }

  /// `VmHWM` of this process.
  private static var peakMegabytes: Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").compactMap { Double($0) }.first ?? 0) * 1024 / 1e6
  }
}
