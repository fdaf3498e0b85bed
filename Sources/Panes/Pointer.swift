/// What the mouse of a terminal did, and at which cell.
package struct Pointer: Sendable, Hashable {
  /// What it did. Buttons other than the left one are not told.
  package enum Action: Sendable, Hashable {
    /// The left button went down, moved while it was down, came up.
    case press, drag, release
    /// One notch of the wheel, away from the person and towards them.
    case wheelUp, wheelDown
  }

  /// What it did.
  package let action: Action
  /// Column and row, from 0 at the top left.
  package let x, y: Int

  package init(_ action: Action, x: Int, y: Int) { (self.action, self.x, self.y) = (action, x, y) }
}
