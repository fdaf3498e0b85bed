import Events
import Foundation
import Lab

/// What a sentinel would tell during `Script`'s run: PGD's accuracy rises, stronger attacks leave nothing of it.
enum GapScript {
  /// How far the story goes.
  enum Stage: String, CaseIterable {
    case calm, watch, alarm, acknowledged, attacking, confirmed, dual
  }

  /// A lab that has seen the story up to a stage.
  static func lab(_ stage: Stage, _ options: LabOptions = LabOptions()) -> Lab {
    var lab = Lab(options: options)
    for event in events(stage) { _ = lab.handle(event) }
    return lab
  }

  static func events(_ stage: Stage) -> [Event] {
    let last = stage == .calm ? 60 : stage == .watch ? 85 : 300
    let story = Script.events(to: last).flatMap { event -> [Event] in
      guard case .probe(let probe) = event else { return [event] }
      return sentinel(probe, falls: stage != .calm)
    }
    switch stage {
    case .calm, .watch, .alarm: return story
    case .acknowledged:
      return story + [.alarm(GapChange(step: 300, from: .alarm, state: .acknowledged))]
    case .attacking: return story + [.attackProgress(forecast), .attackProgress(board(.running))]
    case .confirmed, .dual:
      let full = reading(300, .full, n: 128, survivors: 82, broken: 82)
      let ending: [Event] = [
        .attackProgress(board(.finished)),
        .alarm(GapChange(step: 300, from: .alarm, state: .confirmed, reading: full)),
      ]
      return story + ending + (stage == .dual ? [.layers(layers(300, dual: true))] : [])
    }
  }

  static func reading(_ step: Int, _ tier: GapTier, n: Int, survivors: Int, broken: Int) -> GapReading {
    GapReading(
      step: step, tier: tier, n: n, survivors: survivors, broken: broken,
      interval: Proportion(correct: broken, n: n).interval)
  }

  /// A validation with what the sentinel adds, and what it tells beside it.
  private static func sentinel(_ probe: Probe, falls: Bool) -> [Event] {
    let step = probe.step, survivors = Int(128 * probe.adversarial.value)
    let share = falls ? 1 - exp(-Double(step) / 90) : 0.06
    var probe = probe
    probe.quick = reading(step, .quick, n: 128, survivors: survivors, broken: Int(Double(survivors) * share))
    if step % 100 == 0 { probe.deep = reading(step, .deep, n: 32, survivors: survivors / 4, broken: survivors / 4) }
    probe.gapState = !falls || step < 75 ? .calm : step < 100 ? .watch : .alarm
    probe.passes = 5120
    var told: [Event] = [.probe(probe)]
    if step % 50 == 0 || step == 75 { told += [.layers(layers(step, dual: false)), .scatter(scatter(step))] }
    if falls, step == 75 { told.append(.alarm(GapChange(step: 75, from: .calm, state: .watch, reading: probe.quick))) }
    if falls, step == 100 {
      told.append(.alarm(GapChange(step: 100, from: .watch, state: .alarm, reading: probe.quick, causes: causes)))
    }
    return told
  }

  static let causes = [
    GapCause(.targeted, before: 0.66, value: 0.09, n: 128), GapCause(.moreSteps, before: 0.66, value: 0.24, n: 128),
    GapCause(.zeroGradient, value: 0.05, n: 128),
  ]

  static let forecast = AttackProgressNote(step: 300, scope: .full, phase: .forecast, n: 128, secondsLeft: 12)

  static func board(_ phase: AttackProgressNote.Phase) -> AttackProgressNote {
    let isOver = phase != .running
    return AttackProgressNote(
      step: 300, scope: .full, phase: phase, n: 128, correct: 127, broken: isOver ? 127 : 79,
      tallies: [
        AttackProgressNote.Tally(attack: "APGD-CE", attacked: 127, total: 127, broken: 61),
        AttackProgressNote.Tally(
          attack: "APGD-T", attacked: isOver ? 66 : 34, total: 66, broken: isOver ? 66 : 18),
      ], iteration: isOver ? nil : 40, iterations: isOver ? nil : 100, seconds: 4.2, secondsLeft: isOver ? nil : 7)
  }

  static func layers(_ step: Int, dual: Bool) -> LayerReport {
    let growth = 1 + Double(step) / 60
    let layers = (1...8).map { layer -> LayerReport.Layer in
      let depth = Double(layer)
      return LayerReport.Layer(
        name: "body.\(layer * 3 - 2)",
        distances: LayerReport.Distances(
          cleanPGD: 0.004 * pow(2.1, depth) * growth, cleanStrong: 0.003 * pow(1.9, depth) * growth,
          pgdStrong: 0.0005 * pow(2, depth) * growth),
        drift: dual ? LayerReport.Drift(clean: 0.01 * pow(1.5, depth), adversarial: 0.02 * pow(2, depth)) : nil,
        posterior: dual
          ? LayerReport.Posterior(
            clean: 0.5 + 0.06 * depth, adversarial: 0.5 - 0.055 * depth, routing: 0.5 + 0.06 * depth,
            decided: 0.1 * depth)
          : nil)
    }
    return LayerReport(
      step: step, strong: "AutoAttack", n: 64, broken: 57, batchRows: dual ? 128 : nil, layers: layers,
      first: step > 50 ? LayerReport.Reference(step: 50, cleanPGD: 1.2) : nil)
  }

  static func scatter(_ step: Int) -> ScatterReport {
    let cloud = { (layer: Int, set: Int, x: Double, y: Double, spread: Double) -> [ScatterReport.Point] in
      (0..<48).map { point in
        let phase = Double(point * 7 + set * 131 + layer * 17)
        let radius = spread * sqrt(abs(sin(phase * 12.9898))), angle = phase * 2.39996
        return ScatterReport.Point(Float(x + radius * cos(angle)), Float(y + 0.6 * radius * sin(angle)))
      }
    }
    let layers = (0..<8).map { layer -> ScatterReport.Layer in
      let apart = Double(layer) * Double(step) / 300
      return ScatterReport.Layer(
        name: "body.\(layer * 3 + 1)", explained: [0.2 + 0.05 * Double(layer), 0.14],
        clean: cloud(layer, 0, -apart, 0, 1.5), pgd: cloud(layer, 1, apart, 0.3, 1.2),
        strong: cloud(layer, 2, 0.1 * apart, -0.4 * apart, 1.6),
        axes: ScatterReport.Axes(left: -9.5, right: 9.5, bottom: -5, top: 3), fittedAt: 50)
    }
    return ScatterReport(step: step, strong: "AutoAttack", layers: layers)
  }
}
