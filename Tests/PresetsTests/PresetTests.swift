import Events
import Foundation
import Presets
import Recipe
import Testing

/// The error for a preset file with this text; empty when it loads.
private func message(_ text: String) -> String { message(Array(text.utf8)) }

private func message(_ bytes: [UInt8]) -> String {
  do {
    _ = try Preset(bytes, path: "presets/x.yaml")
    return ""
  } catch { return "\(error)" }
}

@Suite struct PresetTests {
  @Test func aPresetHasSettingsTitleAndHeader() throws {
    let text = """
      # First line.
      #
      #   More.

      title: A run
      gamma: 0.25
      eps: 8/255
      nesterov: false
      attack.steps: 7
      weight_decay: 5e-4
      model: preact-mini
      data.dir: "/some/folder"
      """
    let preset = try Preset(Array(text.utf8), path: "some/where/mine.yaml")
    #expect(preset.name == "mine" && preset.title == "A run" && preset.summary == "First line.")
    #expect(preset.header == "First line.\n\n  More." && preset.path == "some/where/mine.yaml")
    var expected = Settings()
    for assignment in [
      "gamma=0.25", "eps=8/255", "nesterov=off", "attack.steps=7", "weight_decay=0.0005", "model=preact-mini",
      "data.dir=/some/folder",
    ] {
      try expected.apply(assignment: assignment)
    }
    #expect(preset.settings == expected)
  }

  @Test(arguments: [("true", true), ("false", false), ("on", true), ("off", false)])
  func flagsAreTrueFalseOnOff(text: String, value: Bool) throws {
    let preset = try Preset(Array("nesterov: \(text)".utf8), path: "x.yaml")
    #expect(preset.settings[.nesterov] == value)
    #expect(preset.title == "x")
  }

