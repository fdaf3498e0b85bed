import Events
import Lab
import Panes
import Plotting

/// What can be shown on the screen: pure state that keys and events change and that draws itself. `Lab` is one.
package protocol ScreenContent: Sendable {
  /// True when something changed since the last `draw`.
  var needsDraw: Bool { get }

  /// Reacts to a key.
  mutating func handle(_ key: Key) -> [LabAction]

  /// Reacts to an event of the session.
  mutating func handle(_ event: Event) -> [LabAction]

  /// Shows a line from the program itself.
  mutating func note(_ text: String)

  /// Draws the frame; the size of the buffer is the size of the screen.
  mutating func draw(into buffer: inout CellBuffer)
}

extension Lab: ScreenContent {}
