import Events
import Foundation
import Lab
import Panes

/// What the panes next to the usual six show: an image under attack, the runs of a folder, what the machine does.
enum PaneScript {
  /// A lab that has seen the story with an attack, and heard all news.
  static func lab(_ options: LabOptions = LabOptions()) -> Lab {
    var lab = GapScript.lab(.attacking, options)
    for event in events { _ = lab.handle(event) }
    for item in news { lab.hear(item) }
    return lab
  }

  static let events: [Event] = [.image(image()), .attackProgress(attack)]

  /// A disk of 16×16 pixels that the attack takes for a ring from the seventh of ten iterations on.
  static func image(channels: Int = 1, position: Int = 3) -> ImageReport {
    let size = 16, epsilon: Float = 16 / 255
    let clean = (0..<channels).flatMap { channel in
      (0..<size * size).map { place -> Float in
        let x = Double(place % size) - 7.5, y = Double(place / size) - 7.5, shade = Float(0.1 * Double(channel))
        return x * x + y * y < 30 ? 0.85 - shade : 0.15 + shade
      }
    }
    let stages = (0...11).map { stage -> ImageReport.Stage in
      let share = Float(min(stage, 10)) / 10, step = Float(stage)
      let pixels = clean.enumerated().map { place, value -> Float in
        let sign: Float = sin(Double(place * 7)) > 0 ? 1 : -1
        return min(1, max(0, value + sign * epsilon * share))
      }
      return ImageReport.Stage(pixels: pixels, logits: [5 - 0.6 * step, -2 + 0.4 * step, -1, -3.5])
    }
    return ImageReport(
      step: 300, request: ImageRequest(.at(position)), position: position, count: 128, index: 1234, label: 0,
      classes: ["disk", "ring", "square", "cross"], channels: channels, height: size, width: size, attack: "PGD-10",
      norm: "linf", epsilon: 16.0 / 255, usualEpsilon: 16.0 / 255, stages: stages, hasStart: true, passes: 32,
      seconds: 0.02)
  }

  static let attack: AttackProgressNote = {
    var note = AttackProgressNote(
      step: 300, scope: .full, phase: .running, n: 128, correct: 127, broken: 79,
      tallies: [
        AttackProgressNote.Tally(
          attack: "APGD-CE", attacked: 127, total: 127, broken: 61, passes: 18_204, seconds: 2.8),
        AttackProgressNote.Tally(attack: "APGD-T", attacked: 34, total: 66, broken: 18, passes: 9_120, seconds: 1.4),
      ], iteration: 40, iterations: 100, seconds: 4.2, secondsLeft: 7)
    note.epsilon = 16.0 / 255
    return note
  }()

  static let runs: RunsNews = {
    let entry = { (name: String, preset: String, state: String, step: Int, began: String) in
      RunEntry(
        name: name, path: "runs/\(name)", preset: preset, state: state, step: step, steps: 400,
        began: "2026-11-2\(began)")
    }
    let share = { (value: Double) in Proportion(correct: Int(value * 128), n: 128) }
    var first = entry("adversarial-training", "adversarial-training", "finished", 400, "7 09:12")
    (first.clean, first.adversarial, first.attack, first.gap) = (share(0.79), share(0.71), "PGD-10", .calm)
    (first.strongest, first.tier, first.checkedClean, first.checkedStep) = (share(0.66), .deep, share(0.79), 400)
    var second = entry("false-robustness", "false-robustness", "finished", 400, "8 10:30")
    (second.clean, second.adversarial, second.attack, second.gap) = (share(0.99), share(0.68), "PGD-10", .confirmed)
    (second.strongest, second.tier, second.checkedClean, second.checkedStep) = (share(0), .full, share(0.99), 400)
    var branch = entry("false-robustness-200", "false-robustness", "stopped", 310, "8 11:02")
    branch.parent = ("false-robustness", 200)
    (branch.clean, branch.adversarial, branch.attack, branch.gap) = (share(0.86), share(0.69), "PGD-10", .watch)
    (branch.strongest, branch.tier, branch.checkedClean, branch.checkedStep) = (share(0.52), .quick, share(0.86), 300)
    let this = entry("x", "false-robustness", "running", 300, "9 20:15")
    return RunsNews(folder: "runs", runs: [first, second, branch, this])
  }()

  static let news: [PaneNews] = [
    .runs(runs),
    .machine(
      MachineNews(
        resident: 412_000_000, peak: 455_000_000, available: 6_100_000_000, cores: 8, kernels: "avx2",
        checkpoints: 3_200_000)),
    .drawing(0.012), .peak(64),
  ]
}
