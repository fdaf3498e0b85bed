import Events
import Plotting

/// Another run whose curves are drawn behind those of the run that is shown: a parent, a branch, one to compare with.
package struct OtherRun: Sendable {
  /// What the legend calls it.
  package var name: String
  /// What it told; only measurements count.
  package var events: [Event]
  /// Up to this step it is the same run: its curves begin there.
  package var trunk: Int

  package init(name: String, events: [Event] = [], trunk: Int = 0) {
    (self.name, self.events, self.trunk) = (name, events, trunk)
  }

  /// How many can be told apart.
  package static let most = 4
}

/// A pane of the same kind for each of the other runs: whatever it makes of their events is drawn as dashed lines.
struct OtherPanes<P: Pane>: Sendable {
  struct Other: Sendable {
    /// The sign of its lines.
    let sign: Unicode.Scalar
    let name: String
    let trunk: Int
    var pane: P
  }

  private(set) var all: [Other] = []

  /// Forgets those that were there.
  mutating func show(_ runs: [OtherRun]) {
    all = zip("ABCD".unicodeScalars, runs).map { sign, run in
      Other(sign: sign, name: run.name, trunk: run.trunk, pane: P())
    }
    for (index, run) in runs.prefix(all.count).enumerated() {
      for event in run.events { update(event, of: index) }
    }
  }

  /// Takes in what one of them tells. The last values before the end of the trunk join its curves to ours.
  mutating func update(_ event: Event, of index: Int) {
    guard all.indices.contains(index) else { return }
    switch event {
    case .sample(let sample) where sample.step >= all[index].trunk: all[index].pane.update(event)
    case .probe(let probe) where probe.step >= all[index].trunk: all[index].pane.update(event)
    default: break
    }
  }

  /// The legend of the chart.
  var names: [String] { all.map { "\($0.sign) \($0.name)" } }
}
