import Commands
import Engine
import Events
import Recipe
import Synchronization
import Tensors

/// What was written, in place of the program's streams.
final class Written: Sendable {
  private let texts = Mutex<(result: String, error: String)>(("", ""))
  var result: String { texts.withLock { $0.result } }
  var error: String { texts.withLock { $0.error } }

  /// Streams into here; the one of results closes after `capacity` writes.
  func output(canRedraw: Bool = false, capacity: Int = .max) -> Output {
    let left = Mutex(capacity)
    return Output(
      result: { [self] text in
        let isOpen = left.withLock { left in
          left -= 1
          return left >= 0
        }
        guard isOpen else { throw OutputClosed() }
        texts.withLock { $0.result += text }
      },
      error: { [self] text in texts.withLock { $0.error += text } }, canRedraw: canRedraw)
  }
}

/// A run of a few steps that trains nothing.
final class QuickWork: SessionWork {
  let description: SessionDescription
  /// The step that fails, if one does.
  private let failing: Int?

  init(steps: Int = 4, failing: Int? = nil) {
    description = started(steps: steps)
    self.failing = failing
  }

  func step(_ number: Int, settings: Settings, poll: () throws -> Void) throws -> Sample {
    try poll()
    if number == failing { throw TrainingFailure("step \(number): the loss is NaN; lower lr") }
    return sample(number)
  }

  func validate(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> Probe {
    try poll()
    return probe(step)
  }

  func keepAsBest(step: Int) {}

  func test(_ weights: KeptWeights, afterStep step: Int, settings: Settings, poll: () throws -> Void) throws
    -> Probe
  {
    try poll()
    return probe(step, .test, weights.measured)
  }

  func operate(
    _ operation: NetworkOperation, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> SurgeryReport { throw TrainingFailure("there is no network to operate on") }

  func checkQuickly(
    afterStep step: Int, settings: Settings, limits: QuickLimits, poll: () throws -> Void
  ) throws -> QuickCheck {
    throw TrainingFailure("there is no network to check")
  }

  func checkDeeply(
    afterStep step: Int, settings: Settings, limits: DeepLimits, poll: () throws -> Void
  ) throws -> DeepCheck {
    throw TrainingFailure("there is no network to check")
  }

  func findCauses(afterStep step: Int, settings: Settings, poll: () throws -> Void) throws -> CausesFound {
    throw TrainingFailure("there is no network to check")
  }

  func freeze(_ scope: AttackScope, afterStep step: Int, settings: Settings) throws -> FrozenAttack {
    throw TrainingFailure("there is no network to copy")
  }

  var written: (@Sendable (Result<CheckpointNote, FileError>) -> Void)?

  func save(
    _ kind: CheckpointKind, step: Int, settings: Settings, progress: SessionProgress?
  ) throws -> CheckpointNote? {
    // Those are written while training goes on.
    if kind == .auto || kind == .before { return nil }
    return CheckpointNote(step: step, kind: kind, path: "run/\(kind.rawValue).safetensors")
  }
}

func started(steps: Int = 4, constructed: Bool = true, folder: String = "run") -> SessionDescription {
  SessionDescription(
    preset: "quick", data: "mirage 16×16×1", constructed: constructed, model: "conv4", steps: steps, stepsPerEpoch: 2,
    threads: 1, folder: folder, settings: Settings())
}

func sample(_ step: Int, seconds: Double = 0.5) -> Sample {
  Sample(
    step: step, epoch: 0, loss: 1.25, cleanLoss: 0.5, adversarialLoss: 2, learningRate: 0.1, images: 128,
    seconds: seconds)
}

func probe(
  _ step: Int, _ split: Probe.Split = .validation, _ weights: Probe.Weights = .current, pgd10: Proportion? = nil
) -> Probe {
  Probe(
    step: step, split: split, weights: weights, clean: Proportion(correct: 90, n: 100),
    adversarial: Proportion(correct: 50, n: 100), attack: pgd10 == nil ? "PGD-10" : "FGSM", pgd10: pgd10, seconds: 1)
}
