import Spelling

/// The line after `:` while it is typed.
package struct Prompt: Sendable {
  /// What has been typed.
  package private(set) var text = ""
  private let names: LineNames
  /// The candidates that tab goes through, and the next one.
  private var cycle: Cycle?

  private struct Cycle: Sendable {
    let stem: String
    let candidates: [String]
    var next = 0
  }

  /// An empty line; `names` are those that commands accept.
  package init(_ names: LineNames = LineNames()) { self.names = names }

  /// Adds a character.
  package mutating func type(_ character: Character) {
    text.append(character)
    cycle = nil
  }

  /// Deletes the last character; false when there is none.
  package mutating func erase() -> Bool {
    cycle = nil
    return text.popLast() != nil
  }

  /// Puts the next candidate in place of the last word.
  package mutating func complete() {
    if cycle == nil {
      let (stem, candidates) = candidates
      cycle = Cycle(stem: stem, candidates: candidates)
    }
    guard var current = cycle, !current.candidates.isEmpty else { return }
    let isOnly = current.candidates.count == 1
    let word = current.candidates[current.next]
    text = current.stem + word + (isOnly && takesMore(current.stem, word) ? " " : "")
    current.next = (current.next + 1) % current.candidates.count
    cycle = isOnly ? nil : current
  }

  /// What the last word may become, and everything before it.
  package var candidates: (stem: String, words: [String]) {
    let hasEquals = text.contains("=") && !text.contains(" ")
    let parts = text.split(separator: hasEquals ? "=" : " ", omittingEmptySubsequences: false).map(String.init)
    let last = parts.last ?? "", stem = String(text.dropLast(last.count))
    let words: [String] =
      if hasEquals {
        parts.count == 2 ? LineCommand.values(of: parts[0]) : []
      } else if parts.count < 2 {
        LineCommand.all.map(\.word) + LineCommand.liveKnobs.map { $0.name + "=" }
      } else {
        command(parts[0])?.candidates(Array(parts.dropFirst().dropLast()), names) ?? []
      }
    return (stem, words.filter { $0.hasPrefix(last) && $0 != last })
  }

  /// True when another word follows a completed one.
  private func takesMore(_ stem: String, _ word: String) -> Bool {
    stem.isEmpty ? command(word).map { $0.usage != word } ?? false : stem == "set "
  }

  private func command(_ word: String) -> LineCommand? { LineCommand.all.first { $0.word == word } }

  /// What the line asks for. Throws `SettingError` with the reason and the remedy.
  package func parse() throws -> LineRequest {
    let words = text.split(separator: " ").map(String.init)
    guard let first = words.first else { return .nothing }
    if let equals = text.firstIndex(of: "="), !["theme", "branch", "rewind", "note", "save-to"].contains(first) {
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
