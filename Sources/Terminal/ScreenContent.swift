import Events
import Lab
import Panes
import Plotting

/// What the screen can show, such as `Lab`: pure state that reacts to keys and events and draws itself.
package protocol ScreenContent: Sendable {
  /// True when something has changed since the last `draw`.
  var needsDraw: Bool { get }

  /// True while it changes by itself as time passes.
  var isMoving: Bool { get }

  /// So many seconds have passed.
  mutating func advance(by seconds: Double)

  /// Reacts to a key.
  mutating func handle(_ key: Key) -> [LabAction]

  /// Reacts to the mouse.
  mutating func handle(_ pointer: Pointer) -> [LabAction]

  /// Takes text that was pasted.
  mutating func paste(_ text: String)

  /// Which of the runs on the screen is shown: keys and commands go to it.
  var shown: Int { get }

  /// Reacts to an event of one of the runs.
  mutating func handle(_ event: Event, of run: Int) -> [LabAction]

  /// A branch begins to train next to the run.
  mutating func open(_ history: [Event], beside parent: OtherRun)

  /// Takes in what an examination of one of the runs tells.
  mutating func take(_ news: ExaminationNews, of run: Int)

  /// Draws the curves of other runs, too.
  mutating func compare(_ runs: [OtherRun])

  /// Takes in what no session tells.
  mutating func hear(_ news: PaneNews)

  /// How it is looked at, to begin with it the next time; nil when there is nothing to remember.
  var memory: LabMemory? { get }

  /// Takes in a line that was printed while the screen was open.
  mutating func log(_ line: String)

  /// Shows a message of the program.
  mutating func note(_ text: String)

  /// Where the last frame has its focus; nil: nowhere.
  var cursor: ScreenCursor? { get }

  /// Draws the frame. The buffer has the size of the screen.
  mutating func draw(into buffer: inout CellBuffer)
}

extension ScreenContent {
  package var isMoving: Bool { false }
  package var cursor: ScreenCursor? { nil }
  package mutating func advance(by seconds: Double) {}
  package mutating func handle(_ pointer: Pointer) -> [LabAction] { [] }
  package mutating func log(_ line: String) { note(line) }
  // Most contents show one run.
  package var shown: Int { 0 }
  package mutating func open(_ history: [Event], beside parent: OtherRun) {}
  package mutating func take(_ news: ExaminationNews, of run: Int) {}
  package mutating func hear(_ news: PaneNews) {}
  package var memory: LabMemory? { nil }
}

extension Lab: ScreenContent {
  package mutating func handle(_ event: Event, of run: Int) -> [LabAction] { handle(event) }
  package mutating func take(_ news: ExaminationNews, of run: Int) { take(news) }
}

extension Replay: ScreenContent {
  package mutating func handle(_ event: Event, of run: Int) -> [LabAction] { [] }
}

extension Desk: ScreenContent {}
