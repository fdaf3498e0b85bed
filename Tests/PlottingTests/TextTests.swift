import Plotting
import Testing

@Suite struct TextTests {
  @Test func everySizeTakesTextAndABoxWithoutTouchingWhatIsOutside() {
    for width in 0...9 {
      for height in 0...9 {
        let rect = Rect(x: 2, y: 1, width: width, height: height)
        var buffer = CellBuffer(width: 14, height: 12)
        buffer.fill(buffer.bounds, with: Cell("."))
        buffer.box(rect, style: Style(), title: "title", titleStyle: Style(), note: "note")
        buffer.write("a long line of text", x: 0, y: 1, in: rect, style: Style())
        buffer.writeRight("right", end: 14, y: height, in: rect, style: Style())
        for y in 0..<12 {
          for x in 0..<14 where x < 2 || y < 1 || x >= 2 + width || y >= 1 + height {
            #expect(buffer[x, y].scalar == ".")
          }
        }
      }
    }
  }

  @Test func aBoxCarriesTitleAndNoteInItsUpperEdge() {
    var buffer = CellBuffer(width: 24, height: 3)
    buffer.box(buffer.bounds, style: Style(), title: "1 Loss", titleStyle: Style(), note: "log y")
    #expect(
      buffer.text == """
        ╭─ 1 Loss ───── log y ─╮
        │                      │
        ╰──────────────────────╯
        """)
  }

  @Test func aNoteThatDoesNotFitIsLeftOutAndATitleIsCut() {
    var buffer = CellBuffer(width: 12, height: 2)
    buffer.box(buffer.bounds, style: Style(), title: "Accuracy", titleStyle: Style(), note: "validation")
    #expect(buffer.text == "╭─ Accur… ─╮\n╰──────────╯")
  }

  @Test func everyScalarBecomesOneColumn() {
    #expect(String(String.UnicodeScalarView(displayScalars("a\tb\u{301}é漢😀\u{200B}\n"))) == "a bé?? ")
  }

  @Test func clippedTextHasAtMostTheWidth() {
    for width in 0...9 { #expect(displayWidth(clipped("accuracy", to: width)) == min(width, 8)) }
    #expect(clipped("accuracy", to: 5) == "accu…")
  }

  @Test func wrappedTextKeepsEveryWordAndTheWidth() {
    let text = "the quick brown fox jumps over extraordinarily lazy dogs"
    for width in 1...60 {
      let lines = wrapped(text, to: width)
      #expect(lines.allSatisfy { displayWidth($0) <= width })
      #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    }
    #expect(wrapped("one two", to: 5) == ["one", "two"])
  }

  @Test func reducedFramesHoldASCIIOnly() {
    var buffer = CellBuffer(width: 8, height: 1)
    buffer.write("╭─γ→·é█∘", x: 0, y: 0, in: buffer.bounds, style: Style())
    buffer.reduceToASCII()
    #expect(buffer.text == "+-g>.?#o")
  }

  @Test func numbersAreWrittenWithAPointAndNoLocale() {
    #expect(NumberText.fixed(0.5, digits: 2) == "0.50")
    #expect(NumberText.fixed(-0.001, digits: 2) == "0.00")
    #expect(NumberText.fixed(.nan, digits: 2) == "nan")
    #expect(
      [1.3149, 0.0612, 12.3, 123.4, 0, 2.4e-5, 9.99e9, -0.5].map(NumberText.short)
        == ["1.31", "0.0612", "12.3", "123", "0", "2.4e-5", "1e10", "-0.500"])
    #expect([0, 0.984, 1].map(NumberText.share) == [".00", ".98", "1.00"])
    #expect([0, 7, 1840, 1_234_567, -1840].map(NumberText.grouped) == ["0", "7", "1 840", "1 234 567", "-1 840"])
    #expect(
      [0, 7.4, 750, 11_105, .infinity, -1].map(NumberText.duration) == ["0:00", "0:07", "12:30", "3:05:05", "–", "–"])
  }

  @Test func aRoleTakesWhatItLeavesOpenFromTheRoleBelow() {
    let theme = Theme(
      name: "test",
      styles: [
        .text: Style(.palette(1), on: .palette(2)), .clean: Style(.palette(3)),
        .dialog: Style(.palette(4), on: .palette(5), .bold), .key: Style(.terminal, on: .terminal, .underline),
      ])
    #expect(theme.style(.clean) == Style(.palette(3), on: .palette(2)))
    #expect(theme.style(.clean, over: .dialog) == Style(.palette(3), on: .palette(5), .bold))
    #expect(theme.style(.key, over: .dialog) == Style(.palette(4), on: .palette(5), [.bold, .underline]))
  }
}
