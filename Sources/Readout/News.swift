/// What is new in a text that is told again and again: only sentences that were not in it the last time. Pure.
package struct News: Sendable {
  private var told: [String: [String]] = [:]

  package init() {}

  /// What is new in `text` since it was last told under this name; the whole text at the first time, empty when nothing
  /// is new.
  package mutating func take(_ text: String, of name: String) -> String {
    let sentences = News.sentences(text), before = told[name]
    told[name] = sentences
    guard let before else { return text }
    let known = Set(before)
    return sentences.filter { !known.contains($0) }.joined(separator: " ")
  }

  /// True once something was told under this name.
  package func knows(_ name: String) -> Bool { told[name] != nil }

  /// The sentences of a text, each with its end.
  static func sentences(_ text: String) -> [String] {
    var sentences: [String] = [], current = ""
    for character in text {
      if character == "\n" || (character == " " && [".", ";", "!", "?"].contains(current.last)) {
        if !current.isEmpty { sentences.append(current) }
        current = ""
      } else {
        current.append(character)
      }
    }
    return current.isEmpty ? sentences : sentences + [current]
  }
}
