import Events
import Panes

/// Which panes are on the screen, which one has the keys, and what they hear from the program.
extension Lab {
  /// The panes that want to be on the screen: those of the arrangement that are not hidden, those that were added, and
  /// the one with the keys.
  var arranged: [Int] {
    arrangement.indices.union(added).intersection(enabled).union([focus]).sorted()
  }

  /// Tab reaches every pane that is not hidden, whatever the arrangement.
  mutating func moveFocus(by count: Int) -> [LabAction] {
    let order = enabled.sorted()
    let place = order.firstIndex(of: focus) ?? 0
    focus = order[(place + count + order.count) % order.count]
    return []
  }

  /// Hides a pane that is on the screen, shows one that is not.
  mutating func togglePane(_ index: Int) -> [LabAction] {
    let isShown = layout.places.contains { $0.pane == index }
    guard isShown else {
      enabled.insert(index)
      added.insert(index)
      focus = index
      return []
    }
    let others = arranged.filter { $0 != index }
    guard !others.isEmpty else {
      show("can't hide the last pane; press 0 to show all", isError: false)
      return []
    }
    if focus == index { focus = others.first { $0 > index } ?? others[0] }
    enabled.remove(index)
    added.remove(index)
    isFull = false
    return []
  }

  mutating func resetLayout() -> [LabAction] {
    use(arrangement)
    return []
  }

  mutating func nextArrangement() -> [LabAction] {
    let all = Arrangement.all, place = all.firstIndex(of: arrangement) ?? 0
    use(all[(place + 1) % all.count])
    let names = arranged.map { paneCatalogue[$0].title }.joined(separator: ", ")
    show("layout \(arrangement.id): \(names)", isError: false)
    return []
  }

  /// Shows the panes of an arrangement, and those only.
  mutating func use(_ arrangement: Arrangement) {
    self.arrangement = arrangement
    enabled = Set(panes.indices)
    added = []
    focus = arrangement.first
    isFull = false
    shares = Shares()
    if session.isWatching { showWatchPanes() }
  }

  /// The panes that have something to show while another program trains.
  mutating func showWatchPanes() {
    enabled = enabled.filter { !Lab.isOfTraining($0) }
    if !enabled.contains(focus) { focus = paneCatalogue.firstIndex { $0.id == AccuracyPane.id } ?? 0 }
  }

  /// True for panes that only a training of our own fills.
  static func isOfTraining(_ pane: Int) -> Bool {
    [LossPane.id, ControlsPane.id, ImagesPane.id].contains(paneCatalogue[pane].id)
  }

  /// Puts a pane on the screen and gives it the keys.
  mutating func bringForward(_ id: String) {
    guard let index = paneCatalogue.firstIndex(where: { $0.id == id }) else { return }
    enabled.insert(index)
    added.insert(index)
    focus = index
  }

  /// Shows what another lab shows.
  mutating func adoptPanes(of lab: Lab) {
    (enabled, added, focus, arrangement) = (lab.enabled, lab.added, lab.focus, lab.arrangement)
    shares = lab.shares
    for index in panes.indices { panes[index].restore(lab.panes[index].choices) }
  }

  /// Opens the command line with a text in it.
  mutating func type(_ text: String) -> [LabAction] {
    var dialog = CommandDialog(self)
    for character in text { _ = dialog.type(character) }
    return open(dialog)
  }

  /// Takes in what no session tells.
  package mutating func hear(_ news: PaneNews) {
    if case .step(let step) = news {
      needsDraw = needsDraw || session.slowStep != step
      session.slowStep = step
      return
    }
    if case .measurement(let measurement) = news {
      needsDraw = needsDraw || session.measurement != measurement
      session.measurement = measurement
      return
    }
    heard[news.topic] = news
    let visible = Set(layout.places.map(\.pane))
    for index in panes.indices where panes[index].hear(news) && visible.contains(index) { needsDraw = true }
  }
}

extension Session {
  /// The pane that a stop of the tour speaks of which was just told; nil for what is no stop.
  func tourPane(after event: Event) -> String? {
    guard case .journal(let entry) = event, entry.cause == .tour, case .remark(let text) = entry.fact,
      let steps = description?.tourSteps, let panes = description?.tourPanes, !text.isEmpty
    else { return nil }
    let told = zip(steps, panes).filter { $0.0 <= entry.step }
    // Several stops at one step are told together.
    return told.last { $0.0 == told.last?.0 && !$0.1.isEmpty }?.1
  }
}
