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
  /// The row that the next frame begins with; those before it were drawn last.
  private var row = 0
  /// True while a part of the last frame has not been drawn.
  private(set) var isBehind = false

  /// For the screen that is open now.
  init(options: ScreenOptions) {
    ladder = ColorLadder(available: Int(terminal_colours()), limit: options.colors)
    pairs = PairTable(capacity: Int(terminal_pairs()))
  }

  /// An empty frame with the size of the screen.
  var blank: CellBuffer { CellBuffer(width: Int(terminal_columns()), height: Int(terminal_rows())) }

  /// Draws `frame`, or rows of it with about `most` changed cells; the next call goes on with the others. `fromTop`:
  /// starts again at the top. `asks`: the terminal says when it has drawn it. Returns how many cells were
  /// written; nil for none.
  mutating func paint(
    _ frame: CellBuffer, cursor: ScreenCursor?, asks: Bool, most: Int? = nil, fromTop: Bool = true
  ) -> Int? {
    // Pictures need many pairs of colors. Numbers begin again before they run out, and every cell gets a new one.
    if pairs.isNearlyFull {
      pairs = PairTable(capacity: Int(terminal_pairs()))
      forget()
    }
    let runs = frame.changes(since: shown)
    let chosen = part(of: runs, most: shown?.bounds == frame.bounds ? most : nil, fromTop: fromTop)
    isBehind = chosen.count < runs.count
    let hasMoved = cursor != self.cursor
    self.cursor = cursor
    var next = isBehind ? shown ?? frame : frame
    defer { shown = next }
    guard !runs.isEmpty || hasMoved else { return nil }
    for run in chosen {
      let style = run.style
      let pair = PairTable.Pair(ladder.number(of: style.foreground), on: ladder.number(of: style.background))
      let number = pairs.number(of: pair) { terminal_set_pair($0, $1.foreground, $1.background) }
      terminal_style(Int32(style.attributes.rawValue), number)
      terminal_put(Int32(run.row), Int32(run.column), run.scalars, Int32(run.scalars.count))
      guard isBehind else { continue }
      for column in run.column..<run.column + run.scalars.count { next[column, run.row] = frame[column, run.row] }
    }
    if let cursor { terminal_cursor(Int32(cursor.y), Int32(cursor.x), cursor.isVisible ? 1 : 0) }
    terminal_flush(asks ? 1 : 0)
    return chosen.reduce(0) { $0 + $1.scalars.count }
  }

  /// Whole rows with about `most` cells, from the row on that is next, so that every row has its turn.
  private mutating func part(of runs: [CellRun], most: Int?, fromTop: Bool) -> [CellRun] {
    guard let most else { return runs }
    if fromTop { row = 0 }
    var chosen: [CellRun] = [], count = 0, last = -1
    for run in runs.filter({ $0.row >= row }) + runs.filter({ $0.row < row }) {
      if run.row != last, count >= most { break }
      chosen.append(run)
      count += run.scalars.count
      last = run.row
    }
    row = last + 1
    return chosen
  }

  /// Makes the next frame redraw every cell.
  mutating func forget() {
    shown = nil
    terminal_repaint()
  }
}
