import Events
import Readout
import Recipe
import Spelling

/// A typed line as the lab understands it.
package enum LineRequest: Sendable, Equatable {
  case send(Command)
  /// Go on from another place of the run, as another run. No place: the step before the last change.
  /// With `isBeside` this one trains on.
  case branch(RunPlace?, [Assignment], isBeside: Bool)
  /// Show the other one of two runs, or the one with this name.
  case view(String?)
  /// Draw the curves of these runs, too; of none, when there is no name.
  case compare([String])
  /// Show a replay at this place.
  case seek(RunPlace)
  /// Begin another run in place of this one, which is over.
  case next(NextRun)
  case quit
  case theme(Int)
  case nothing
}

/// The names that a line may use besides those of commands and settings.
package struct LineNames: Sendable {
  /// Of themes.
  package var themes: [String]
  /// Of the run's marks: `m1`.
  package var marks: [String]
  /// Of runs to compare with.
  package var runs: [String]
  /// The present settings, whose values are offered to be edited.
  package var settings: Settings?

  package init(themes: [String] = [], marks: [String] = [], runs: [String] = [], settings: Settings? = nil) {
    (self.themes, self.marks, self.runs, self.settings) = (themes, marks, runs, settings)
  }
}

/// A command that can be typed after `:`, declared once: the line is parsed, completed and explained from it.
package struct LineCommand: Sendable {
  /// Its form, as the help writes it: `set NAME VALUE`.
  package let usage: String
  /// One line of help.
  package let description: String
  /// What the next word may be, given the words before it.
  let candidates: @Sendable (_ words: [String], _ names: LineNames) -> [String]
  /// What the words after the first ask for. Throws `SettingError`.
  let request: @Sendable (_ words: [String], _ names: LineNames) throws -> LineRequest

  /// The first word.
  package var word: String { String(usage.prefix { $0 != " " }) }

  /// A command without arguments.
  private init(_ word: String, _ description: String, _ request: LineRequest) {
    self.init(word, description) { _, _ in
      []
    } request: { words, _ in
      guard words.isEmpty else { throw SettingError("'\(word)' takes no arguments") }
      return request
    }
  }

  init(
    _ usage: String, _ description: String, candidates: @escaping @Sendable ([String], LineNames) -> [String],
    request: @escaping @Sendable ([String], LineNames) throws -> LineRequest
  ) {
    self.usage = usage
    self.description = description
    self.candidates = candidates
    self.request = request
  }

  /// All of them.
  package static let all: [LineCommand] = [
    set, recalibrate, attack, run, branch, rewind, view, compare, seek, note, saveTo, longer, restart,
    LineCommand("cancel-attack", "cancel that attack", .send(.cancelAttack)),
    LineCommand("acknowledge", "acknowledge the alarm", .send(.acknowledge)),
    LineCommand("checkpoint", "write a checkpoint and go on", .send(.checkpoint)),
    LineCommand("pause", "pause training", .send(.pause)),
    LineCommand("resume", "resume training", .send(.resume)),
    LineCommand("finish", "end training now, run the final test, keep the weights", .send(.finish)),
    LineCommand("stop", "write a checkpoint and leave", .send(.stop)),
    LineCommand("quit", "ask how to end", .quit),
    theme,
  ]
}

// MARK: commands with arguments

extension LineCommand {
  private static let set = LineCommand("set NAME VALUE", "change a knob (also NAME=VALUE, or β=1)") { words, names in
    switch words.count {
    case 0: liveKnobs.map(\.name)
    case 1: values(of: words[0], names)
    default: []
    }
  } request: { words, _ in
    guard words.count == 2 else { throw SettingError("set needs a name and a value, e.g. set gamma 0.1") }
    return .send(try change(words[0], words[1]))
  }

