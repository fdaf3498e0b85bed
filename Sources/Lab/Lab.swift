import Events
import Panes
import Plotting
import Readout
import Recipe
import Spelling

/// Everything on the screen: pure state that keys and events change and that draws itself into a buffer.
package struct Lab: Sendable {
  /// True when something changed since the last `draw`.
  package internal(set) var needsDraw = true

  var panes: [any Pane] = paneCatalogue.map { $0.init() }
  /// The panes that are not hidden, by their index in the catalogue: tab goes through them.
  var enabled = Set(paneCatalogue.indices)
  /// Which panes go together on the screen.
  var arrangement = Arrangement.all[0]
  /// The panes that were brought to the screen although the arrangement does not have them.
  var added: Set<Int> = []
  var focus = Lab.firstFocus
  var isFull = false
  /// What lies over the panes and takes the keys.
  package internal(set) var dialog: (any Dialog)?
  var message: Message?
  package internal(set) var session = Session()
  var options: LabOptions
  var size = PaneSize(80, 24)
  var leavesAfterSummary = false
  /// Lines that were run on the command line, the latest at the end.
  var lineHistory: [String] = []
  /// How all charts are looked at.
  package internal(set) var view = ChartView()
  /// What was told to those who listen.
  var news = News()
  /// Where the last frame has its focus; nil before one was drawn.
  package internal(set) var cursor: ScreenCursor?
  /// Seconds that passed since the last step.
  var secondsSinceStep = 0.0
  /// Where the boundaries between panes are.
  var shares = Shares()
  /// What the last frame has for a pointer.
  package internal(set) var spots: [Spot] = []
  var buttons: [Button] = []
  var grip: Grip?
  /// Where a chart was pointed at, until the crosshair is drawn there.
  var pointed: Pointed?
  /// The runs that are drawn behind this one.
  var others: [OtherRun] = []
  /// True when the first of them trains next to this one.
  var hasCompanion = false
  /// The last news of every topic.
  var heard: [PaneNews.Topic: PaneNews] = [:]

  /// The pane that turns knobs: its arrow keys work from the start.
  static let firstFocus = paneCatalogue.firstIndex { $0.id == ControlsPane.id } ?? 0

  /// So many steps an answer stays, if no key is pressed.
  private static let answerSteps = 20

  /// The keys that pause, step and attack.
  private static let trainingKeys: [Key] = [.character(" "), .character("."), .character("A")]

  /// A line for the reader; the next key removes it.
  struct Message: Sendable {
    let text: String, isError: Bool
    /// The step at which an answer makes room for the keys again; nil: the next key does that.
    var end: Int?
  }

  /// A lab that has seen nothing yet.
  package init(options: LabOptions = LabOptions()) { self.options = options }

  /// Reacts to a key.
  package mutating func handle(_ key: Key) -> [LabAction] {
    if message != nil {
      message = nil
      needsDraw = true
    }
    return obey(key)
  }

  /// Takes text that was pasted: it is typed where text is taken, in one line, and is never a key.
  package mutating func paste(_ text: String) {
    var isTaken = dialog != nil
    for character in oneLine(text.split(whereSeparator: \.isWhitespace).joined(separator: " ")) {
      isTaken = dialog?.type(character) == true
    }
    guard isTaken else {
      return show("pasted text is ignored; press : to type a command", isError: false)
    }
    showTyped()
    message = nil
    needsDraw = true
  }

  private mutating func obey(_ key: Key) -> [LabAction] {
    defer { showTyped() }
    if let actions = press(key, in: Lab.alwaysKeys) { return actions }
    if dialog == nil, let actions = press(key, in: Lab.crosshairKeys) { return actions }
    if dialog == nil, session.onlooker == .replay, let actions = press(key, in: Lab.replayKeys) { return actions }
    if dialog == nil, let actions = press(key, in: Lab.tourKeys) { return actions }
    // A key that would act on the training says why it does not.
    if dialog == nil, session.isWatching || session.onlooker != nil, !session.isOver, Lab.trainingKeys.contains(key) {
      return send(.pause)
    }
    guard dialog != nil else {
      // Enter opens what the focused pane has selected, and otherwise the pane itself.
      if key == .enter, let actions = pressInPanes(key) { return actions }
      return press(key, in: Lab.openKeys) ?? pressInPanes(key) ?? []
    }
    if let requests = dialog?.press(key) {
      needsDraw = true
      return requests.flatMap { perform($0) }
    }
    // Characters that are not keys are text, where text is taken.
    if case .character(let character) = key, dialog?.type(character) == true { needsDraw = true }
    return []
  }

  /// What is typed as a filter thins the pane out at once, and what is typed as a value stands at its knob.
  private mutating func showTyped() {
    if let open = dialog as? FilterDialog { panes[open.pane].filter = open.text }
    guard var controls = panes[Lab.firstFocus] as? ControlsPane else { return }
    let typing = (dialog as? ValueDialog)?.text
    guard controls.typing != typing else { return }
    controls.typing = typing
    panes[Lab.firstFocus] = controls
    needsDraw = true
  }

  private mutating func press(_ key: Key, in keys: [LabKey]) -> [LabAction]? {
    for binding in keys where binding.keys.contains(key) && binding.isValid(self) {
      needsDraw = true
      return binding.action(&self)
    }
    return nil
  }

  /// Reacts to an event of the session. After `stop`, the answer to the summary is `.leave`.
  package mutating func handle(_ event: Event) -> [LabAction] {
    needsDraw = true
    let answer = isVisible(JournalPane.id) ? nil : session.answer(to: event)
    if let answer { message = Message(text: answer, isError: false, end: session.step + Lab.answerSteps) }
    session.update(event)
    if let end = message?.end, session.step >= end { message = nil }
    follow(event)
    for index in panes.indices { panes[index].update(event) }
    if case .started = event, session.isWatching { showWatchPanes() }
    if let pane = session.tourPane(after: event) { bringForward(pane) }
    if var open = dialog { dialog = open.follow(self) ? open : nil }
    // What an earlier watch found is repeated before this one begins.
    let isNew = !session.isWatching || session.state != .preparing
    if case .alarm(let change) = event, change.state != change.from, change.state == .alarm, isNew {
      return [.bell, .notify("\(change.state.word.lowercased()) at step \(change.step): \(change.line(.screen))")]
    }
    if case .journal(let entry) = event, case .failed(.step, _) = entry.fact, session.onlooker == nil {
      return open(DivergenceDialog()) + [.bell]
    }
    guard case .summary = event else { return [] }
    if leavesAfterSummary { return [.leave] }
    if session.onlooker != nil { return [] }
    if session.isWatching {
      show(session.reason.isEmpty ? "the watch has ended; q leaves" : session.reason, isError: !session.reason.isEmpty)
      return [.bell]
    }
    message = nil
    return open(ResultsDialog()) + [.bell]
  }

  /// The same lab for somebody who only looks on.
  package func looking(on onlooker: Session.Onlooker) -> Lab {
    var lab = self
    lab.session.onlooker = onlooker
    lab.hear(.onlooking(onlooker == .replay ? .replay : .following))
    return lab
  }

  /// The same lab before it has seen anything: what is shown where, and how, stays.
  var emptied: Lab {
    var lab = Lab(options: options)
    lab.adoptPanes(of: self)
    (lab.isFull, lab.size) = (isFull, size)
    lab.lineHistory = lineHistory
    lab.session.onlooker = session.onlooker
    lab.view = view.restarted
    lab.compare(others)
    for item in heard.values { lab.hear(item) }
    return lab
  }

  /// Takes the message away.
  package mutating func dismiss() { message = nil }

  /// Takes in what a run told before this lab was opened: nothing rings, and no run is over.
  package mutating func recall(_ history: [Event]) {
    for event in history {
      switch event {
      case .summary, .state: break
      default: _ = handle(event)
      }
    }
    dialog = nil
  }

  /// Shows a line from the program itself, such as where a frame was saved.
  package mutating func note(_ text: String) { show(text, isError: false) }

  /// Takes in a line that was printed, which would have torn the screen.
  package mutating func log(_ line: String) {
    for index in panes.indices { panes[index].log(line) }
    show(line, isError: false)
  }

  /// What the screen shows, in words: for screen readers, notes and `--describe`.
  package func describe() -> String { parts.map(\.text).joined(separator: "\n") }

  /// The parts of that, each with its name.
  private var parts: [(name: String, text: String)] {
    let results = session.summary.map { FinalTable.spans($0, width: 200).map { $0.map(\.text).joined() } } ?? []
    return [("session", session.sentence)]
      + arranged.map { (Swift.type(of: panes[$0]).id, panes[$0].describe()) }
      + (results.isEmpty ? [] : [("results", results.joined(separator: "\n"))])
  }

  /// What there is to say after an event, for those who listen or take notes: what is new on the screen, in words,
  /// whenever something was measured or decided; nil when nothing new happened. Takes the event in.
  package mutating func words(after event: Event) -> String? {
    // Bells and leaving are for the screen.
    _ = handle(event)
    let isWorthSaying =
      switch event {
      case .probe(let probe): probe.split == .validation
      case .checkpoint(let note): note.kind == .found
      case .started, .alarm, .journal, .summary: true
      // The journal has the sentence of a surgery.
      case .layers, .scatter, .attackProgress, .image, .state, .sample, .surgery: false
      }
    guard isWorthSaying else { return nil }
    let new = parts.map { news.take($0.text, of: $0.name) }.filter { !$0.isEmpty }
    return new.isEmpty ? nil : new.joined(separator: "\n")
  }

  /// The options of another lab that looks like this one, with a theme of it.
  package func options(theme: Int) -> LabOptions {
    var result = options
    result.theme = theme
    return result
  }

  // MARK: for the other files of the lab

  var theme: Theme { options.isBig ? options.themes[options.theme].forProjector : options.themes[options.theme] }

  /// Where everything goes on a screen of the last size drawn.
  package var layout: Layout {
    Layout(
      width: size.width, height: size.height, shapes: panes.map { shape(of: Swift.type(of: $0)) }, enabled: arranged,
      focus: focus, isFull: isFull, caption: tourBar.lines(width: size.width).count + boardRows, shares: shares)
  }

  /// In big mode, panes are comfortable with twice the size only.
  private func shape(of kind: any Pane.Type) -> Layout.Shape {
    let factor = options.isBig ? 2 : 1
    let comfortable = PaneSize(kind.comfortableSize.width * factor, kind.comfortableSize.height * factor)
    return Layout.Shape(minimum: kind.minimumSize, comfortable: comfortable, priority: kind.priority)
  }

  /// Rows for the large numbers.
  private var boardRows: Int { options.isBig ? BigBoard.rows(width: size.width, height: size.height) : 0 }

  mutating func show(_ text: String, isError: Bool) {
    message = Message(text: text, isError: isError)
    needsDraw = true
  }

  var tourBar: TourBar { TourBar(session: session, theme: theme) }

  mutating func send(_ command: Command) -> [LabAction] {
    if session.isOnTour, command.endsTour { return open(TourDialog(command)) }
    if let refusal = session.refusal(of: command) {
      show(refusal.text, isError: true)
      return []
    }
    session.noteSent(command)
    for index in panes.indices { panes[index].noteSent(command) }
    return [.send(command)]
  }

  private mutating func pressInPanes(_ key: Key) -> [LabAction]? {
    let order = layout.places.map(\.pane).sorted { $0 == focus && $1 != focus }
    for index in order {
      guard let requests = panes[index].press(key, isFocused: index == focus) else { continue }
      needsDraw = true
      return requests.flatMap { perform($0) }
    }
    return nil
  }

  /// Presses a key in a pane as if it had the keys.
  mutating func press(_ key: Key, inPane index: Int) -> [LabAction] {
    (panes[index].press(key, isFocused: true) ?? []).flatMap { perform($0) }
  }

  private mutating func perform(_ request: PaneRequest) -> [LabAction] {
    switch request {
    case .send(let command): return ask(command)
    case .say(let text):
      show(text, isError: false)
      return []
    case .edit(let name): return AnyKnob.named(name).map { open(ValueDialog($0)) } ?? []
    case .compare(let names): return compare(named: names)
    case .type(let text): return type(text)
    case .measurePeak: return [.measurePeak]
    }
  }

  /// True while a pane is on the screen.
  func isVisible(_ id: String) -> Bool { layout.places.contains { Swift.type(of: panes[$0.pane]).id == id } }

  /// True while one pane of several could have the whole screen.
  var canFill: Bool { !isFull && layout.places.count > 1 }

  /// True when the focused pane is on the screen and has a use for enter.
  var paneTakesEnter: Bool {
    layout.places.contains { $0.pane == focus }
      && panes[focus].hints.contains { $0.keys.contains(.enter) && $0.isValid }
  }

  /// The pane that a filter would apply to: the focused one, or the first on the screen that takes one.
  var filteredPane: Int? {
    layout.places.map(\.pane).sorted { $0 == focus && $1 != focus }.first { panes[$0].filter != nil }
  }
}
