import Events
import Plotting
import Recipe

/// Whether PGD can be believed: the state, the gap that every tier of attacks found, causes, history, and the full attack
/// while it runs.
package struct GapPane: Pane {
  package static let id = "gap"
  package static let title = "Gap"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 45
  package static let keys: [PaneKey<GapPane>] = []

  /// Nil until something was measured.
  private(set) var state: GapState?
  /// The step at which it went into the state.
  private(set) var since = 0
  /// The last reading of each tier.
  private(set) var readings: [GapTier: GapReading] = [:]
  private(set) var disagreement: TierDisagreement?
  /// Measured at the last change that had any, and when.
  private(set) var causes: [GapCause] = []
  private(set) var causesStep = 0
  /// The training attack, as shown.
  private(set) var attack = "PGD"
  private(set) var layers: LayerReport?
  /// The attack that runs, or ran last.
  private(set) var board: AttackProgressNote?
  /// What a full attack would take at most; only shown.
  private(set) var forecast: AttackProgressNote?
  private var histories: [GapTier: ReadingHistory] = [:]
  private var interventions = Interventions()
  private var levels: [Chart.Level] = []

  package init() {}

  package mutating func update(_ event: Event) {
    interventions.update(event)
    switch event {
    case .started(let description): levels = GapPane.levels(of: description.settings)
    case .probe(let probe) where probe.weights == .current:
      attack = probe.attack
      for reading in [probe.quick, probe.deep].compactMap({ $0 }) { take(reading) }
      if let state = probe.gapState { enter(state, step: probe.step) }
    case .alarm(let change): take(change)
    case .layers(let report): layers = report
    case .attackProgress(let note) where note.phase == .forecast: if note.scope == .full { forecast = note }
    case .attackProgress(let note): board = note
    default: break
    }
  }

  private mutating func take(_ change: GapChange) {
    if let reading = change.reading { take(reading) }
    enter(change.state, step: change.step)
    disagreement = change.disagreement
    if !change.causes.isEmpty {
      causes = change.causes
      causesStep = change.step
    } else if change.state == .calm {
      causes = []
    }
  }

  private mutating func enter(_ next: GapState, step: Int) {
    guard next != state else { return }
    state = next
    since = step
  }

  private mutating func take(_ reading: GapReading) {
    guard readings[reading.tier] != reading else { return }
    readings[reading.tier] = reading
    histories[reading.tier, default: ReadingHistory()].append(reading)
  }

  /// The thresholds of the preset, where it has them.
  private static func levels(of settings: Settings) -> [Chart.Level] {
    [
      ("watch", Theme.Role.watch, settings[.sentinelWatch]), ("alarm", .autoattack, settings[.sentinelAlarm]),
    ].map { name, role, value in
      Chart.Level(y: value, label: "\(name) \(NumberText.share(value))", role: role)
    }
  }

  /// Gaps over steps.
  var chart: Chart {
    let kinds: [(tier: GapTier, role: Theme.Role, glyph: Unicode.Scalar)] = [
      (.quick, .adversarial, "+"), (.deep, .autoattack, "◆"), (.full, .total, "◈"),
    ]
    let lines = kinds.compactMap { kind -> Chart.Line? in
      guard let history = histories[kind.tier], let last = readings[kind.tier] else { return nil }
      return Chart.Line(
        history.gap, role: kind.role, glyph: kind.glyph,
        label: "\(padded(kind.tier.rawValue, to: 5)) \(NumberText.share(last.gap))",
        shortLabel: NumberText.share(last.gap), interval: (history.lower, history.upper), isPoints: kind.tier != .quick)
    }
    let quick = histories[.quick]
    let bands = quick.map { [Chart.Band(lower: $0.zero, upper: $0.gap, role: .faint)] } ?? []
    return Chart(
      lines: lines, marks: interventions.marks, bands: bands, levels: levels, fixedY: 0...1,
      emptyText: "no gap measured yet")
  }

  /// True while an attack on frozen weights is under way.
  var isAttacking: Bool { board?.phase == .running }

  package var note: String {
    if let board, isAttacking { return "attacking step \(board.step), \(board.scope.rawValue)" }
    guard let newest = readings.values.map(\.step).max() else { return "" }
    return "probe at step \(newest) · 95 % intervals"
  }

  package func describe() -> String {
    guard let state else { return "Gap: nothing measured yet." }
    var sentences = ["Gap: \(state.word.lowercased()) since step \(since); \(state.meaning)."]
    for tier in GapTier.allCases {
      guard let reading = readings[tier] else { continue }
      sentences.append(
        "At step \(reading.step) \(attack) leaves \(NumberText.share(reading.pgd.value)) and \(tier.rawValue) "
          + "\(NumberText.share(reading.accuracy.value)) of \(reading.n) images, a gap of \(NumberText.share(reading.gap)) "
          + "(95 % interval \(NumberText.share(reading.lower)) to \(NumberText.share(reading.upper))).")
    }
    if let disagreement {
      sentences.append("\(disagreement.text.prefix(1).uppercased())\(disagreement.text.dropFirst()).")
    }
    sentences += causes.map {
      "Cause at step \(causesStep), \($0.title): \($0.numbers) on \($0.n) images. \($0.sentence)"
    }
    if let board { sentences.append(AttackWords.sentence(board)) }
    return sentences.joined(separator: " ")
  }
}

/// Gaps of one tier over steps, with the ends of their intervals.
private struct ReadingHistory: Sendable {
  var gap = History(), lower = History(), upper = History(), zero = History()

  mutating func append(_ reading: GapReading) {
    let step = Double(reading.step)
    gap.append(x: step, y: reading.gap)
    lower.append(x: step, y: reading.lower)
    upper.append(x: step, y: reading.upper)
    zero.append(x: step, y: 0)
  }
}
