import Panes
import Spelling

/// The line after `:` while it is typed.
package struct Prompt: Sendable {
  /// What has been typed.
  package var text: String { editor.text }
  package private(set) var editor = LineEditor()
  private let names: LineNames
  /// The candidates that tab goes through, and the next one.
  private var cycle: Cycle?
  /// Lines that were run before, the latest at the end.
  private let history: [String]
  /// How far back in the history the line is from; 0: it is new.
  private var back = 0
  /// The new line, while an older one is shown.
  private var draft = ""

  private struct Cycle: Sendable {
    let stem: String
    let candidates: [String]
    var next = 0
  }

  /// A line with this text; `names` are those that commands accept, `history` the lines that were run before.
  package init(_ names: LineNames = LineNames(), history: [String] = [], text: String = "") {
    self.names = names
    self.history = history
    editor.set(text)
  }

  /// Adds a character at the cursor.
  package mutating func type(_ character: Character) {
    editor.type(character)
    cycle = nil
  }

  /// Moves the cursor or deletes.
  package mutating func press(_ key: Key) {
    _ = editor.press(key)
    cycle = nil
  }

  /// Deletes the character before the cursor; false when the line is empty.
  package mutating func erase() -> Bool {
    cycle = nil
    guard !editor.isEmpty else { return false }
    return editor.press(.backspace)
  }

  /// Shows the line that was run `count` lines before (after, if negative) the one that is shown.
  package mutating func recall(_ count: Int) {
    if back == 0 { draft = text }
    back = min(max(0, back + count), history.count)
    editor.set(back == 0 ? draft : history[history.count - back])
    cycle = nil
  }

  /// Puts the next candidate in place of the word before the cursor.
  package mutating func complete() {
    if cycle == nil {
      let (stem, candidates) = candidates
      cycle = Cycle(stem: stem, candidates: candidates)
    }
    guard var current = cycle, !current.candidates.isEmpty else { return }
    let isOnly = current.candidates.count == 1
    let word = current.candidates[current.next]
    let space = isOnly && takesMore(current.stem, word) ? " " : ""
    editor.set(current.stem + word + space, tail: editor.tail)
    current.next = (current.next + 1) % current.candidates.count
    cycle = isOnly ? nil : current
  }

  /// What the word before the cursor may become, and everything before it.
  package var candidates: (stem: String, words: [String]) {
    let parts = editor.head.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let word = parts.last ?? "", first = parts.first ?? ""
    if let equals = word.firstIndex(of: "="), parts.count == 1 || Prompt.takesChanges.contains(first) {
      let last = String(word[word.index(after: equals)...])
      let values = LineCommand.values(of: String(word[..<equals]), names)
      return (String(editor.head.dropLast(last.count)), values.filter { $0.hasPrefix(last) && $0 != last })
    }
    let knobs = LineCommand.liveKnobs.map { $0.name + "=" }
    let words =
      parts.count < 2
      ? LineCommand.all.map(\.word) + knobs
      : command(first)?.candidates(Array(parts.dropFirst().dropLast()), names) ?? []
    // A setting's sign is completed where one has begun to type it.
    let signs = word.isEmpty ? [] : LineCommand.liveKnobs.map { $0.symbol + "=" }.filter { !knobs.contains($0) }
    return (
      String(editor.head.dropLast(word.count)),
      (words + (parts.count < 2 ? signs : [])).filter { $0.hasPrefix(word) && $0 != word }
    )
  }

  /// Commands after which changes are written as NAME=VALUE.
  private static let takesChanges = ["branch", "restart"]

  /// True when another word follows a completed one.
  private func takesMore(_ stem: String, _ word: String) -> Bool {
    stem.isEmpty ? command(word).map { $0.usage != word } ?? false : stem == "set "
  }

  private func command(_ word: String) -> LineCommand? { LineCommand.all.first { $0.word == word } }

  /// What the line asks for. Throws `SettingError` with the reason and the remedy.
  package func parse() throws -> LineRequest {
    let words = text.split(separator: " ").map(String.init)
    guard let first = words.first else { return .nothing }
    if let equals = text.firstIndex(of: "="), command(first) == nil || first == "set" {
      var name = text[..<equals].split(separator: " ").map(String.init)
      if name.first == "set" { name.removeFirst() }
      let value = text[text.index(after: equals)...].split(separator: " ").joined(separator: " ")
      return .send(try LineCommand.change(name.joined(separator: " "), value))
    }
    if let command = command(first) { return try command.request(Array(words.dropFirst()), names) }
    let near = nearestName(to: first, in: LineCommand.all.map(\.word))
    throw SettingError(
      "unknown command '\(first)'; " + (near.map { "did you mean '\($0)'?" } ?? "press tab to list all"))
  }
}
