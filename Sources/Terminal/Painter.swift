import CTerminal
import Lab
import Plotting

/// Draws frames on the open screen: only the cells that changed, in colors that the terminal has.
struct Painter {
  private let ladder: ColorLadder
  private var pairs: PairTable
  /// The frame on the screen; nil when it is unknown.
  private(set) var shown: CellBuffer?
  private var cursor: ScreenCursor?

  /// For the screen that is open now.
  init(options: ScreenOptions) {
    ladder = ColorLadder(available: Int(terminal_colours()), limit: options.colors)
    pairs = PairTable(capacity: Int(terminal_pairs()))
  }

  /// An empty frame with the size of the screen.
  var blank: CellBuffer { CellBuffer(width: Int(terminal_columns()), height: Int(terminal_rows())) }

  /// Draws `frame`. Returns false when nothing had to be written. `asks`: the terminal says when it has drawn it.
  mutating func paint(_ frame: CellBuffer, cursor: ScreenCursor?, asks: Bool) -> Bool {
    let runs = frame.changes(since: shown)
    defer { (shown, self.cursor) = (frame, cursor) }
    guard !runs.isEmpty || cursor != self.cursor else { return false }
    for run in runs {
      let style = run.style
      let pair = PairTable.Pair(ladder.number(of: style.foreground), on: ladder.number(of: style.background))
      let number = pairs.number(of: pair) { terminal_set_pair($0, $1.foreground, $1.background) }
      terminal_style(Int32(style.attributes.rawValue), number)
      terminal_put(Int32(run.row), Int32(run.column), run.scalars, Int32(run.scalars.count))
    }
    if let cursor { terminal_cursor(Int32(cursor.y), Int32(cursor.x), cursor.isVisible ? 1 : 0) }
    terminal_flush(asks ? 1 : 0)
    return true
  }

  /// Makes the next frame redraw every cell.
  mutating func forget() {
    shown = nil
    terminal_repaint()
  }
}
