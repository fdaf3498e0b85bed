import CTerminal
import Plotting

/// Puts frames on the open screen: only the cells that changed, in the colours that the terminal has.
struct Painter {
  private let ladder: ColourLadder
  private var pairs: PairTable
  /// What the screen shows; nil when that is not known.
  private(set) var shown: CellBuffer?

  /// For the screen as it is open now.
  init(options: ScreenOptions) {
    ladder = ColourLadder(available: Int(terminal_colours()), limit: options.colours)
    pairs = PairTable(capacity: Int(terminal_pairs()))
  }

  /// An empty frame of the size of the screen.
  var blank: CellBuffer { CellBuffer(width: Int(terminal_columns()), height: Int(terminal_rows())) }

  /// Makes the screen show `frame`.
  mutating func paint(_ frame: CellBuffer) {
    for run in frame.changes(since: shown) {
      let style = run.style
      let pair = PairTable.Pair(ladder.number(of: style.foreground), on: ladder.number(of: style.background))
      let number = pairs.number(of: pair) { terminal_set_pair($0, $1.foreground, $1.background) }
      terminal_style(Int32(style.attributes.rawValue), number)
      terminal_put(Int32(run.row), Int32(run.column), run.scalars, Int32(run.scalars.count))
    }
    terminal_flush()
    shown = frame
  }

  /// Lets the next frame put every cell.
  mutating func forget() {
    shown = nil
    terminal_repaint()
  }
}
