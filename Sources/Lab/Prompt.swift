import Events
import Plotting
import Recipe
import Spelling

/// What can be typed behind `:`.
package struct LineCommand: Sendable {
  /// The first word, or the form `name=value` as the help writes it.
  package let usage: String
  /// One line of help.
  package let description: String

  /// All of them.
  package static let all: [LineCommand] = [
    LineCommand(usage: "set NAME VALUE", description: "change a knob, also written NAME=VALUE"),
    LineCommand(usage: "recalibrate BATCHES", description: "measure running statistics anew between two steps"),
    LineCommand(usage: "attack SCOPE", description: "attack a copy of the weights: full or quick"),
    LineCommand(usage: "cancel-attack", description: "give that attack up"),
    LineCommand(usage: "acknowledge", description: "acknowledge the alarm"),
    LineCommand(usage: "checkpoint", description: "write a checkpoint and go on"),
    LineCommand(usage: "pause", description: "hold training"),
    LineCommand(usage: "resume", description: "go on"),
    LineCommand(usage: "finish", description: "end training here, test, keep weights"),
    LineCommand(usage: "stop", description: "write a checkpoint and leave"),
    LineCommand(usage: "quit", description: "ask how to end"),
    LineCommand(usage: "theme NAME", description: "change the colours"),
  ]

  /// The word it starts with.
  package var word: String { String(usage.prefix { $0 != " " }) }
}

/// A typed line as the lab understands it.
package enum LineRequest: Sendable, Equatable {
  case send(Command)
  case quit
  case theme(Int)
  case nothing
}

