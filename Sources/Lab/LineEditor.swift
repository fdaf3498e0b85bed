import Panes
import Plotting
import Spelling

/// A line of text while it is typed, with a cursor: the keys of every shell move it.
package struct LineEditor: Sendable, Hashable {
  /// The characters.
  private var characters: [Character] = []
  /// The number of characters before the cursor.
  package private(set) var cursor = 0

  package init(_ text: String = "") { set(text) }

  /// What has been typed.
  package var text: String { String(characters) }
  /// What stands before the cursor.
  package var head: String { String(characters[..<cursor]) }
  /// What stands after it.
  package var tail: String { String(characters[cursor...]) }
  package var isEmpty: Bool { characters.isEmpty }

  /// Puts another text there, the cursor at its end.
  package mutating func set(_ text: String, tail: String = "") {
    characters = Array(text) + Array(tail)
    cursor = text.count
  }

  package mutating func type(_ character: Character) {
    characters.insert(character, at: cursor)
    cursor += 1
  }

  /// Moves the cursor or deletes. False for a key that does neither.
  package mutating func press(_ key: Key) -> Bool {
    switch key {
    case .left, .control("b"): cursor = max(0, cursor - 1)
    case .right, .control("f"): cursor = min(characters.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = characters.count
    case .backspace, .control("h"): remove(max(0, cursor - 1)..<cursor)
    case .delete, .control("d"): remove(cursor..<min(characters.count, cursor + 1))
    case .control("u"): remove(0..<cursor)
    case .control("k"): remove(cursor..<characters.count)
    case .control("w"): remove(wordStart..<cursor)
    default: return false
    }
    return true
  }

  /// The keys that `press` knows, but for backspace, which may mean more, and what they do.
  package static let keys: [(keys: [Key], description: String)] = [
    ([.left, .control("b")], "one character to the left"), ([.right, .control("f")], "one character to the right"),
    ([.home, .control("a")], "to the beginning of the line"), ([.end, .control("e")], "to the end of the line"),
    ([.delete, .control("d")], "delete the character under the cursor"),
    ([.control("h")], "delete the character before the cursor"),
    ([.control("w")], "delete the word before the cursor"),
    ([.control("u")], "delete to the beginning of the line"), ([.control("k")], "delete to the end of the line"),
  ]

  private mutating func remove(_ range: Range<Int>) {
    characters.removeSubrange(range)
    cursor = range.lowerBound
  }

  /// Where the word before the cursor begins.
  private var wordStart: Int {
    var start = cursor
    while start > 0, characters[start - 1] == " " { start -= 1 }
    while start > 0, characters[start - 1] != " " { start -= 1 }
    return start
  }

  /// The text and where the cursor stands in `room` columns: a long line is cut, the cursor stays visible.
  package func window(_ room: Int) -> (text: String, cursor: Int) {
    guard room > 0 else { return ("", 0) }
    let scalars = displayScalars(head), rest = displayScalars(tail)
    // Every scalar takes one column, and the cursor another one.
    let kept = max(0, room - 1)
    let left =
      scalars.count <= kept
      ? scalars : kept == 0 ? [] : ["…"] + scalars.suffix(kept - 1)
    let shown = left + rest.prefix(room - left.count)
    return (String(String.UnicodeScalarView(shown)), left.count)
  }
}
