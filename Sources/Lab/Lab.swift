import Events
import Panes
import Plotting

/// What the lab asks of whoever runs it, in answer to a key.
public enum LabAction: Sendable, Hashable {
  /// Send this to the session.
  case send(Command)
  /// Close the screen; what was asked of the session went before it as `.send`.
  case leave
  /// Suspend the program (ctrl-z).
  case suspend
  /// Draw every cell anew (ctrl-l).
  case redraw
  /// Sound the bell.
  case bell
  /// Save this frame as a file; the shell answers with `note(_:)`.
  case saveFrame
}

/// The whole face: pure state that keys and events change and that draws itself into a buffer.
public struct Lab: Sendable {
  /// True when something changed since the last `draw`.
  public private(set) var needsDraw = true

  /// An empty lab.
  public init(options: LabOptions = LabOptions()) {}

  /// Reacts to a key.
  public mutating func handle(_ key: Key) -> [LabAction] {
    needsDraw = true
    return key == .character("q") ? [.leave] : []
  }

  /// Reacts to an event of the session; the answer may hold a bell.
  public mutating func handle(_ event: Event) -> [LabAction] {
    needsDraw = true
    return []
  }

  /// Shows a line from the program itself, such as where a frame was saved.
  public mutating func note(_ text: String) { needsDraw = true }

  /// Draws the frame; the size of the buffer is the size of the screen.
  public mutating func draw(into buffer: inout CellBuffer) { needsDraw = false }
}

/// What the lab is started with.
public struct LabOptions: Sendable {
  /// All defaults.
  public init() {}
}
