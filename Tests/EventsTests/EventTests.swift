import Events
import Foundation
import Readout
import Recipe
import Spelling
import Testing

private let quick = GapReading(step: 50, tier: .quick, n: 128, survivors: 80, broken: 51, interval: 0.31...0.49)
private let deep = GapReading(step: 50, tier: .deep, n: 32, survivors: 21, broken: 21, interval: 0.47...0.82)

private let surgery: SurgeryReport = {
  let before = Proportion(correct: 64, n: 128), after = Proportion(correct: 60, n: 128), norm = Settings()[.norm]
  return SurgeryReport(
    step: 50, operation: .recalibrate, from: norm, to: norm, warnings: ["one", "two"], logitDrift: 0.0625,
    largestLogitDrift: 0.5, cleanBefore: before, cleanAfter: after, adversarialBefore: before, adversarialAfter: after,
    attack: "PGD-10", seconds: 1)
}()

private let events: [Event] = {
  var settings = Settings()
  try? settings.set("eps", parsing: "8/255")
  try? settings.set("data.dir", parsing: "/a \"b\" γ")
  let half = Proportion(correct: 64, n: 128)
  return [
    .started(
      SessionDescription(
        preset: "kl-cure", data: "mirage", constructed: true, model: "conv4", steps: 400, stepsPerEpoch: 29, threads: 2,
        folder: "runs/x", settings: settings)),
    .layers(
      LayerReport(
        step: 50, strong: "AutoAttack", n: 32, broken: 30, batchRows: 128,
        layers: [
          LayerReport.Layer(
            name: "body.1", distances: LayerReport.Distances(cleanPGD: 0.5, cleanStrong: 0.25, pgdStrong: 1)),
          LayerReport.Layer(
            name: "body.4", distances: LayerReport.Distances(cleanPGD: 2, cleanStrong: 1, pgdStrong: 0.125),
            drift: LayerReport.Drift(clean: 0.5, adversarial: nil),
            posterior: LayerReport.Posterior(clean: 0.9, adversarial: 0.1, routing: 0.95, decided: 0.5)),
        ], first: LayerReport.Reference(step: 25, cleanPGD: 0.4))),
    .scatter(
      ScatterReport(
        step: 50, strong: "quick",
        layers: [
          ScatterReport.Layer(
            name: "body.1", explained: [0.6, 0.1], clean: [ScatterReport.Point(0.1, -2)],
            pgd: [ScatterReport.Point(1.5, 1e-7)], strong: [],
            axes: ScatterReport.Axes(left: -2, right: 2, bottom: -3, top: 3), fittedAt: 25)
        ])),
    .attackProgress(AttackProgressNote(step: 50, scope: .full, phase: .forecast, n: 128, secondsLeft: 4.5)),
    .image(
      ImageReport(
        step: 50, request: ImageRequest(.nextBroken(after: 2), epsilon: 0.5), position: 3, count: 128, index: 17,
        label: 0, classes: ["a", "b"], channels: 1, height: 1, width: 2, attack: "PGD-10", norm: "linf", epsilon: 0.5,
        usualEpsilon: 0.25, stages: [ImageReport.Stage(pixels: [0, 0.75], logits: [1, -2.5])], hasStart: true,
        passes: 23, seconds: 0.5)),
    .attackProgress(
      AttackProgressNote(
        step: 50, scope: .quick, phase: .running, n: 128, correct: 120, broken: 30,
        tallies: [AttackProgressNote.Tally(attack: "APGD-CE", attacked: 60, total: 120, broken: 30)], iteration: 7,
        iterations: 100, seconds: 0.5, secondsLeft: 3)),
    .state(StateChange(step: 3, state: .paused)), .state(StateChange(step: 3, state: .failed, reason: "loss is NaN")),
    .sample(Sample(step: 1, epoch: 0, loss: 2.25, learningRate: 0.1, images: 128, seconds: 0.04)),
    .sample(
      Sample(
        step: 2, epoch: 1, loss: 1, cleanLoss: 0.1, adversarialLoss: 1.0 / 3, kl: 1e-9, cleanAccuracy: half,
        adversarialAccuracy: Proportion(correct: 0, n: 0), learningRate: 5e-4, images: 1, seconds: 0)),
    .probe(
      Probe(
        step: 25, split: .validation, weights: .current, clean: half, adversarial: half, attack: "PGD-10", seconds: 1)
    ),
    .probe(
      Probe(
        step: 400, split: .test, weights: .best, clean: half, adversarial: half, attack: "FGSM", pgd10: half,
        seconds: 1.5)),
    .probe(
      Probe(
        step: 50, split: .validation, weights: .current, clean: half, adversarial: half, attack: "PGD-10",
        quick: quick, deep: deep, gapState: .watch, passes: 5000, seconds: 1)),
    .alarm(
      GapChange(
        step: 50, from: .watch, state: .alarm, reading: quick,
        disagreement: TierDisagreement(kinder: quick, harsher: deep),
        causes: GapCause.Kind.allCases.map { GapCause($0, before: 0.66, value: 0.24, n: 128) })),
    .alarm(GapChange(step: 75, from: .alarm, state: .acknowledged)),
    .attackProgress(
      AttackProgressNote(step: 50, scope: .full, phase: .failed, n: 128, correct: 120, reason: "no gradient")),
    .journal(JournalEntry(step: 7, cause: .tour, .remark("here it waits"))),
    .journal(
      JournalEntry(
        step: 7, cause: .you,
        .changed(SettingChange(knob: "gamma", old: .number(0.5), new: .number(0.1), effect: .nextStep)))),
    .surgery(surgery),
    .checkpoint(CheckpointNote(step: 400, kind: .last, path: "runs/x/last.safetensors")),
    .summary(Summary(step: 400, outcome: .finished, results: [], bestStep: nil, seconds: 12)),
    .summary(
      Summary(
        step: 400, outcome: .stopped, reason: "by you",
        results: [
          Probe(step: 400, split: .test, weights: .last, clean: half, adversarial: half, attack: "PGD-10", seconds: 2)
        ], bestStep: 375, seconds: 12.5)),
  ]
}()

