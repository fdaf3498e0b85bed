import Panes
import Readout
import Recipe
import Spelling

/// Commands about other places of the run, and about other runs.
extension LineCommand {
  static let branch = LineCommand(
    "branch PLACE NAME=VALUE… [--beside]",
    "leave the run at a step or a mark (m1) and go on with other settings, as another run; with --beside both train, and o "
      + "switches between them"
  ) { words, names in
    words.isEmpty ? names.marks : liveKnobs.map { $0.name + "=" } + ["--beside"]
  } request: { words, _ in
    let isBeside = words.contains("--beside"), words = words.filter { $0 != "--beside" }
    guard let first = words.first, !first.contains("=") else {
      throw SettingError("branch needs a step or a mark, and what to change, e.g. branch 120 beta=1")
    }
    return .branch(try RunPlace(first), try changes(words.dropFirst()), isBeside: isBeside)
  }

  static let rewind = LineCommand(
    "rewind PLACE",
    "go back to a step or a mark, such as m1, alarm or beta (without one: to before the last change); the run as it is stays "
      + "on the disk"
  ) { words, names in
    words.isEmpty ? names.marks : []
  } request: { words, _ in
    guard !words.contains(where: { $0.contains("=") }) else {
      throw SettingError("rewind takes a step or a mark, e.g. rewind 120; branch takes changes too")
    }
    return .branch(words.isEmpty ? nil : try RunPlace(words.joined(separator: " ")), [], isBeside: false)
  }

  static let view = LineCommand("view RUN", "of two runs side by side, show the other one, or parent or branch") {
    words, _ in
    words.isEmpty ? Desk.names : []
  } request: { words, _ in
    guard words.count <= 1 else { throw SettingError("view takes one run: \(Desk.names.joined(separator: " or "))") }
    return .view(words.first)
  }

  static let compare = LineCommand(
    "compare RUN…", "draw the curves of other runs, too, dashed; 'compare off' takes them away"
  ) { words, names in
    (words.isEmpty ? ["off"] : []) + names.runs
  } request: { words, _ in
    guard !words.isEmpty else { throw SettingError("compare needs runs, e.g. compare runs/demo, or off") }
    guard words.count <= OtherRun.most else { throw SettingError("compare draws up to \(OtherRun.most) runs") }
    return .compare(words == ["off"] ? [] : words)
  }

  static let longer = LineCommand("longer STEPS", "after the end: train the run to this many steps") { _, _ in
    []
  } request: { words, _ in
    guard words.count == 1, let steps = Int(words[0]), (1...100_000_000).contains(steps) else {
      throw SettingError("longer needs a number of steps, e.g. longer 600")
    }
    return .next(.longer(steps))
  }

  static let restart = LineCommand(
    "restart NAME=VALUE…", "after the end: begin again with other settings, as another run"
  ) { _, _ in
    AnyKnob.all.map { $0.name + "=" }
  } request: { words, _ in
    .next(
      .again(
        try words.map { word in
          guard word.contains("=") else { throw SettingError("restart: '\(word)' is no change; use NAME=VALUE") }
          let assignment = try Assignment(word)
          guard let knob = AnyKnob.named(assignment.name) else { throw SettingError.unknown(assignment.name) }
          _ = try knob.parse(assignment.value)
          return assignment
        }))
  }

  static let seek = LineCommand("seek PLACE", "in a replay: go to a step or a mark") { words, names in
    words.isEmpty ? names.marks : []
  } request: { words, _ in
    guard !words.isEmpty else { throw SettingError("seek needs a step or a mark, e.g. seek 120") }
    return .seek(try RunPlace(words.joined(separator: " ")))
  }
}
