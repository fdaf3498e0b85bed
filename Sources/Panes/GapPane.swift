import Events
import Plotting
import Readout
import Recipe
import Spelling

/// Whether PGD can be trusted: the state, the gap that each tier of attacks found, causes, history, and the full attack
/// while it runs.
package struct GapPane: Pane {
  package static let id = "gap"
  package static let title = "Gap"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 45
  package static let hasChart = true
  package static let keys: [PaneKey<GapPane>] = []

  /// Nil until something is measured.
  private(set) var state: GapState?
  /// The step at which this state began.
  private(set) var since = 0
  /// The last reading of each tier.
  private(set) var readings: [GapTier: GapReading] = [:]
  /// The attack whose survivors each tier attacked.
  private var attacks: [GapTier: String] = [:]
  private(set) var disagreement: TierDisagreement?
  /// The causes that were measured last, and when.
  private(set) var causes: [GapCause] = []
  private(set) var causesStep = 0
  /// What was changed when, and how much of it the readings and the causes have seen.
  private(set) var trail = SettingsTrail()
  private(set) var operationsSeen: [GapTier: Int] = [:]
  private(set) var causesOperations = 0
  private(set) var layersOperations = 0
  /// The training attack, as shown.
  private(set) var attack = "PGD"
  private(set) var layers: LayerReport?
  /// The attack that is running, or ran last.
  private(set) var board: AttackProgressNote?
  /// How long a full attack would take at most; only shown.
  private(set) var forecast: AttackProgressNote?
  /// The step since which each attack has broken an image at every look.
  private(set) var breakingSince: [String: Int] = [:]
  /// The fraction of its budget that the sentinel has spent.
  private(set) var budgetSpent: Double?
  /// True while another program trains.
  private(set) var isWatched = false
  private var histories: [GapTier: ReadingHistory] = [:]
  private var interventions = Interventions()
  private var levels: [Chart.Level] = []
  private var view = ChartView()

  package init() {}

  package mutating func update(_ event: Event) {
    interventions.update(event)
    trail.take(event)
    switch event {
    case .started(let description):
      levels = GapPane.levels(of: description.settings)
      isWatched = description.watches != nil
    case .probe(let probe) where probe.weights == .current:
      attack = probe.attack
      budgetSpent = probe.budgetSpent ?? budgetSpent
      for reading in [probe.quick, probe.deep].compactMap({ $0 }) { take(reading) }
      if let state = probe.gapState { enter(state, step: probe.step) }
    case .alarm(let change): take(change)
    case .layers(let report): (layers, layersOperations) = (report, trail.operationCount)
    case .attackProgress(let note) where note.phase == .forecast: if note.scope == .full { forecast = note }
    case .attackProgress(let note): board = note
    default: break
    }
  }

  package mutating func look(_ view: ChartView) { self.view = view }

  private mutating func take(_ change: GapChange) {
    if let reading = change.reading { take(reading) }
    enter(change.state, step: change.step)
    disagreement = change.disagreement
    if !change.causes.isEmpty {
      causes = change.causes
      causesStep = change.step
      causesOperations = trail.operationCount
    } else if change.state == .calm {
      causes = []
    }
  }

  private mutating func enter(_ next: GapState, step: Int) {
    guard next != state else { return }
    state = next
    since = step
  }

  /// The attack whose survivors a tier attacked, as shown.
  func attack(of tier: GapTier) -> String { attacks[tier] ?? attack }

  private mutating func take(_ reading: GapReading) {
    guard readings[reading.tier] != reading else { return }
    // A checkpoint that arrives late is drawn in its place only.
    if reading.step >= readings[reading.tier]?.step ?? 0 {
      readings[reading.tier] = reading
      attacks[reading.tier] = reading.attack ?? attack
      operationsSeen[reading.tier] = trail.operationCount
      if reading.tier == .quick { note(reading.breakers ?? [], step: reading.step) }
    }
    histories[reading.tier, default: ReadingHistory()].append(reading)
  }

  private mutating func note(_ breakers: [GapBreaker], step: Int) {
    let breaking = breakers.filter { $0.broken > 0 }.map(\.attack)
    breakingSince = Dictionary(breaking.map { ($0, breakingSince[$0] ?? step) }) { first, _ in first }
  }

  /// The reading that says most about the present: the newest, of several at one step the one with the largest gap, of
  /// equal ones that on most images.
  var newest: GapReading? {
    GapTier.allCases.compactMap { readings[$0] }.max { ($0.step, $0.gap, $0.n) < ($1.step, $1.gap, $1.n) }
  }

  /// The thresholds of the run.
  private static func levels(of settings: Settings) -> [Chart.Level] {
    [
      ("watch", Theme.Role.watch, settings[.sentinelWatch]), ("alarm", .autoattack, settings[.sentinelAlarm]),
    ].map { name, role, value in
      Chart.Level(y: value, label: "\(name) \(Notation.screen.share(value))", role: role)
    }
  }

  /// Gaps over steps.
  var chart: Chart {
    let kinds: [(tier: GapTier, role: Theme.Role, glyph: Unicode.Scalar)] = [
      (.quick, .adversarial, "+"), (.deep, .autoattack, "◆"), (.full, .total, "◈"),
    ]
    let lines = kinds.compactMap { kind -> Chart.Line? in
      guard let history = histories[kind.tier], let last = readings[kind.tier] else { return nil }
      let name = padded(kind.tier.rawValue, to: 5)
      return Chart.Line(
        history.gap, role: kind.role, glyph: kind.glyph, label: "\(name) \(Notation.screen.share(last.gap))",
        shortLabel: Notation.screen.share(last.gap), interval: (history.lower, history.upper),
        isPoints: kind.tier != .quick, reading: { "\(name) \(Notation.screen.share($0))" })
    }
    let quick = histories[.quick]
    let bands = quick.map { [Chart.Band(lower: $0.zero, upper: $0.gap, role: .faint)] } ?? []
    return Chart(
      lines: lines, marks: interventions.marks, bands: bands, levels: levels, fixedY: 0...1,
      emptyText: "no gap measured yet", view: view)
  }

  /// True while an attack on frozen weights is running.
  var isAttacking: Bool { board?.phase == .running }

  package var note: String {
    if let board, isAttacking { return "\(AttackWords.name(board.scope)) on step \(board.step)" }
    guard let newest = readings.values.map(\.step).max() else { return "" }
    return "step \(newest)\(commonEpsilon.map { " · ε \($0)" } ?? "") · 95 %"
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