@Suite struct EventTests {
  @Test(arguments: events) func `an event comes back from JSON as it was`(event: Event) throws {
    #expect(try JSONDecoder().decode(Event.self, from: JSONEncoder().encode(event)) == event)
    #expect(try JSONDecoder().decode(Event.self, from: Data(event.jsonLine().utf8)) == event)
  }

  @Test(arguments: events) func `an event is one flat line that begins with its name`(event: Event) throws {
    let line = try event.jsonLine()
    #expect(line.hasPrefix("{\"event\":\"\(event.name)\",\"") && !line.contains("\n") && !line.contains("\\/"))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["event"] as? String == event.name)
    #expect(object["step"] is Int || event.name == "started")
    #expect(object[event.name] as? [String: Any] == nil)
    let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(event)) as? NSDictionary
    #expect(encoded == object as NSDictionary)
  }

  @Test func `every kind of event is among those tested`() {
    #expect(
      Set(events.map(\.name)) == [
        "layers", "scatter", "attackProgress", "image",
        "started", "state", "sample", "probe", "alarm", "journal", "checkpoint", "surgery", "summary",
      ])
  }

  @Test func `a sample is written like this`() throws {
    let sample = Event.sample(
      Sample(
        step: 12, epoch: 0, loss: 1.5, cleanAccuracy: Proportion(correct: 3, n: 4), learningRate: 0.25, images: 128,
        seconds: 0.5))
    #expect(
      try sample.jsonLine()
        == #"{"event":"sample","cleanAccuracy":{"correct":3,"n":4},"epoch":0,"images":128,"learningRate":0.25,"loss":1.5,"seconds":0.5,"step":12}"#
    )
  }

  @Test func `a reading has the accuracies it lies between`() {
    #expect(quick.accuracy == Proportion(correct: 29, n: 128) && quick.pgd == Proportion(correct: 80, n: 128))
    #expect(quick.gap == 51.0 / 128)
  }

  @Test func `an unknown event or setting does not decode`() {
    for text in [
      #"{"event":"banana","step":1}"#, #"{"step":1}"#, #"{"event":"sample","step":1}"#, "[]",
    ] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(Event.self, from: Data(text.utf8)) }
    }
    #expect(throws: SettingError.self) { try JSONDecoder().decode(Settings.self, from: Data(#"{"gama":1}"#.utf8)) }
    #expect(throws: SettingError.self) { try JSONDecoder().decode(Settings.self, from: Data(#"{"gamma":2}"#.utf8)) }
  }

  @Test func `distances sum over layers, points are pairs, and an attack's accuracy falls as it breaks`() throws {
    for event in events {
      switch event {
      case .layers(let report):
        #expect(report.total == LayerReport.Distances(cleanPGD: 2.5, cleanStrong: 1.25, pgdStrong: 1.125))
      case .scatter: #expect(try event.jsonLine().contains(#""clean":[[0.1,-2]]"#))
      case .attackProgress(let note) where note.phase == .forecast: #expect(note.accuracy == nil)
      case .attackProgress(let note) where note.phase == .failed: #expect(note.accuracy?.correct == 120)
      case .attackProgress(let note): #expect(note.accuracy == Proportion(correct: 90, n: 128))
      default: break
      }
    }
  }

  @Test func `a number that is none cannot be written`() {
    let sample = Event.sample(Sample(step: 1, epoch: 0, loss: .nan, learningRate: 0.1, images: 1, seconds: 0))
    #expect(throws: EncodingError.self) { try sample.jsonLine() }
  }

  @Test(arguments: [
    Command.pause, .resume, .step, .finish, .stop, .acknowledge, .attack(.quick), .attack(.full), .cancelAttack,
    .examine(ImageRequest(.at(3))), .examine(ImageRequest(.nextMisclassified(after: 1), epsilon: 0.25)),
    .checkpoint, .set(knob: "gamma", value: .number(0.25), cause: .you),
    .set(knob: "attack.steps", value: .integer(7), cause: .preset),
    .set(knob: "nesterov", value: .flag(false), cause: .engine),
    .set(knob: "objective", value: .text("at"), cause: .signal),
  ]) func `a command comes back from JSON as it was`(command: Command) throws {
    #expect(try JSONDecoder().decode(Command.self, from: JSONEncoder().encode(command)) == command)
  }
}

