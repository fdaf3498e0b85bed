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

func probe(
  _ step: Int, _ split: Probe.Split = .validation, _ weights: Probe.Weights = .current, clean: Int, adversarial: Int
) -> Probe {
  Probe(
    step: step, split: split, weights: weights, clean: Proportion(correct: clean, n: 10),
    adversarial: Proportion(correct: adversarial, n: 10), attack: "PGD-10", seconds: 0.25)
}

/// A quick check of 128 images, 100 of them correct under PGD, some of these broken by the tier.
func quickCheck(_ step: Int, broken: Int, expectedDeep: Int = 1) -> QuickCheck {
  let reading = GapReading(step: step, tier: .quick, n: 128, survivors: 100, broken: broken)
  let share = Proportion(correct: 100, n: 128)
  return QuickCheck(
    probe: Probe(
      step: step, split: .probe, weights: .current, clean: share, adversarial: share, attack: "PGD-10", quick: reading,
      passes: 100, seconds: 0.1),
    expectedDeep: expectedDeep, passes: 100)
}

/// A deep check of 32 images, 25 of them correct under PGD.
func deepCheck(_ step: Int, broken: Int) -> DeepCheck {
  DeepCheck(
    reading: GapReading(step: step, tier: .deep, n: 32, survivors: 25, broken: broken), passes: 100, seconds: 0.1)
}

/// An image of four pixels in two classes that the attack breaks.
func image(_ request: ImageRequest, step: Int) -> ImageReport {
  let stage = ImageReport.Stage(pixels: [0, 0.25, 0.5, 1], logits: [0, 1])
  return ImageReport(
    step: step, request: request, position: 3, count: 128, index: 17, label: 0, classes: ["a", "b"], channels: 1,
    height: 2, width: 2, attack: "PGD-10", norm: "linf", epsilon: 0.1, usualEpsilon: 0.1,
    stages: [stage, stage, stage],
    hasStart: true, passes: 23, seconds: 0.1)
}

/// The report of an operation on a BN network that changed no number.
func report(_ step: Int, _ operation: NetworkOperation, _ settings: Settings) -> SurgeryReport {
  let half = Proportion(correct: 5, n: 10)
  return SurgeryReport(
    step: step, operation: operation.kind, from: Settings()[.norm], to: settings[.norm], warnings: [], logitDrift: 0,
    largestLogitDrift: 0, cleanBefore: half, cleanAfter: half, adversarialBefore: half, adversarialAfter: half,
    attack: "PGD-10", seconds: 0.1)
}

// MARK: transcripts

/// What happens to a session.
enum Input {
  case begin
  case prepared(SessionDescription)
  case command(Command)
  case heard(FrozenReport)
  case result(WorkResult)

  static func stepDone(_ sample: Sample) -> Input { .result(.stepDone(sample)) }
  static func measured(_ probe: Probe) -> Input { .result(.measured(probe)) }
  static func saved(_ note: CheckpointNote?) -> Input { .result(.saved(note)) }
  static func operated(_ report: SurgeryReport) -> Input { .result(.operated(report)) }
  static func checked(_ check: QuickCheck) -> Input { .result(.checkedQuickly(check)) }
  static func checkedDeeply(_ check: DeepCheck) -> Input { .result(.checkedDeeply(check)) }
  static func foundCauses(_ found: CausesFound) -> Input { .result(.foundCauses(found)) }
  static let frozen = Input.result(.frozen)
  static let interrupted = Input.result(.interrupted)
  static func failed(_ reason: String) -> Input { .result(.failed(reason)) }
}

/// What a session has its performer do, one thing after the other.
enum Action: Equatable {
  case emit(Event)
  case prepare
  case work(Work)
  case wait
  case end(Summary)
  case cancelAttack

  init(_ next: Next) {
    self =
      switch next {
      case .work(let work): .work(work)
      case .wait: .wait
      case .end(let summary): .end(summary)
      }
  }

  /// True for what the performer answers with a result.
  var isWork: Bool {
    switch self {
    case .prepare, .work: true
    case .emit, .wait, .end, .cancelAttack: false
    }
  }

  /// The result when all goes well.
  func success(steps: Int = 4) -> Input? {
    switch self {
    case .prepare: .prepared(description(steps: steps))
    case .work(let work): .result(work.success)
    case .emit, .wait, .end, .cancelAttack: nil
    }
  }
}

extension Work {
  /// The result when all goes well, with a checkpoint file.
  var success: WorkResult {
    switch self {
    case .runStep(let number, _): .stepDone(sample(number))
    case .validate(let step, _): .measured(probe(step, clean: 5, adversarial: step % 5))
    case .keepAsBest: .keptAsBest
    case .test(let weights, let step, _): .measured(probe(step, .test, weights.measured, clean: 5, adversarial: 4))
    case .save(let kind, let step, _): .saved(CheckpointNote(step: step, kind: kind, path: "/\(kind)"))
    case .operate(let operation, let step, let settings): .operated(report(step, operation, settings))
    case .checkQuickly(let step, _, _): .checkedQuickly(quickCheck(step, broken: 0))
    case .checkDeeply(let step, _, _): .checkedDeeply(deepCheck(step, broken: 0))
    case .findCauses(let step, _): .foundCauses(CausesFound(step: step, causes: [], passes: 1))
    case .freeze: .frozen
    case .examine(let request, let step, _): .examined(image(request, step: step))
    }
  }
}