  @Test(arguments: [
    ("gamma: 0.5\n\ngama: 1", "presets/x.yaml:3: 'gama' is not a setting; did you mean 'gamma'?"),
    ("tittle: x", "presets/x.yaml:1: 'tittle' is not a setting; did you mean 'title'?"),
    ("qqqqqqqqqq: 1", "presets/x.yaml:1: 'qqqqqqqqqq' is not a setting; 'dualab presets show NAME' lists all settings"),
    ("# c\ngamma: 1.5", "presets/x.yaml:2: gamma: '1.5' is not accepted; use a number in 0 … 1"),
    (
      "eps: 0",
      "presets/x.yaml:1: eps: '0' is not accepted; use a number or a fraction such as 8/255 above 1e-07, up to 1"
    ),
    (
      "eps: 8/0",
      "presets/x.yaml:1: eps: '8/0' is not accepted; use a number or a fraction such as 8/255 above 1e-07, up to 1"
    ),
    ("attack.steps: 2.5", "presets/x.yaml:1: attack.steps: '2.5' is not accepted; use a whole number in 1 … 1000"),
    ("attack.steps: ten", "presets/x.yaml:1: attack.steps: 'ten' is not accepted; use a whole number in 1 … 1000"),
    ("gamma: .nan", "presets/x.yaml:1: gamma: '.nan' is not accepted; use a number in 0 … 1"),
    ("gamma: true", "presets/x.yaml:1: gamma: 'true' is not accepted; use a number in 0 … 1"),
    ("gamma: \"0.5\"", "presets/x.yaml:1: gamma: '0.5' is quoted, so it is read as text; use a number in 0 … 1"),
    ("nesterov: \"a\\nb\"", "presets/x.yaml:1: nesterov: 'a\\nb' is quoted, so it is read as text; use on or off"),
    ("nesterov: maybe", "presets/x.yaml:1: nesterov: 'maybe' is not accepted; use on or off"),
    (
      "objective: matt",
      "presets/x.yaml:1: objective: 'matt' is not accepted; use one of standard, at, mat, trades, mart (did you mean 'mart'?)"
    ),
    (
      "lr.drops: 0.5,0.4",
      "presets/x.yaml:1: lr.drops: '0.5,0.4' is not accepted; use comma-separated increasing numbers in 0 … 1, or nothing"
    ),
    ("gamma:", "presets/x.yaml:1: gamma has no value; use a number in 0 … 1"),
    ("data.dir: ~", "presets/x.yaml:1: data.dir has no value; use '' for none"),
    ("title:", "presets/x.yaml:1: title: use one line of text"),
    ("gamma: 0.5\nbeta: 1\ngamma: 0.1", "presets/x.yaml:1: 'gamma' occurs twice; keep one of them"),
    (
      "attack:\n  steps: 10",
      "presets/x.yaml:1: 'attack': expected a single value, got nested names; "
        + "write each setting on one line, e.g. 'attack.steps: 10'"
    ),
    (
      "gamma: [0.1, 0.5]",
      "presets/x.yaml:1: 'gamma': expected a single value, got a list; "
        + "write each setting on one line, e.g. 'attack.steps: 10'"
    ),
    ("- gamma\n- beta", "presets/x.yaml:1: expected names and values; write lines 'name: value'"),
    ("just text", "presets/x.yaml:1: expected names and values; write lines 'name: value'"),
    ("[a]: 1", "presets/x.yaml:1: a name must be a single word; write lines 'name: value'"),
    ("", "presets/x.yaml: the file is empty; write lines 'name: value'"),
    ("# only a comment\n", "presets/x.yaml: the file is empty; write lines 'name: value'"),
  ]) func mistakesAreNamedWithFileLineAndRemedy(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test(arguments: [
    ("gamma: 0.5\nbeta: [1", 2...3), ("gamma: 'x\n", 1...2), ("gamma: 0.5\n\tbeta: 1", 2...2), ("gamma: *a", 1...1),
    ("gamma: 1\n---\ngamma: 0", 2...2), ("a: b: c", 1...1), ("gamma: 0.5\n}", 2...2), ("gamma: 1\n\u{0}", 2...2),
    ("gamma: 0.5\nx: \u{7}", 2...2),
  ]) func brokenYAMLIsNamedWithItsLine(text: String, lines: ClosedRange<Int>) throws {
    let said = message(text)
    #expect(said.hasPrefix("presets/x.yaml:") && !said.contains("\n"), "\(said)")
    let line = try #require(Int(said.split(separator: ":")[1]), "\(said)")
    #expect(lines.contains(line), "\(said)")
    #expect(said.contains("YAML: "), "\(said)")
  }

  @Test func bytesThatAreNotUTF8AreNamedWithTheirLine() {
    let bytes = Array("gamma: 0.5\ntitle: ".utf8) + [0xFF, 0xFE]
    #expect(message(bytes) == "presets/x.yaml:2: not UTF-8; save the file as UTF-8")
  }

  @Test func deepNestingIsAnErrorAndNotACrash() {
    let said = message("gamma: " + String(repeating: "[", count: 100_000))
    #expect(said.hasPrefix("presets/x.yaml:1: ") && !said.contains("\n"))
    #expect(!message("gamma: " + String(repeating: "- ", count: 5_000) + "x").isEmpty)
  }

  @Test func anyByteAnywhereLoadsOrIsAnErrorOfOneLine() {
    let text = Array("# c\ntitle: 'a'\neps: &e 8/255\nattack.step: *e\ngamma: !!float \"1\"\n".utf8)
    for place in text.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = text
        changed[place] = byte
        let said = message(changed)
        #expect(said.isEmpty || said.hasPrefix("presets/x.yaml:") && !said.contains("\n"), "\(said)")
      }
    }
    for length in text.indices {
      let said = message(Array(text.prefix(length)))
      #expect(said.isEmpty || said.hasPrefix("presets/x.yaml:") && !said.contains("\n"), "\(said)")
    }
  }

  @Test(arguments: ["\n", "\r\n"]) func lineEndsAndByteOrderMarksAreAccepted(end: String) throws {
    let text = "\u{FEFF}" + ["# One.", "#", "# Two.", "gamma: 0.25", "beta: 1", ""].joined(separator: end)
    let preset = try Preset(Array(text.utf8), path: "x.yaml")
    #expect(preset.header == "One.\n\nTwo." && preset.settings[.gamma] == 0.25)
    #expect(message("gamma: 1\(end)gama: 1").hasPrefix("presets/x.yaml:2: "))
  }

  @Test func anchorsStandForTheirValues() throws {
    let preset = try Preset(Array("attack.step: &step 4/255\neps: *step".utf8), path: "x.yaml")
    #expect(preset.settings[.epsilon] == 4.0 / 255)
  }

  @Test func unreadableFilesAreNamed() throws {
    func said(_ path: String) -> String {
      do {
        _ = try Preset(path: path)
        return ""
      } catch { return "\(error)" }
    }
    #expect(said("/nonexistent/x.yaml") == "/nonexistent/x.yaml: no such file; check the path")
    #expect(said("/dev/zero") == "/dev/zero: not a regular file; use a YAML file")
    #expect(said("/tmp") == "/tmp: not a regular file; use a YAML file")
    let path = NSTemporaryDirectory() + "dualab-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(repeating: 35, count: (1 << 20) + 1).write(to: URL(fileURLWithPath: path))
    #expect(said(path) == "\(path): cannot read the file, or it is larger than 1 MiB; check its permissions and size")
  }
}

