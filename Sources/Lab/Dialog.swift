import Events
import Panes
import Plotting
import Readout
import Recipe

/// What lies over the panes and takes the keys. A dialog carries everything that the shell would otherwise list: the
/// key that opens it, its own keys, its title and what it shows. It copies what it needs from the lab in `follow`.
package protocol Dialog: Sendable {
  /// The heading of its keys in the help.
  static var title: String { get }
  /// The key that opens it; nil when the lab opens it on its own.
  static var opening: DialogOpening? { get }
  /// Its keys.
  static var keys: [DialogKey<Self>] { get }
  /// Where it is drawn.
  static var place: DialogPlace { get }
  /// Columns that its lines get at least, where the screen has them.
  static var minimumWidth: Int { get }

  /// The title of its box.
  var heading: String { get }
  /// What is written at the right of the box's upper edge.
  var note: String { get }
  /// How far its lines are scrolled.
  var scroll: ScrolledText { get set }
  /// What its box shows, wrapped to `width` columns.
  func lines(width: Int) -> [[Span]]
  /// The highlighted item of its list; nil for a dialog without one.
  var selectedItem: Int? { get set }
  /// Takes over what it needs from the lab, when it opens and after every event; false closes it.
  mutating func follow(_ lab: Lab) -> Bool
  /// Takes a typed character that is not one of its keys; false when it takes no text.
  mutating func type(_ character: Character) -> Bool
  /// Draws itself into `area`, which may have any size.
  mutating func draw(into buffer: inout CellBuffer, in area: Rect, theme: Theme)
}

/// Where a dialog is drawn.
package enum DialogPlace: Sendable {
  /// In a box over the panes.
  case middle
  /// In the last row, instead of the keys.
  case footer
}

/// A key of a dialog.
package typealias DialogKey<D: Dialog> = KeyBinding<D, DialogRequest>

/// The key that opens a dialog, and where the footer and the help list it.
package struct DialogOpening: Sendable {
  /// The keys it is listed with.
  package enum Group: Sendable {
    /// What is done to the run.
    case session
    /// What is shown.
    case view
  }

  /// The keys it is listed with.
  package let group: Group
  /// The key and what it does.
  package let key: LabKey

  package init(_ group: Group, _ key: LabKey) {
    self.group = group
    self.key = key
  }
}

/// What a dialog asks of the shell in answer to a key.
package enum DialogRequest: Sendable, Hashable {
  /// Close the dialog.
  case close
  /// Send this to the session.
  case send(Command)
  /// Send this to the session; a change that means much is confirmed first.
  case ask(Command)
  /// Undo the last change of a setting.
  case undo
  /// Go on from another step of the run, as another run.
  case branch(step: Int?, [Assignment], isBeside: Bool)
  /// Show the other one of two runs, or the one with this name.
  case view(String?)
  /// Show a replay at this place.
  case seek(RunPlace)
  /// Examine weights of the run that is over.
  case examine(Examination)
  /// End that examination.
  case cancelExamination
  /// Begin another run in place of this one, which is over.
  case next(NextRun)
  /// Show the final table.
  case results
  /// Draw the curves of these runs, too; of none, when there is no name.
  case compare([String])
  /// Stop the run and leave once its checkpoint is written.
  case stop
  /// Ask how to end the run, or leave when it is over.
  case quit
  /// Show what the words of the screen mean.
  case glossary
  /// Save the screen, with what was open before; nil: save nothing.
  case save(FrameFormat?)
  /// Use the theme with this index.
  case theme(Int)
  /// Open the command line with this text.
  case line(String)
  /// Press this key once the dialog is closed.
  case press(Key)
  /// Show only the lines of the pane with this index that contain a text.
  case filter(Int, String)
  /// Keep this line, to be run again.
  case remember(String)
  /// Show this line.
  case say(String, isError: Bool)
}

extension Dialog {
  package static var opening: DialogOpening? { nil }
  package static var place: DialogPlace { .middle }
  package static var minimumWidth: Int { 0 }
  package var note: String { "" }
  package var selectedItem: Int? {
    get { nil }
    set {}
  }
  package mutating func follow(_ lab: Lab) -> Bool { true }
  package mutating func type(_ character: Character) -> Bool { false }

  package mutating func draw(into buffer: inout CellBuffer, in area: Rect, theme: Theme) {
    let content = lines(width: max(1, area.width - 6))
    scroll.draw(
      content, into: &buffer, in: area, title: heading, note: note, theme: theme, minimumWidth: Self.minimumWidth)
  }

  /// Its keys in the present state.
  package var hints: [KeyHint] { Self.keys.map { $0.hint(in: self) } }

  /// Does what the key is bound to; nil when it is not bound or would do nothing.
  package mutating func press(_ key: Key) -> [DialogRequest]? {
    for binding in Self.keys where binding.keys.contains(key) && binding.isValid(self) {
      return binding.action(&self)
    }
    return nil
  }

  // MARK: keys that several dialogs have

  /// The keys that close it.
  static func closing(_ keys: [Key]) -> DialogKey<Self> {
    DialogKey(keys, footer: FooterWord("esc", "close"), "close") { _ in [.close] }
  }

  /// The keys that scroll its lines.
  static var scrolling: [DialogKey<Self>] {
    let moves: [(key: Key, count: Int, description: String)] = [
      (.up, -1, "scroll up"), (.down, 1, "scroll down"), (.pageUp, -10, "ten lines up"),
      (.pageDown, 10, "ten lines down"),
    ]
    return moves.map { key, count, description in
      DialogKey(
        [key], footer: key == .up ? FooterWord("↑/↓", "scroll") : nil, description, when: \.scroll.canScroll
      ) {
        $0.scroll.move(by: count)
        return []
      }
    }
  }
}
