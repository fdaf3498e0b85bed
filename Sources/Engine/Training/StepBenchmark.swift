import Foundation
import Networks
import Recipe
import Tensors

/// The trainer's own MAT-Cat PGD-10 step, timed on images of mirage: what the speed of the product is judged by.
///
/// It includes everything that a step of `train` does: copying the batch, and the state that an error restores; attack,
/// forward, loss, backward, SGD; checking that loss, gradients and weights are finite; noting the passes for the
/// sentinel.
package struct StepBenchmark {
  /// One of the networks and sizes that are measured.
  package struct Configuration: Sendable, Hashable, CaseIterable {
    /// `a` to `f`.
    package let name: String
    /// The model in the catalogue.
    package let model: String
    package let width: Int
    /// Channels of an image.
    package let channels: Int
    /// Pixels of an image's side.
    package let size: Int
    /// Clean images per step.
    package let batch: Int
    /// Steps of PGD.
    package var attackSteps = 10
    /// What else the model needs, as `--set` does it.
    package var others: [String] = []

    /// PreAct ResNet-18 at full and quarter width, on color and gray images, the demo's network, and two of the
    /// networks that people bring: WRN-28-10, with two steps of PGD because it is so large, and PreAct ResNet-18 with
    /// SiLU.
    package static let allCases = [
      Configuration(name: "a", model: "preact-resnet18", width: 64, channels: 3, size: 32, batch: 8),
      Configuration(name: "b", model: "preact-resnet18", width: 16, channels: 3, size: 32, batch: 64),
      Configuration(name: "c", model: "preact-resnet18", width: 16, channels: 1, size: 28, batch: 128),
      Configuration(name: "d", model: "conv4", width: 16, channels: 1, size: 16, batch: 128),
      Configuration(
        name: "e", model: "wide-resnet", width: 16, channels: 3, size: 32, batch: 8, attackSteps: 2,
        others: ["depth=28", "widen=10"]),
      Configuration(
        name: "f", model: "preact-resnet18", width: 64, channels: 3, size: 32, batch: 8, others: ["activation=silu"]),
    ]

    /// The settings of a run that trains this network. Every batch is a full one: the training images, four fifths of
    /// `data.train`, are a multiple of it.
    fileprivate var settings: Settings {
      get throws {
        var settings = Settings()
        for assignment in [
          "data=mirage", "data.channels=\(channels)", "data.size=\(size)", "data.train=\(10 * batch)", "data.test=16",
          "validation.fraction=0.2", "model=\(model)", "width=\(width)", "batch=\(batch)", "steps=1000000",
          "objective=mat", "batching=cat", "attack=pgd", "attack.steps=\(attackSteps)", "eps=8/255",
          "attack.step=2/255", "lr=0.01", "schedule=constant",
        ] + others {
          try settings.apply(assignment: assignment)
        }
        return settings
      }
    }
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
    /// Timed steps.
    package var repeats: Int
    /// The whole step, with BN in eval mode during the attack.
    package var step: Double
    /// The whole step, with BN on batch statistics during the attack.
    package var stepTrainBN: Double
    /// Its attack: start, and a forward and a backward pass for each of its steps.
    package var attack: Double
    /// Its outer part: forward, loss, backward, SGD, and the checks that everything is finite.
    package var outer: Double
    /// One forward pass over the clean images in eval mode.
    package var forward: Double
    /// Clean images per second.
    package var imagesPerSecond: Double
    /// Arithmetic per second of the whole step, convolutions counted directly (10⁹).
    package var gigaflops: Double
    /// The peak memory of the process during this measurement (10⁶ bytes).
    package var peakMegabytes: Double
    /// What OpenBLAS reaches on this machine with a product of 1024×1024 matrices on one thread, 10⁹ per second.
    package var sgemmGigaflops: Double?
    /// `gigaflops` as a fraction of that on as many threads; above 1 because Winograd needs fewer operations than are
    /// counted.
    package var shareOfSgemm: Double?

    /// Sets what the machine's sgemm reaches on one thread, in 10⁹ per second.
    package mutating func compare(withSgemm gigaflopsOfOneThread: Double) {
      sgemmGigaflops = gigaflopsOfOneThread
      shareOfSgemm = gigaflops / (gigaflopsOfOneThread * Double(threads))
    }
  }

  /// How long a step and its parts took.
  private struct Time {
    var whole = 0.0
    var attack = 0.0
    var outer = 0.0
  }

  private let configuration: Configuration
  private let trainer: Trainer
  private let settings: Settings
  /// The same with BN on batch statistics during the attack.
  private let trainBN: Settings
  private let images: Storage

  /// A benchmark on mirage and the model's first weights.
  package init(_ configuration: Configuration, threads: Int) throws {
    Self.forgetPeak()
    self.configuration = configuration
    settings = try configuration.settings
    var trainBN = settings
    try trainBN.set(.attackMode, to: .batchWithoutTracking)
    self.trainBN = trainBN
    trainer = try Trainer(settings: settings, presetName: "bench", threads: threads, folder: nil)
    let pixels = trainer.network.settings.input.planarCount
    images = Storage(count: configuration.batch * pixels)
    for image in 0..<configuration.batch {
      try trainer.data.train.copyImage(image, to: images.pointer + image * pixels)
    }
  }

  /// Runs `repeats` steps after a warm-up and takes medians.
  package func run(repeats: Int) throws -> Result {
    var times: [Time] = [], trainBNTimes: [Time] = [], forwards: [Double] = []
    for round in -1..<repeats {
      let time = try step(2 * round + 3, settings)
      let forward = forward()
      let trainBNTime = try step(2 * round + 4, trainBN)
      // The first round warms up caches and memory.
      guard round >= 0 else { continue }
      times.append(time)
      forwards.append(forward)
      trainBNTimes.append(trainBNTime)
    }
    let step = median(times.map(\.whole))
    return Result(
      configuration: configuration.name, engine: "dualab", kernels: KernelVariant.current,
      threads: trainer.pool.threads, repeats: repeats, step: step, stepTrainBN: median(trainBNTimes.map(\.whole)),
      attack: median(times.map(\.attack)), outer: median(times.map(\.outer)), forward: median(forwards),
      imagesPerSecond: Double(configuration.batch) / step, gigaflops: flops / step / 1e9,
      peakMegabytes: Self.peakMegabytes)
  }

  /// Arithmetic of one step: the attack's forwards and input gradients, one forward, input and weight gradient of both
  /// halves.
  private var flops: Double {
    let network = trainer.network, images = Double(configuration.batch)
    return Double(configuration.attackSteps) * images * 2 * network.forwardFLOPs
      + 2 * images * (3 * network.forwardFLOPs - network.firstLayerFLOPs)
  }

  private func step(_ number: Int, _ settings: Settings) throws -> Time {
    // A run makes its plan when settings change, not in every step.
    _ = trainer.training.plan(for: settings)
    let start = ContinuousClock.now
    var last = start, time = Time()
    _ = try trainer.training.run(number, settings: settings, poll: {}) { part in
      let now = ContinuousClock.now, seconds = (now - last) / .seconds(1)
      last = now
      switch part {
      case .load: break
      case .craft: time.attack += seconds
      case .descend, .update: time.outer += seconds
      }
    }
    time.whole = seconds(since: start)
    return time
  }

  private func forward() -> Double {
    // The first image has the weights packed, which the step before changed.
    _ = trainer.network.evaluate(images.pointer, count: 1)
    let start = ContinuousClock.now
    _ = trainer.network.evaluate(images.pointer, count: configuration.batch)
    return seconds(since: start)
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// Resets `VmHWM` to the current memory of the process (proc(5)); without the right to do so it stays what it was.
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
