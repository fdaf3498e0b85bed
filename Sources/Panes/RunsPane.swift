import Events
import Plotting
import Readout
import Spelling

/// The runs of a folder with their branches: where each stands and what it reached. One can be chosen, to be drawn
/// behind this one or to be branched.
package struct RunsPane: Pane {
  package static let id = "runs"
  package static let title = "Runs"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 16
  package static let keys: [PaneKey<RunsPane>] = [
    KeyBinding([.up], footer: FooterWord("↑/↓", "run"), "previous run", when: { $0.rows.count > 1 }) {
      $0.select($0.selected - 1)
    },
    KeyBinding([.down], "next run", when: { $0.rows.count > 1 }) { $0.select($0.selected + 1) },
    KeyBinding([.home], "first run", when: { $0.rows.count > 1 }) { $0.select(0) },
    KeyBinding([.end], "last run", when: { $0.rows.count > 1 }) { $0.select($0.rows.count - 1) },
    KeyBinding(
      [.character("C")], footer: FooterWord("C", "compare"), "show or hide the curves of this run",
      when: { $0.chosen != nil }
    ) { $0.compare() },
    KeyBinding(
      [.character("B")], footer: FooterWord("B", "branch"), "go on from a step of this run with other settings",
      when: { $0.chosen != nil }
    ) { $0.branch() },
  ]

  /// A run and where it hangs in the tree.
  package struct Row: Sendable {
    package let entry: RunEntry
    /// How many runs it descends from.
    package let depth: Int
  }

  package private(set) var rows: [Row] = []
  private(set) var news: RunsNews?
  private(set) var selected = 0
  /// The names of those whose curves are drawn.
  private var comparedNames: Set<String> = []
  /// Their paths.
  var compared: [String] { rows.map(\.entry).filter { comparedNames.contains($0.name) }.map(\.path) }
  /// The folder of the run that is shown.
  private var folder = ""
  private var isReplay = false
  /// Steps that this run has done, which the runs that were read may not know yet.
  private var step = 0

  package init() {}

  package mutating func update(_ event: Event) {
    switch event {
    case .started(let description): folder = description.folder
    case .sample(let sample): step = sample.step
    default: break
    }
  }

  package mutating func hear(_ news: PaneNews) -> Bool {
    switch news {
    case .onlooking: isReplay = true
    case .runs(let runs):
      guard runs != self.news else { return false }
      let path = chosen?.path
      self.news = runs
      rows = RunsPane.tree(runs.runs)
      select(rows.firstIndex { $0.entry.path == path } ?? rows.firstIndex { isThis($0.entry) } ?? 0)
      return true
    case .machine, .drawing, .peak, .step, .measurement: break
    }
    return false
  }

  package mutating func compare(_ runs: [OtherRun]) { comparedNames = Set(runs.map(\.name)) }

  /// The run on the highlighted line; nil when there is none.
  package var chosen: RunEntry? { rows.indices.contains(selected) ? rows[selected].entry : nil }

  /// True for the run that the lab shows.
  func isThis(_ entry: RunEntry) -> Bool { entry.isIn(folder) }

  package var selectedItem: Int? {
    get { rows.isEmpty ? nil : selected }
    set { if let newValue { select(newValue) } }
  }

  @discardableResult
  private mutating func select(_ index: Int) -> [PaneRequest] {
    selected = min(max(0, index), max(0, rows.count - 1))
    return []
  }

  private func compare() -> [PaneRequest] {
    guard let chosen else { return [] }
    if isThis(chosen) { return [.say("this is the run that is shown; choose another one to compare it with")] }
    if compared.contains(chosen.path) { return [.compare(compared.filter { $0 != chosen.path })] }
    guard compared.count < OtherRun.most else {
      return [.say("at most \(OtherRun.most) runs can be compared; press C on one to remove it")]
    }
    return [.compare(compared + [chosen.path])]
  }

  private func branch() -> [PaneRequest] {
    guard let chosen else { return [] }
    if isThis(chosen), !isReplay { return [.type("branch \(max(0, max(step, chosen.step) - 1)) ")] }
    return [.say("to branch it: dualab runs branch \(chosen.path) --at STEP --set NAME=VALUE")]
  }

  /// Every run, each followed by its branches.
  static func tree(_ runs: [RunEntry]) -> [Row] {
    let names = Set(runs.map(\.name))
    let children = Dictionary(grouping: runs) { run in run.parent.flatMap { names.contains($0.name) ? $0.name : nil } }
    var rows: [Row] = [], seen: Set<String> = []
    func add(_ runs: [RunEntry], depth: Int) {
      for run in runs where seen.insert(run.name).inserted {
        rows.append(Row(entry: run, depth: depth))
        add(children[run.name] ?? [], depth: depth + 1)
      }
    }
    add(children[nil] ?? [], depth: 0)
    // Whoever names a parent in a circle.
    add(runs, depth: 0)
    return rows
  }

  // MARK: words

  package var note: String {
    guard let news else { return "" }
    let broken = news.unreadable > 0 ? " · \(news.unreadable) unreadable" : ""
    return "\(news.folder)/ · \(NumberText.count(rows.count, "run"))\(broken)"
  }

  /// What stands where there are no runs.
  var emptyText: String {
    guard let news else { return "reading the runs…" }
    return "no runs in \(news.folder)/ yet; 'dualab' and 'dualab train' write them there"
  }

  package func describe() -> String {
    guard let chosen, let news else { return "Runs: \(emptyText)." }
    var parts = ["\(chosen.name), preset \(chosen.preset), \(chosen.state) at step \(chosen.step)"]
    if let parent = chosen.parent { parts.append("branched off \(parent.name) after step \(parent.step)") }
    if let clean = chosen.clean { parts.append("clean \(Notation.screen.accuracy(clean))") }
    if let adversarial = chosen.adversarial {
      parts.append("\(chosen.attack) \(Notation.screen.accuracy(adversarial))")
    }
    if let strongest = chosen.strongest {
      parts.append("stronger attacks at step \(chosen.checkedStep ?? 0) \(Notation.screen.accuracy(strongest))")
    }
    if let gap = chosen.gap { parts.append("gap: \(gap.word.lowercased())") }
    return "Runs: \(NumberText.count(rows.count, "run")) in \(news.folder). Chosen: \(parts.joined(separator: ", "))."
  }
}