@Suite struct ProportionTests {
  /// Numbers by the closed form, computed with another implementation (50 digits, Python's decimal).
  @Test(arguments: [
    (0, 10, 0.0, 0.277_532_799_862_889), (10, 10, 0.722_467_200_137_111, 1.0),
    (5, 10, 0.236_593_090_512_564, 0.763_406_909_487_436), (1, 1, 0.206_549_314_377_237, 1),
    (84, 128, 0.570_496_277_845_651, 0.732_898_423_318_877), (0, 200, 0, 0.018_845_326_377_266_7),
    (9_800, 10_000, 0.977_066_073_239_287, 0.982_565_288_324_863),
  ]) func `the Wilson interval has its known ends`(correct: Int, n: Int, low: Double, high: Double) {
    let interval = Proportion(correct: correct, n: n).interval
    #expect(abs(interval.lowerBound - low) < 1e-9, "\(interval)")
    #expect(abs(interval.upperBound - high) < 1e-9, "\(interval)")
  }

  @Test func `it holds the share, lies in 0 … 1 and mirrors`() {
    for n in 1...60 {
      for correct in 0...n {
        let proportion = Proportion(correct: correct, n: n), mirror = Proportion(correct: n - correct, n: n).interval
        let interval = proportion.interval
        #expect(interval.lowerBound >= 0 && interval.upperBound <= 1)
        #expect(interval.lowerBound <= proportion.value + 1e-12 && proportion.value <= interval.upperBound + 1e-12)
        #expect(abs(interval.lowerBound + mirror.upperBound - 1) < 1e-12)
      }
    }
  }

  @Test func `nothing measured says nothing`() {
    let nothing = Proportion(correct: 0, n: 0)
    #expect(nothing.value == 0 && nothing.interval == 0...1)
  }
}
