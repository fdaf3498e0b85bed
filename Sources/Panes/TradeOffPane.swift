import Events
import Plotting
import Readout
import Spelling

/// Runs as points: clean accuracy across, what the strongest attacks so far left upwards; the front of those that no
/// other run beats in both, and the path of this run. The paper's Figs. 2 and 3, for the runs at hand.
package struct TradeOffPane: Pane {
  package static let id = "trade-off"
  package static let title = "Trade-off"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 14
  package static let keys: [PaneKey<TradeOffPane>] = []

  /// A pair of accuracies.
  package struct Point: Sendable {
    package let name: String
    package let clean: Double, strongest: Double
    package var isAlarm = false

    package init(name: String, clean: Double, strongest: Double, isAlarm: Bool = false) {
      (self.name, self.clean, self.strongest, self.isAlarm) = (name, clean, strongest, isAlarm)
    }
  }

  package private(set) var runs: [Point] = []
  /// Where this run has been, in the order of its steps.
  package private(set) var way: [Point] = []
  /// Runs without a measurement by a stronger attack than the one of the training.
  private(set) var unmeasured = 0
  private(set) var step = 0
  private var entries: [RunEntry] = []
  private var folder = ""
  private static let most = 4096

  package init() {}

  package mutating func update(_ event: Event) {
    switch event {
    case .started(let description):
      folder = description.folder
      place()
    case .probe(let probe) where probe.weights == .current:
      guard
        let reading = [probe.quick, probe.deep].compactMap(\.self).min(by: { $0.accuracy.value < $1.accuracy.value })
      else { return }
      let isAlarm = probe.gapState?.isAlarm ?? false
      // A deep check is of the weights that the quick one before it was of: the lower of the two counts.
      var strongest = reading.accuracy.value
      if probe.step == step, let last = way.popLast() { strongest = min(strongest, last.strongest) }
      step = probe.step
      way.append(
        Point(name: "this run", clean: probe.clean.value, strongest: strongest, isAlarm: isAlarm))
      if way.count > Self.most { way = way.enumerated().filter { $0.offset % 2 == 0 }.map(\.element) }
    default: break
    }
  }

  package mutating func hear(_ news: PaneNews) -> Bool {
    guard case .runs(let runs) = news, entries != runs.runs else { return false }
    entries = runs.runs
    place()
    return true
  }

  /// The run that is shown has its way instead of a point.
  private mutating func place() {
    let others = entries.filter { !$0.isIn(folder) }
    runs = others.compactMap { entry in
      guard let clean = entry.checkedClean, let strongest = entry.strongest else { return nil }
      let isAlarm = entry.gap?.isAlarm ?? false
      return Point(name: entry.name, clean: clean.value, strongest: strongest.value, isAlarm: isAlarm)
    }
    unmeasured = others.count - runs.count
  }

  /// Where this run is now.
  package var now: Point? { way.last }

  /// The points that no other one beats in both accuracies, from left to right. Those under an alarm are among them:
  /// what is left of them was measured.
  package static func front(_ points: [Point]) -> [Point] {
    var best = -Double.infinity, front: [Point] = []
    for point in points.sorted(by: { ($0.clean, $0.strongest) > ($1.clean, $1.strongest) })
    where point.strongest > best {
      best = point.strongest
      front.append(point)
    }
    return front.reversed()
  }

  package var note: String {
    let missing = unmeasured > 0 ? " · \(unmeasured) unmeasured" : ""
    return NumberText.count(runs.count + (now == nil ? 0 : 1), "run") + missing
  }

  package func describe() -> String {
    let here = now.map { point in
      " This run at step \(step): clean \(Notation.screen.share(point.clean)), strongest attacks so far "
        + "\(Notation.screen.share(point.strongest))\(point.isAlarm ? ", under an alarm" : "")."
    }
    let front = Self.front(runs + [now].compactMap(\.self)).map { point in
      "\(point.name) (\(Notation.screen.share(point.clean)), \(Notation.screen.share(point.strongest)))"
    }
    guard !front.isEmpty else { return "Trade-off: no run was measured with stronger attacks yet." }
    let other = NumberText.count(runs.count, "other run")
    return "Trade-off: \(other).\(here ?? "") On the front of clean and strongest accuracy: "
      + "\(front.joined(separator: ", "))."
  }
}
