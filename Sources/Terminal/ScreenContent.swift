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

  /// Reacts to an event of the session.
  mutating func handle(_ event: Event) -> [LabAction]

  /// Shows a message of the program.
  mutating func note(_ text: String)

  /// Draws the frame. The buffer has the size of the screen.
  mutating func draw(into buffer: inout CellBuffer)
}

extension ScreenContent {
  package var isMoving: Bool { false }
  package mutating func advance(by seconds: Double) {}
}

extension Lab: ScreenContent {}

extension Replay: ScreenContent {
  package mutating func handle(_ event: Event) -> [LabAction] { [] }
}