extension SessionMachine {
  /// Performs what an input leads to, as `TrainingEngine` does.
  mutating func answer(_ input: Input) -> [Action] {
    let wasCanceling = isCancelingAttack
    var actions = perform(input)
    if isCancelingAttack, !wasCanceling { actions.insert(.cancelAttack, at: 0) }
    return actions
  }

  private mutating func perform(_ input: Input) -> [Action] {
    switch input {
    case .begin: return begin().map(Action.emit) + (now == nil ? [.prepare] : [])
    case .prepared(let description): return actions(of: prepared(description))
    case .command(let command): return wakeIfWaiting(after: handle(command))
    case .heard(let report): return wakeIfWaiting(after: handle(report))
    case .result(.failed(let reason)) where now == nil:
      let (events, summary) = couldNotPrepare(reason)
      return events.map(Action.emit) + [.end(summary)]
    case .result(let result):
      if case .end = now { return handle(result).events.map(Action.emit) }
      return actions(of: handle(result))
    }
  }

  private mutating func wakeIfWaiting(after events: [Event]) -> [Action] {
    events.map(Action.emit) + (now == .wait ? actions(of: wake()) : [])
  }

  private func actions(of turn: Turn) -> [Action] { turn.events.map(Action.emit) + [Action(turn.next)] }

  /// Answers inputs one after the other and says what came of them, in words. The best weights are kept at once.
  mutating func play(_ inputs: Input...) -> [String] { inputs.flatMap { follow($0) }.map(words) }

  /// Answers an input, and keeps the best weights if that is what comes next.
  mutating func follow(_ input: Input) -> [Action] {
    let actions = answer(input)
    guard case .work(.keepAsBest)? = actions.last else { return actions }
    return actions + answer(.result(.keptAsBest))
  }

  /// Lets all work succeed until `stop` holds for an action; gives that action and everything said.
  mutating func succeed(from first: Action, until stop: (Action) -> Bool) -> (Action, [String]) {
    var action = first, said: [String] = []
    while !stop(action), let input = action.success() {
      let actions = answer(input)
      said += actions.map(words)
      guard let next = actions.last else { break }
      action = next
    }
    return (action, said)
  }

  /// Starts, and has everything succeed until an action begins with these words.
  mutating func run(until text: String) -> Action {
    let (action, _) = succeed(from: answer(.begin).last ?? .prepare) { words($0).hasPrefix(text) }
    precondition(words(action).hasPrefix(text), "never came to \(text)")
    return action
  }
}

/// An action in few words, for tables: `run 3 γ=0.5`, `state paused @2`, `journal @2 γ 0.5 → 0.1 (you)`.
func words(_ action: Action) -> String {
  switch action {
  case .emit(let event): words(event)
  case .prepare: "prepare"
  case .work(let work): words(work)
  case .wait: "wait"
  case .cancelAttack: "cancel attack"
  case .end(let summary):
    "end \(summary.outcome) @\(summary.step), best \(summary.bestStep.map { "\($0)" } ?? "none"), \(summary.results.count) results"
  }
}

private func words(_ event: Event) -> String {
  switch event {
  case .started: "started"
  case .state(let change): "state \(change.state) @\(change.step)" + (change.reason.isEmpty ? "" : ": \(change.reason)")
  case .layers(let report): "layers @\(report.step)"
  case .scatter(let report): "scatter @\(report.step)"
  case .attackProgress(let note): "attack \(note.phase) @\(note.step)"
  case .image(let report): "image \(report.position) @\(report.step)"
  case .sample(let sample): "sample \(sample.step)"
  case .probe(let probe): "probe \(probe.split) \(probe.weights) @\(probe.step)"
  case .alarm(let change):
    "alarm @\(change.step) gap \(change.from) → \(change.state)" + (change.reading.map { ": \($0.gap)" } ?? "")
  case .journal(let entry): "journal @\(entry.step) \(entry.text) (\(entry.cause))"
  case .checkpoint(let note): "checkpoint \(note.kind) @\(note.step)"
  case .surgery(let report): "surgery \(report.from.rawValue) → \(report.to.rawValue) @\(report.step)"
  case .summary: "summary"
  }
}

private func words(_ work: Work) -> String {
  switch work {
  case .runStep(let number, let settings): "run \(number) γ=\(settings.formatted(.gamma))"
  case .validate(let step, let settings): "validate @\(step) γ=\(settings.formatted(.gamma))"
  case .keepAsBest(let step): "keep @\(step)"
  case .test(let weights, let step, let settings): "test \(weights) @\(step) γ=\(settings.formatted(.gamma))"
  case .save(let kind, let step, let settings): "save \(kind) @\(step) γ=\(settings.formatted(.gamma))"
  case .operate(.convert, let step, let settings): "convert to \(settings[.norm].rawValue) @\(step)"
  case .operate(.recalibrate(let batches), let step, _): "recalibrate \(batches) @\(step)"
  case .checkQuickly(let step, _, _): "check @\(step)"
  case .checkDeeply(let step, _, _): "check deeply @\(step)"
  case .findCauses(let step, _): "causes @\(step)"
  case .freeze(let scope, let step, _): "freeze \(scope) @\(step)"
  case .examine(let request, let step, let settings):
    "examine \(request.choice) @\(step) γ=\(settings.formatted(.gamma))"
  }
}

let setGamma = Command.set(knob: "gamma", value: .number(0.1), cause: .you)
