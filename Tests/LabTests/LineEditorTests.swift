import Lab
import Panes
import Testing

struct LineEditorTests {
  private func editor(_ text: String, _ keys: [Key]) -> LineEditor {
    var editor = LineEditor(text)
    for key in keys { _ = editor.press(key) }
    return editor
  }

  @Test func theCursorMovesAndStopsAtBothEnds() {
    for (keys, cursor) in [
      ([Key.left], 2), ([.left, .left, .left, .left, .left], 0), ([.right], 3), ([.home], 0), ([.home, .end], 3),
      ([.control("a")], 0), ([.control("a"), .control("e")], 3), ([.control("b")], 2), ([.home, .control("f")], 1),
    ] { #expect(editor("abc", keys).cursor == cursor, "\(keys)") }
  }

  @Test func textIsInsertedAtTheCursor() {
    var line = editor("βc", [.left])
    line.type("b")
    #expect(line.text == "βbc" && line.head == "βb" && line.tail == "c")
  }

  @Test func everyDeletionTakesItsPart() {
    for (text, keys, left) in [
      ("abc", [Key.backspace], "ab"), ("abc", [.home, .backspace], "abc"), ("abc", [.home, .delete], "bc"),
      ("abc", [.delete], "abc"), ("abc", [.left, .control("u")], "c"), ("abc", [.left, .control("k")], "ab"),
      ("set  beta 1", [.control("w")], "set  beta "), ("set  beta ", [.control("w")], "set  "),
      ("one", [.control("w")], ""), ("", [.control("w")], ""), ("abc", [.home, .control("d")], "bc"),
      ("abc", [.control("h")], "ab"),
    ] { #expect(editor(text, keys).text == left, "\(text) \(keys)") }
  }

  @Test func otherKeysAreLeftAlone() {
    var line = LineEditor("abc")
    for key in [Key.up, .down, .enter, .escape, .tab, .pageUp, .control("x"), .character("a"), .function(1)] {
      let isKnown = line.press(key)
      #expect(!isKnown && line.text == "abc")
    }
    for key in LineEditor.keys.flatMap(\.keys) {
      let isKnown = line.press(key)
      #expect(isKnown, "\(key)")
    }
  }

  @Test func theCursorIsAlwaysInTheWindow() {
    for length in 0...9 {
      for cursor in 0...length {
        var line = LineEditor(String("0123456789".prefix(length)))
        for _ in cursor..<length { _ = line.press(.left) }
        for room in 0...12 {
          let (text, place) = line.window(room)
          #expect(
            text.count <= max(0, room) && place >= 0 && (room == 0 || place < room), "\(length) \(cursor) \(room)")
          // What stands under the cursor is what the next key would push to the right.
          if room > 2, cursor < length, place < text.count {
            #expect(text.dropFirst(place).first == line.tail.first, "\(length) \(cursor) \(room)")
          }
        }
      }
    }
  }
}
