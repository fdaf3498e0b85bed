import Events
import Plotting

/// One part of the screen. A pane carries everything that the shell would otherwise list: its name, its sizes, its
/// keys.
package protocol Pane: Sendable {
  /// The name in commands and files.
  static var id: String { get }
  /// The title on the screen.
  static var title: String { get }
  /// The smallest usable size in columns and rows, border included.
  static var minimumSize: PaneSize { get }
  /// The smallest size that reads well next to other panes, border included.
  static var comfortableSize: PaneSize { get }
  /// When space is short, panes with higher numbers stay.
  static var priority: Int { get }
  /// Its keys.
  static var keys: [PaneKey<Self>] { get }

  /// A pane that has seen nothing.
  init()
  /// The keys that the wheel stands for over this pane; a pane with a chart is zoomed instead.
  static var wheelKeys: (up: Key, down: Key) { get }
  /// True when it draws a chart over steps: the keys of charts are heard while it is on the screen.
  static var hasChart: Bool { get }
  /// What is written at the right of the upper border.
  var note: String { get }
  /// Only lines that contain this text are shown; nil for a pane that takes no filter.
  var filter: String? { get set }
  /// The selected item of its list; nil for a pane without one.
  var selectedItem: Int? { get set }
  /// Takes note of an event.
  mutating func update(_ event: Event)
  /// Draws the curves of other runs behind its own, instead of those that were there.
  mutating func compare(_ runs: [OtherRun])
  /// Takes note of an event of the other run with this index.
  mutating func update(_ event: Event, of other: Int)
  /// Takes note of what was printed while the screen was open.
  mutating func log(_ line: String)
  /// Takes note of a command that was sent to the session, by any part of the screen.
  mutating func noteSent(_ command: Command)
  /// How its charts are looked at from now on.
  mutating func look(_ view: ChartView)
  /// Takes in what no session tells; true when what it shows has changed.
  mutating func hear(_ news: PaneNews) -> Bool
  /// What its keys have set and the next lab begins with, by name.
  var choices: [String: String] { get }
  /// Takes over what was set before; leaves out what it does not know.
  mutating func restore(_ choices: [String: String])
  /// Draws what is inside the border into `rect`, which may have any size.
  func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext)
  /// What the pane shows, in two or three sentences.
  func describe() -> String
}

/// Columns and rows.
package struct PaneSize: Sendable, Hashable {
  /// Columns.
  package var width: Int
  /// Rows.
  package var height: Int

  package init(_ width: Int, _ height: Int) {
    self.width = width
    self.height = height
  }
}

/// How a pane has to look now.
package struct PaneContext: Sendable {
  /// Colors by role.
  package var theme: Theme
  /// The ladder of characters.
  package var symbols: Symbols
  /// True when this pane has the keys.
  package var isFocused: Bool

  package init(theme: Theme, symbols: Symbols, isFocused: Bool) {
    self.theme = theme
    self.symbols = symbols
    self.isFocused = isFocused
  }
}

extension Pane {
  package var filter: String? {
    get { nil }
    set {}
  }

  // Most panes have no list to select from.
  package var selectedItem: Int? {
    get { nil }
    set {}
  }

  /// Most panes wait for the session's events.
  package mutating func noteSent(_ command: Command) {}
  // Most panes have no chart.
  package static var hasChart: Bool { false }
  package static var wheelKeys: (up: Key, down: Key) { (.up, .down) }
  package mutating func look(_ view: ChartView) {}
  // Most panes hear of the session only, and keep nothing for the next time.
  package mutating func hear(_ news: PaneNews) -> Bool { false }
  package var choices: [String: String] { [:] }
  package mutating func restore(_ choices: [String: String]) {}
  package mutating func log(_ line: String) {}
  // Most panes show one run only.
  package mutating func compare(_ runs: [OtherRun]) {}
  package mutating func update(_ event: Event, of other: Int) {}

  /// Its bindings without the state.
  package var hints: [KeyHint] { Self.keys.map { $0.hint(in: self) } }

  /// Does what the key is bound to; nil when it is not bound, not heard or would have no effect.
  package mutating func press(_ key: Key, isFocused: Bool) -> [PaneRequest]? {
    for binding in Self.keys where binding.keys.contains(key) && (isFocused || binding.scope == .visible) {
      if binding.isValid(self) { return binding.action(&self) }
    }
    return nil
  }
}
