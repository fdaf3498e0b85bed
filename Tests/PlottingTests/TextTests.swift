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
