import Diagnostics
import Engine
import Events
import Recipe

/// A run as the tests want it: four steps, two an epoch, validated every second step.
func description(steps: Int = 4, stepsPerEpoch: Int = 2) -> SessionDescription {
  SessionDescription(
    preset: "scripted", data: "none", constructed: false, model: "none", steps: steps, stepsPerEpoch: stepsPerEpoch,
    threads: 1, folder: "", settings: Settings())
}

func settings(validationEvery every: Int = 2) throws -> Settings {
  var settings = Settings()
  try settings.set("validation.every", to: .integer(every))
  return settings
}

func sample(_ step: Int) -> Sample {
  Sample(step: step, epoch: 0, loss: 1, learningRate: 0.1, images: 8, seconds: 0.5)
}

func probe(_ step: Int, _ split: String = "validation", _ weights: String = "current", clean: Int, adversarial: Int)
  -> Probe
{
  Probe(
    step: step, split: split, weights: weights, clean: Proportion(correct: clean, n: 10),
    adversarial: Proportion(correct: adversarial, n: 10), attack: "PGD-10", seconds: 0.25)
}

/// A quick look at 128 images, 100 of them right under PGD, some of these broken by the tier.
func quickLook(_ step: Int, broken: Int, expectedDeep: Int = 1) -> SentinelLook {
  let reading = GapReading(step: step, tier: .quick, n: 128, survivors: 100, broken: broken)
  let share = Proportion(correct: 100, n: 128)
  return SentinelLook(
    probe: Probe(
      step: step, split: "probe", weights: "current", clean: share, adversarial: share, attack: "PGD-10",
      quick: reading, passes: 100, seconds: 0.1),
    expectedDeep: expectedDeep, passes: 100)
}

/// A deep look at 32 images, 25 of them right under PGD.
func deepLook(_ step: Int, broken: Int) -> DeepLook {
  DeepLook(
    reading: GapReading(step: step, tier: .deep, n: 32, survivors: 25, broken: broken), passes: 100, seconds: 0.1)
}

/// The report of an operation that changed nothing.
func report(_ step: Int, _ operation: NetworkOperation, _ settings: Settings) -> SurgeryReport {
  let half = Proportion(correct: 5, n: 10)
  return SurgeryReport(
    step: step, operation: operation == .convert ? "convert" : "recalibrate", from: "?", to: settings[.norm].rawValue,
    warnings: [], logitDrift: 0, largestLogitDrift: 0, cleanBefore: half, cleanAfter: half, adversarialBefore: half,
    adversarialAfter: half, attack: "PGD-10", seconds: 0.1)
}

/// An action in few words, for tables: `run 3 γ=0.5`, `state paused @2`, `journal @2 γ 0.5 → 0.1 (you)`.
func words(_ action: SessionAction) -> String {
  switch action {
  case .emit(.started): "started"
  case .emit(.state(let change)):
    "state \(change.state) @\(change.step)" + (change.reason.isEmpty ? "" : ": \(change.reason)")
  case .emit(.layers(let report)): "layers @\(report.step)"
  case .emit(.scatter(let report)): "scatter @\(report.step)"
  case .emit(.attackProgress(let note)): "attack \(note.phase.rawValue) @\(note.step)"
  case .emit(.sample(let sample)): "sample \(sample.step)"
  case .emit(.probe(let probe)): "probe \(probe.split) \(probe.weights) @\(probe.step)"
  case .emit(.alarm(let change)): "alarm @\(change.step) \(change.text)"
  case .emit(.journal(let entry)): "journal @\(entry.step) \(entry.text) (\(entry.cause))"
  case .emit(.checkpoint(let note)): "checkpoint \(note.kind) @\(note.step)"
  case .emit(.surgery(let report)): "surgery \(report.from) → \(report.to) @\(report.step)"
  case .emit(.summary): "summary"
  case .prepare: "prepare"
  case .runStep(let number, let settings): "run \(number) γ=\(settings.formatted(.gamma))"
  case .validate(let step, let settings): "validate @\(step) γ=\(settings.formatted(.gamma))"
  case .keepAsBest(let step): "keep @\(step)"
  case .test(let weights, let step, let settings): "test \(weights) @\(step) γ=\(settings.formatted(.gamma))"
  case .save(let kind, let step, let settings): "save \(kind) @\(step) γ=\(settings.formatted(.gamma))"
  case .operate(.convert, let step, let settings): "convert to \(settings[.norm].rawValue) @\(step)"
  case .operate(.recalibrate(let batches), let step, _): "recalibrate \(batches) @\(step)"
  case .look(let step, _): "look @\(step)"
  case .lookDeeper(let step, _): "look deeper @\(step)"
  case .findCauses(let step, _): "causes @\(step)"
  case .freeze(let scope, let step, _): "freeze \(scope) @\(step)"
  case .cancelAttack: "cancel attack"
  case .waitForCommand: "wait"
  case .end(let summary):
    "end \(summary.outcome) @\(summary.step), best \(summary.bestStep.map { "\($0)" } ?? "none"), \(summary.results.count) results"
  }
}

extension SessionAction {
  /// True for what the performer answers with a result.
  var isWork: Bool {
    switch self {
    case .prepare, .runStep, .validate, .test, .save, .operate, .look, .lookDeeper, .findCauses, .freeze: true
    case .emit, .keepAsBest, .cancelAttack, .waitForCommand, .end: false
    }
  }

  /// The result when all goes well, with a checkpoint file or without.
  func success(_ machine: SessionMachine, steps: Int = 4) -> SessionInput? {
    switch self {
    case .prepare: .prepared(description(steps: steps))
    case .runStep(let number, _): .stepDone(sample(number))
    case .validate(let step, _): .measured(probe(step, clean: 5, adversarial: step % 5))
    case .test(let weights, let step, _): .measured(probe(step, "test", weights.rawValue, clean: 5, adversarial: 4))
    case .save(let kind, let step, _): .saved(CheckpointNote(step: step, kind: kind.rawValue, path: "/\(kind)"))
    case .operate(let operation, let step, let settings): .operated(report(step, operation, settings))
    case .look(let step, _): .looked(quickLook(step, broken: 0))
    case .lookDeeper(let step, _): .lookedDeeper(deepLook(step, broken: 0))
    case .findCauses(let step, _): .foundCauses(CausesFound(step: step, causes: [], passes: 1))
    case .freeze: .frozen
    case .emit, .keepAsBest, .cancelAttack, .waitForCommand, .end: nil
    }
  }
}

extension SessionMachine {
  /// Handles the inputs one after the other and says what came of them, in words.
  mutating func play(_ inputs: SessionInput...) -> [String] { inputs.flatMap { handle($0) }.map(words) }

  /// Lets all work succeed until `stop` holds for an action; gives that action and everything said.
  mutating func succeed(from first: SessionAction, until stop: (SessionAction) -> Bool) -> (SessionAction, [String]) {
    var action = first, said: [String] = []
    while !stop(action), let input = action.success(self) {
      let actions = handle(input)
      said += actions.map(words)
      guard let next = actions.last else { break }
      action = next
    }
    return (action, said)
  }
}

let setGamma = Command.set(knob: "gamma", value: .number(0.1), cause: .you)
