import Events
import Lab
import Panes
import Plotting
import Recipe
import Testing

/// The lab while another program trains and only its checkpoints are measured.
@Suite struct WatchingTests {
  private static func reading(_ step: Int, _ tier: GapTier, _ broken: Int, n: Int) -> GapReading {
    GapReading(
      step: step, tier: tier, n: n, survivors: n / 2, broken: broken,
      interval: max(0, Double(broken) / Double(n) - 0.1)...min(1, Double(broken) / Double(n) + 0.1))
  }

  private static func events(of step: Int, gap: Int) -> [Event] {
    var quick = Probe(
      step: step, split: .test, weights: .current, clean: Proportion(correct: 50, n: 64),
      adversarial: Proportion(correct: 30, n: 64), attack: "PGD-10", quick: reading(step, .quick, gap, n: 64),
      gapState: .calm, seconds: 1)
    quick.fgsm = Proportion(correct: 40, n: 64)
    return [
      .state(StateChange(step: step, state: .measuring)), .probe(quick),
      .checkpoint(
        CheckpointNote(
          step: step, kind: .found, path: "ckpts/epoch_\(step).pt",
          found: FoundFile(size: 10, modified: 1, stepFrom: .epoch, epoch: step, weights: "0"))),
    ]
  }

  /// A lab that watches, with checkpoints of epochs 1, 4 and 2 in this order of arrival.
  private func watching(_ others: [Event] = []) -> Lab {
    var description = Script.description
    (description.steps, description.stepsPerEpoch, description.preset) = (0, 0, "ckpts")
    (description.data, description.constructed) = ("images.npz, 64 images of 1×28×28", false)
    description.watches = "ckpts"
    var lab = Lab()
    let first = others + [.state(StateChange(step: 0, state: .waiting))]
    for event in [.started(description)] + first + [1, 4, 2].flatMap({ Self.events(of: $0, gap: 2) }) {
      _ = lab.handle(event)
    }
    return lab
  }

  private static let alarm = Event.alarm(
    GapChange(step: 1, from: .watch, state: .alarm, reading: reading(1, .deep, 16, n: 32)))

  @Test func itShowsWhatIsMeasuredAndNothingOfATraining() {
    var lab = watching()
    let frame = lab.frame(160, 48)
    for words in [
      "watching ckpts", "step 4 · ε 16/255", "◐ measuring", "FGSM", "2 Accuracy", "3 Gap", "4 Distributions",
      "epoch_4.pt",
    ] {
      #expect(frame.contains(words), "\(words)")
    }
    for words in ["╮ 1 Loss", "─ 1 Loss", "─ 5 Controls", "ETA", "2/0", "epoch 1", "γ"] {
      #expect(!frame.contains(words), "\(words)")
    }
    #expect(lab.describe().hasPrefix("dualab: watching ckpts on images.npz, 64 images of 1×28×28. Measuring"))
    for (width, height) in [(80, 24), (40, 12), (0, 0)] { _ = lab.frame(width, height) }
  }

  @Test(arguments: [Key.character(" "), .character("."), .character("A")])
  func keysOfATrainingAreRefusedWithAWord(_ key: Key) {
    var lab = watching()
    #expect(lab.handle(key) == [])
    #expect(lab.frame(160, 48).contains("another program trains; dualab only watches its checkpoints"))
  }

  @Test(arguments: ["pause", "set gamma 0.1", "attack full", "checkpoint", "finish", "recalibrate 5"])
  func commandsOfATrainingAreRefusedWithAWord(_ line: String) {
    var lab = watching()
    lab.press(.character(":"))
    for character in line { lab.press(.character(character)) }
    #expect(lab.handle(.enter) == [])
    #expect(lab.frame(160, 48).contains("another program trains"))
  }

  @Test func theAlarmRingsOnceAndIsAcknowledged() {
    var lab = watching()
    let actions = lab.handle(Self.alarm)
    #expect(actions.contains(.bell) && actions.count == 2)
    #expect(lab.handle(.character("a")) == [.send(.acknowledge)])
  }

  @Test func whatAnEarlierWatchFoundDoesNotRing() {
    var description = Script.description
    description.watches = "ckpts"
    var lab = Lab()
    _ = lab.handle(.started(description))
    #expect(lab.handle(Self.alarm) == [])
  }

  @Test func quitStopsAndLeavesWithoutAQuestion() {
    var lab = watching()
    #expect(lab.handle(.character("q")) == [.send(.stop)])
    let summary = Summary(step: 4, outcome: .stopped, results: [], bestStep: nil, seconds: 3)
    #expect(lab.handle(.summary(summary)) == [.leave])
  }

  @Test func aFailureStaysOnTheScreen() {
    var lab = watching()
    let reason = "ckpts: no such folder"
    let summary = Summary(step: 4, outcome: .failed, reason: reason, results: [], bestStep: nil, seconds: 3)
    #expect(lab.handle(.summary(summary)) == [.bell])
    #expect(lab.frame(160, 48).contains(reason))
    #expect(lab.handle(.character("q")) == [.leave])
  }
}
