import Events
import Lab
import Panes
import Plotting
import Testing

/// What others print while the screen is open.
struct LogTests {
  private func pane(_ lines: Int) -> LogPane {
    var pane = LogPane()
    pane.update(.sample(Script.sample(7)))
    for line in 0..<lines { pane.log("line \(line)") }
    return pane
  }

  private func text(_ pane: LogPane, _ width: Int = 40, _ height: Int = 5) -> String {
    var buffer = CellBuffer(width: width, height: height)
    pane.draw(
      into: &buffer, in: buffer.bounds, context: PaneContext(theme: .mono, symbols: .braille, isFocused: true))
    return buffer.text
  }

  @Test func theLatestLinesAreAtTheBottom() {
    #expect(text(LogPane()).contains("nothing was printed"))
    let full = text(pane(9))
    #expect(full.contains("   7 line 8") && full.contains("line 4") && !full.contains("line 3"))
    #expect(pane(9).note == "9 lines" && pane(9).describe().hasSuffix("Last, at step 7: line 8"))
  }

  @Test func olderLinesAreScrolledTo() {
    var pane = pane(9)
    _ = pane.press(.up, isFocused: true)
    #expect(text(pane).contains("line 7") && !text(pane).contains("line 8") && pane.note == "1 newer")
    _ = pane.press(.home, isFocused: true)
    #expect(text(pane).contains("line 0"))
    _ = pane.press(.end, isFocused: true)
    #expect(text(pane).contains("line 8"))
  }

  @Test func itDoesNotGrowWithoutEnd() {
    let long = pane(LogPane.capacity + 5)
    #expect(long.note == "1005 lines" || long.note == "1 005 lines")
    var first = long
    _ = first.press(.home, isFocused: true)
    #expect(text(first).contains("line 5"))
  }

  @Test func aFilterThinsItOut() {
    var pane = pane(20)
    pane.filter = "LINE 1"
    #expect(text(pane, 40, 20).contains("line 19") && !text(pane, 40, 20).contains("line 2\n"))
    pane.filter = "zzz"
    #expect(text(pane).contains("no line contains that"))
  }

  @Test func controlCharactersDoNotReachTheScreen() {
    var pane = LogPane()
    pane.log("a\u{1B}[31mb\nc")
    #expect(!text(pane).unicodeScalars.contains("\u{1B}") && !text(pane).contains("\n   7 c"))
  }

  @Test func theLabPassesOnWhatWasPrinted() {
    var lab = Script.lab(to: 60)
    lab.log("a library says hello")
    #expect(lab.frame(120, 36).contains("a library says hello"), "once in the last row")
    _ = lab.frame(120, 36)
    for _ in 0..<4 { lab.press(.character("p")) }
    #expect(lab.describe().contains("Log: 1 line. Last, at step 60: a library says hello"))
  }
}
