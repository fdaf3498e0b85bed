import Events
import Panes
import Plotting

/// The whole face: pure state that keys and events change and that draws itself into a buffer.
package struct Lab: Sendable {
  /// True when something changed since the last `draw`.
  package internal(set) var needsDraw = true

  var panes: [any Pane] = paneCatalogue.map { $0.init() }
  /// Which panes are wanted, by their place in the catalogue.
  var enabled = Set(paneCatalogue.indices)
  var focus = Lab.firstFocus
  var isFull = false
  var overlay: Overlay?
  var message: Message?
  var session = Session()
  var options: LabOptions
  var size = PaneSize(80, 24)
  var leavesAfterSummary = false

  /// The pane that turns knobs: its arrows work at once.
  static let firstFocus = paneCatalogue.firstIndex { $0.id == ControlsPane.id } ?? 0

  /// A line for the reader; it goes with the next key.
  struct Message: Sendable {
    let text: String, isError: Bool
  }

  /// A lab that has seen nothing yet.
  package init(options: LabOptions = LabOptions()) { self.options = options }

  /// Reacts to a key.
  package mutating func handle(_ key: Key) -> [LabAction] {
    if message != nil {
      message = nil
      needsDraw = true
    }
    // On a tour any key takes over; it also does what it always does.
    return (session.isOnTour ? send(.takeOver) : []) + obey(key)
  }

  private mutating func obey(_ key: Key) -> [LabAction] {
    for context in [nil, context] {
      for binding in Lab.keys(in: context) where binding.keys.contains(key) && binding.isValid(self) {
        needsDraw = true
        return binding.action(&self)
      }
    }
    return context == .panes ? pressInPanes(key) : type(key)
  }

  /// Reacts to an event of the session. After `stop`, the answer to the summary is `.leave`.
  package mutating func handle(_ event: Event) -> [LabAction] {
    needsDraw = true
    let canFinish = session.state != .testing, wasAttacking = session.isAttacking
    session.update(event)
    for index in panes.indices { panes[index].update(event) }
    if case .quit(let dialog) = overlay, canFinish != (session.state != .testing) {
      overlay = .quit(dialog.offering(finish: session.state != .testing))
    }
    if case .attack = overlay, wasAttacking != session.isAttacking || !session.canAttack { overlay = nil }
    if case .alarm(let change) = event, change.state != change.from, change.state == .alarm {
      return [.bell, .notify("\(change.state.word.lowercased()) at step \(change.step): \(change.text)")]
    }
    guard case .summary = event else { return [] }
    if leavesAfterSummary { return [.leave] }
    overlay = .results(ScrolledText())
    message = nil
    return [.bell]
  }

  /// Shows a line from the program itself, such as where a frame was saved.
  package mutating func note(_ text: String) { show(text, isError: false) }

  /// What the screen shows, in words: for screen readers, notes and `--describe`.
  package func describe() -> String {
    let results = session.summary.map { ResultsTable.lines($0, width: 200).map { $0.map(\.text).joined() } } ?? []
    return ([session.sentence] + enabled.sorted().map { panes[$0].describe() } + results).joined(separator: "\n")
  }

  // MARK: for the other files of the lab

  var theme: Theme { options.themes[options.theme] }

  var context: KeyContext {
    switch overlay {
    case nil: .panes
    case .quit: .quit
    case .help: .help
    case .describe: .describe
    case .results: .results
    case .command: .command
    case .change: .change
    case .attack: .attack
    }
  }

  /// Where everything goes on a screen of the last size drawn.
  package var layout: Layout {
    Layout(
      width: size.width, height: size.height,
      shapes: panes.map { pane in
        let kind = Swift.type(of: pane)
        return Layout.Shape(minimum: kind.minimumSize, comfortable: kind.comfortableSize, priority: kind.priority)
      },
      enabled: enabled.sorted(), focus: focus, isFull: isFull)
  }

  mutating func show(_ text: String, isError: Bool) {
    message = Message(text: text, isError: isError)
    needsDraw = true
  }

  mutating func send(_ command: Command) -> [LabAction] {
    session.noteSent(command)
    for index in panes.indices { panes[index].noteSent(command) }
    return [.send(command)]
  }

  private mutating func pressInPanes(_ key: Key) -> [LabAction] {
    let order = layout.places.map(\.pane).sorted { $0 == focus && $1 != focus }
    for index in order {
      guard let requests = panes[index].press(key, isFocused: index == focus) else { continue }
      needsDraw = true
      return requests.flatMap { request -> [LabAction] in
        switch request {
        case .send(let command): return ask(command)
        case .say(let text):
          show(text, isError: false)
          return []
        }
      }
    }
    return []
  }

  /// Characters that are not keys are text, where text is taken.
  private mutating func type(_ key: Key) -> [LabAction] {
    guard case .character(let character) = key else { return [] }
    switch overlay {
    case .help(var help):
      help.type(character)
      overlay = .help(help)
    case .command(var line):
      line.type(character)
      overlay = .command(line)
    default: return []
    }
    needsDraw = true
    return []
  }
}