@Suite struct ResolvedYAMLTests {
  private func reread(_ settings: Settings) throws -> Settings {
    try Preset(Array(resolvedYAML(settings, header: "head").utf8), path: "x.yaml").settings
  }

  @Test func initialSettingsComeBackWithTheirHelp() throws {
    #expect(try reread(Settings()) == Settings())
    let text = resolvedYAML(Settings(), header: "A run.\n\nMore.")
    #expect(text.hasPrefix("# A run.\n#\n# More.\n\n# training objective"))
    let keys = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { String($0.prefix { $0 != ":" }) }
    #expect(keys == AnyKnob.all.map(\.name))
    for knob in AnyKnob.all { #expect(text.contains("# \(knob.help) (\(knob.accepted)")) }
  }

  @Test func numbersComeBackBitForBit() throws {
    for value in [16.0 / 255, (16.0 / 255).nextUp, 0.1 + 0.2, 1.1e-7, (1e-7).nextUp, 1, 0.3, 1.0 / 3] {
      var settings = Settings()
      try settings.set("eps", to: .number(value))
      #expect(try reread(settings)[.epsilon] == value)
      try settings.set("weight_decay", to: .number(value))
      #expect(try reread(settings)[.weightDecay] == value)
    }
  }

  @Test(arguments: [
    "", " ", "/a b", "~", "null", "true", "#x", "a: b", "'", "\"\\", "γ/é/日", "tab\tline\nend", "\u{85}\u{7F}\u{1}",
    "😀",
  ])
  func textsComeBackUnchanged(text: String) throws {
    var settings = Settings()
    try settings.set("data.dir", to: .text(text))
    #expect(try reread(settings) == settings)
  }

  @Test func everyChoiceAndBothEndsOfEveryRangeComeBack() throws {
    for knob in AnyKnob.all {
      let values: [KnobValue] =
        switch knob.kind {
        case .number(let range, _, _, _):
          [.number(knob.excludesLowerBound ? range.upperBound / 2 : range.lowerBound), .number(range.upperBound)]
        case .integer(let range, _, _): [.integer(range.lowerBound), .integer(range.upperBound)]
        case .choice(let choices): choices.map { .text($0) }
        case .flag: [.flag(true), .flag(false)]
        case .text: []
        }
      for value in values {
        var settings = Settings()
        try settings.set(knob.name, to: value)
        #expect(try reread(settings) == settings)
      }
    }
  }
}
