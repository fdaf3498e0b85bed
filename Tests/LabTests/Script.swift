import Events
import Foundation
import Lab
import Panes
import Plotting
import Recipe

/// A run as the engine would tell it: mat on mirage, PGD accuracy rising, γ turned at step 200.
enum Script {
  static let steps = 400

  static let description = {
    var description = SessionDescription(
      preset: "false-robustness", data: "mirage 16×16×1, 3686 train, 410 validation, 1024 test", constructed: true,
      model: "conv4, 33 018 parameters", steps: steps, stepsPerEpoch: 28, threads: 2, folder: "runs/x",
      settings: Settings())
    description.work = NetworkWork(forward: 9e5, firstLayer: 7.4e4)
    return description
  }()

  /// Everything up to a step.
  static func events(to last: Int) -> [Event] {
    var events: [Event] = [
      .state(StateChange(step: 0, state: .preparing)), .started(description),
      .state(StateChange(step: 0, state: .training)),
    ]
    guard last > 0 else { return events }
    for step in 1...last {
      events.append(.sample(sample(step)))
      if step % 25 == 0 {
        events.append(.state(StateChange(step: step, state: .validating)))
        events.append(.probe(probe(step)))
        events.append(.state(StateChange(step: step, state: .training)))
      }
      if step == 200 {
        events.append(.state(StateChange(step: step, state: .paused)))
        events.append(.journal(change(step, "gamma", 0.5, 0.1)))
        events.append(.journal(change(step, "beta", 0, 0.4)))
        events.append(.state(StateChange(step: step, state: .training)))
      }
    }
    return events
  }

  /// The end of a whole run.
  static var ending: [Event] {
    [
      .checkpoint(CheckpointNote(step: 400, kind: .last, path: "runs/x/checkpoints/last.safetensors")),
      .state(StateChange(step: 400, state: .testing)), .summary(summary),
    ]
  }

  static let summary = Summary(
    step: 400, outcome: .finished,
    results: [
      Probe(
        step: 400, split: .test, weights: .last, clean: Proportion(correct: 984, n: 1000),
        adversarial: Proportion(correct: 655, n: 1000), attack: "PGD-10", seconds: 0.4),
      Probe(
        step: 375, split: .test, weights: .best, clean: Proportion(correct: 981, n: 1000),
        adversarial: Proportion(correct: 662, n: 1000), attack: "PGD-10", seconds: 0.4),
    ], bestStep: 375, seconds: 21.4)

  static func change(_ step: Int, _ knob: String, _ old: Double, _ new: Double) -> JournalEntry {
    JournalEntry(
      step: step, cause: .you,
      .changed(SettingChange(knob: knob, old: .number(old), new: .number(new), effect: .nextStep)))
  }

  static func sample(_ step: Int) -> Sample {
    let x = Double(step), noise = sin(x * 12.9898) * 0.5 + sin(x * 78.233) * 0.5
    let clean = 0.05 + 2.25 * exp(-x / 30) * (1 + 0.1 * noise)
    let adversarial = 1.05 + 1.4 * exp(-x / 60) + 0.08 * noise
    let kl = x <= 200 ? nil : 0.3 + 0.8 * exp(-(x - 200) / 25) + 0.03 * noise
    let gamma = step <= 200 ? 0.5 : 0.1, beta = step <= 200 ? 0 : 0.4
    let right = { (share: Double) in Proportion(correct: Int((min(1, max(0, share)) * 128).rounded()), n: 128) }
    return Sample(
      step: step, epoch: (step - 1) / 28, loss: gamma * clean + (1 - gamma) * adversarial + beta * (kl ?? 0),
      cleanLoss: clean, adversarialLoss: adversarial, kl: kl,
      cleanAccuracy: right(1 - 0.9 * exp(-x / 30) + 0.02 * noise),
      adversarialAccuracy: right(0.62 - 0.55 * exp(-x / 70) + 0.05 * noise),
      learningRate: x < 80 ? 0.1 * x / 80 : 0.1 * (400 - x) / 320, images: 128, seconds: 0.05)
  }

  static func probe(_ step: Int) -> Probe {
    let x = Double(step)
    return Probe(
      step: step, split: .validation, weights: .current,
      clean: Proportion(correct: Int(256 * (1 - 0.9 * exp(-x / 24))), n: 256),
      adversarial: Proportion(correct: Int(256 * (0.66 - 0.63 * exp(-x / 60))), n: 256), attack: "PGD-10", seconds: 0.1)
  }

  /// A lab that has seen the run up to a step.
  static func lab(to step: Int = 300, _ options: LabOptions = LabOptions()) -> Lab {
    var lab = Lab(options: options)
    for event in events(to: step) { _ = lab.handle(event) }
    return lab
  }
}

extension Lab {
  /// The frame as text, blanks at line ends left out.
  mutating func frame(_ width: Int, _ height: Int) -> String {
    var buffer = CellBuffer(width: width, height: height)
    draw(into: &buffer)
    return buffer.trimmedText
  }

  /// Presses keys one after the other, giving what the last answered.
  @discardableResult
  mutating func press(_ keys: Key...) -> [LabAction] { keys.map { handle($0) }.last ?? [] }

  /// Types characters as keys.
  mutating func type(_ text: String) { for character in text { _ = handle(.character(character)) } }
}

extension Desk {
  /// The same of the run that is shown.
  mutating func frame(_ width: Int, _ height: Int) -> String {
    var buffer = CellBuffer(width: width, height: height)
    draw(into: &buffer)
    return buffer.trimmedText
  }
}

extension CellBuffer {
  fileprivate var trimmedText: String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