/// The line behind `:` while it is typed.
package struct Prompt: Sendable {
  /// What is typed.
  package private(set) var text = ""
  private let themes: [String]
  /// The candidates that tab goes through, and how far it is.
  private var cycle: (stem: String, candidates: [String], next: Int)?

  /// An empty line; `themes` are the names that `theme` takes.
  package init(themes: [String]) { self.themes = themes }

  /// Adds a character.
  package mutating func type(_ character: Character) {
    text.append(character)
    cycle = nil
  }

  /// Takes the last character away; false when there was none.
  package mutating func erase() -> Bool {
    cycle = nil
    return text.popLast() != nil
  }

  /// Puts the next candidate in place of the last word.
  package mutating func complete() {
    if cycle == nil {
      let (stem, candidates) = candidates
      cycle = (stem, candidates, 0)
    }
    guard var current = cycle, !current.candidates.isEmpty else { return }
    let isOnly = current.candidates.count == 1
    text = current.stem + current.candidates[current.next] + (isOnly && takesMore(current) ? " " : "")
    current.next = (current.next + 1) % current.candidates.count
    cycle = isOnly ? nil : current
  }

  /// What the last word may become, and all before it.
  package var candidates: (stem: String, words: [String]) {
    let equals = text.contains("=") && !text.contains(" ")
    let separator: Character = equals ? "=" : " "
    let parts = text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    let last = parts.last ?? ""
    let stem = String(text.dropLast(last.count))
    let live = AnyKnob.all.filter(\.isLive)
    let words: [String] =
      switch (equals, parts.count) {
      case (true, 2): values(of: parts[0])
      case (false, 0), (false, 1): LineCommand.all.map(\.word) + live.map { $0.name + "=" }
      case (false, 2) where parts[0] == "set": live.map(\.name)
      case (false, 3) where parts[0] == "set": values(of: parts[1])
      case (false, 2) where parts[0] == "attack": AttackScope.allCases.map(\.rawValue)
      case (false, 2) where parts[0] == "theme": themes
      default: []
      }
    return (stem, words.filter { $0.hasPrefix(last) && $0 != last })
  }

  private func takesMore(_ cycle: (stem: String, candidates: [String], next: Int)) -> Bool {
    let word = cycle.candidates[0]
    return cycle.stem.isEmpty ? LineCommand.all.contains { $0.word == word && $0.usage != word } : cycle.stem == "set "
  }

  private func values(of name: String) -> [String] {
    switch AnyKnob.named(name)?.kind {
    case .choice(let choices): choices
    case .flag: ["on", "off"]
    default: []
    }
  }

  /// What the line asks for. Throws `SettingError`, one line with the remedy.
  package func parse() throws -> LineRequest {
    let words = text.split(separator: " ").map(String.init)
    guard let first = words.first else { return .nothing }
    if let equals = text.firstIndex(of: "="), first != "theme" {
      var name = text[..<equals].split(separator: " ").map(String.init)
      if name.first == "set" { name.removeFirst() }
      return .send(try change(name.joined(separator: " "), trimmed(text[text.index(after: equals)...])))
    }
    switch (first, words.count) {
    case ("set", 3): return .send(try change(words[1], words[2]))
    case ("set", _): throw SettingError("set: give a name and a value, such as set gamma 0.1")
    case ("recalibrate", 2):
      guard let batches = Int(words[1]), (1...10_000).contains(batches) else {
        throw SettingError("recalibrate: '\(words[1])' is not accepted; give a whole number of batches in 1 … 10000")
      }
      return .send(.recalibrate(batches: batches))
    case ("recalibrate", _): throw SettingError("recalibrate: give a number of batches, such as recalibrate 20")
    case ("attack", 2):
      guard let scope = AttackScope(rawValue: words[1]) else {
        throw SettingError("attack: '\(words[1])' is not one; give full or quick")
      }
      return .send(.attack(scope))
    case ("attack", _): throw SettingError("attack: give full or quick")
    case ("cancel-attack", 1): return .send(.cancelAttack)
    case ("acknowledge", 1): return .send(.acknowledge)
    case ("checkpoint", 1): return .send(.checkpoint)
    case ("pause", 1): return .send(.pause)
    case ("resume", 1): return .send(.resume)
    case ("finish", 1): return .send(.finish)
    case ("stop", 1): return .send(.stop)
    case ("quit", 1): return .quit
    case ("theme", 2):
      guard let index = themes.firstIndex(of: words[1]) else {
        throw SettingError("'\(words[1])' is not a theme here; there are \(themes.joined(separator: ", "))")
      }
      return .theme(index)
    case ("theme", _): throw SettingError("theme: give one of \(themes.joined(separator: ", "))")
    default:
      if words.count > 1, LineCommand.all.contains(where: { $0.word == first }) {
        throw SettingError("\(first): nothing may follow; type only \(first)")
      }
      let near = nearestName(to: first, in: LineCommand.all.map(\.word))
      let hint = near.map { "did you mean '\($0)'?" } ?? "tab shows what there is"
      throw SettingError("'\(first)' is not a command; \(hint)")
    }
  }

  private func change(_ name: String, _ value: String) throws -> Command {
    var probe = Settings()
    try probe.set(name, parsing: value)
    guard let knob = AnyKnob.named(name), knob.isLive else {
      throw SettingError("\(name): takes effect at the start only; quit and start with --set \(name)=\(value)")
    }
    return .set(knob: knob.name, value: probe[knob], cause: .you)
  }

  private func trimmed(_ text: Substring) -> String {
    text.split(separator: " ").joined(separator: " ")
  }

  /// Draws the line, and behind it what tab offers.
  func draw(into buffer: inout CellBuffer, in rect: Rect, theme: Theme) {
    buffer.fill(rect, with: Cell(" ", theme.style(.text)))
    // The end of a long line is what one types at.
    let room = max(0, rect.width - 2)
    let shown = displayWidth(text) > room ? "…" + String(text.suffix(max(0, room - 1))) : text
    var x = buffer.write(":" + shown, x: rect.x, y: rect.y, in: rect, style: theme.style(.text))
    buffer.write(" ", x: x, y: rect.y, in: rect, style: Style(.terminal, on: .terminal, .reverse))
    x += 2
    for word in candidates.words {
      guard x + displayWidth(word) <= rect.x + rect.width else { break }
      x = buffer.write(word, x: x, y: rect.y, in: rect, style: theme.style(.faint)) + 2
    }
  }
}