  private static let recalibrate = LineCommand(
    "recalibrate BATCHES", "recompute running statistics on this many batches, between two steps"
  ) { _, _ in
    []
  } request: { words, _ in
    guard words.count == 1 else {
      throw SettingError("recalibrate needs a number of batches, e.g. recalibrate 20")
    }
    guard let batches = Int(words[0]), (1...10_000).contains(batches) else {
      throw SettingError("recalibrate: expected a number of batches from 1 to 10000, got '\(words[0])'")
    }
    return .send(.recalibrate(batches: batches))
  }

  private static let attack = LineCommand("attack SCOPE", "attack a copy of the weights: full or quick") { words, _ in
    words.isEmpty ? AttackScope.allCases.map(\.rawValue) : []
  } request: { words, _ in
    guard words.count == 1 else { throw SettingError("attack needs a scope: full or quick") }
    guard let scope = AttackScope(rawValue: words[0]) else {
      throw SettingError("attack: expected full or quick, got '\(words[0])'")
    }
    return .send(.attack(scope))
  }

  private static let run = LineCommand("run STEPS", "train this many steps more, then pause") { _, _ in
    []
  } request: { words, _ in
    guard words.count == 1, let count = Int(words[0]), (1...100_000_000).contains(count) else {
      throw SettingError("run needs a number of steps, e.g. run 50")
    }
    return .send(.run(count))
  }

  private static let note = LineCommand("note TEXT", "write a line into the journal") { _, _ in
    []
  } request: { words, _ in
    guard !words.isEmpty else { throw SettingError("note needs a text, e.g. note the gap opens here") }
    return .send(.note(words.joined(separator: " ")))
  }

  private static let saveTo = LineCommand("save-to FOLDER", "write checkpoints to this folder from now on") { _, _ in
    []
  } request: { words, _ in
    guard !words.isEmpty else { throw SettingError("save-to needs a folder, e.g. save-to /mnt/disk/run") }
    return .send(.saveTo(words.joined(separator: " ")))
  }

  /// Changes of settings, each checked as `set` does.
  static func changes(_ words: some Sequence<String>) throws -> [Assignment] {
    try words.map { word in
      guard word.contains("=") else { throw SettingError("branch: '\(word)' is no change; use NAME=VALUE") }
      let assignment = try Assignment(word)
      _ = try change(assignment.name, assignment.value)
      return assignment
    }
  }

  private static let theme = LineCommand("theme NAME", "change the colors") { words, names in
    words.isEmpty ? names.themes : []
  } request: { words, names in
    let available = names.themes.joined(separator: ", ")
    guard words.count == 1 else { throw SettingError("theme needs a name: \(available)") }
    guard let index = names.themes.firstIndex(of: words[0]) else {
      throw SettingError("unknown theme '\(words[0])'; available: \(available)")
    }
    return .theme(index)
  }

  // MARK: settings

  /// The knobs that can be turned during a run.
  static var liveKnobs: [AnyKnob] { AnyKnob.all.filter(\.isLive) }

  /// The values that a knob can have, where they can be listed; of a number, the present one, its neighbors and the
  /// default.
  static func values(of name: String, _ names: LineNames) -> [String] {
    guard let knob = AnyKnob.named(name) else { return [] }
    switch knob.kind {
    case .choice(let choices): return choices
    case .flag: return ["on", "off"]
    default:
      guard let settings = names.settings else { return [] }
      let now = settings[knob]
      let near = [now] + [1, -1].map { knob.nudged(now, presses: $0, coarse: true) } + [Settings()[knob]]
      var texts: [String] = []
      for text in near.map(knob.format) where !texts.contains(text) && !text.contains(" ") { texts.append(text) }
      return texts
    }
  }

  /// The change of a setting. Throws `SettingError` for a value that is not accepted and for settings of the start.
  static func change(_ name: String, _ value: String) throws -> Command {
    guard let knob = AnyKnob.named(name) else { throw SettingError.unknown(name) }
    let parsed = try knob.parse(value)
    guard knob.isLive else {
      throw SettingError("\(name) can only be set at the start; quit and run again with --set \(name)=\(value)")
    }
    return .set(knob: knob.name, value: parsed, cause: .you)
  }
}
