import Foundation
import Lab
import Panes
import Plotting
import Presets
import TestSupport
import Testing

/// Frames as text, kept in `Tests/Golden`.
@Suite struct GoldenTests {
  private func check(_ name: String, _ frame: String) throws { try expectGolden(name, frame) }

  @Test func aRunUnderWayLooksAsRecordedAtEverySize() throws {
    for (width, height) in [(200, 60), (120, 36), (80, 24), (60, 16), (40, 12), (30, 8)] {
      var lab = Script.lab()
      try check("running-\(width)x\(height)", lab.frame(width, height))
    }
  }

  @Test func everyStageOfTheDiagnosisLooksAsRecorded() throws {
    for stage in GapScript.Stage.allCases {
      var lab = GapScript.lab(stage)
      try check("diagnosis-\(stage.rawValue)-120x36", lab.frame(120, 36))
    }
    for (width, height) in [(200, 60), (80, 24), (60, 16), (40, 12), (40, 2)] {
      var lab = GapScript.lab(.dual)
      _ = lab.frame(width, height)
      if width < 200, height > 16 { lab.press(.character("3")) }
      try check("diagnosis-dual-\(width)x\(height)", lab.frame(width, height))
    }
    for pane in [Key.character("3"), .character("4"), .character("7")] {
      var lab = GapScript.lab(.dual)
      _ = lab.frame(80, 24)
      lab.press(pane, .enter)
      try check("diagnosis-pane-\(pane.label)-80x24", lab.frame(80, 24))
    }
    for symbols in [Symbols.block, .ascii] {
      var lab = GapScript.lab(.dual, LabOptions(symbols: symbols, noColor: true))
      try check("diagnosis-\(symbols.rawValue)-200x60", lab.frame(200, 60))
    }
    var lab = GapScript.lab(.attacking)
    _ = lab.frame(80, 24)
    lab.press(.character("A"))
    try check("diagnosis-dialog-80x24", lab.frame(80, 24))
  }

  @Test func otherLaddersLookAsRecorded() throws {
    for symbols in [Symbols.block, .ascii] {
      var lab = Script.lab(to: 300, LabOptions(symbols: symbols))
      _ = lab.frame(120, 36)
      lab.press(.character("y"), .character("s"))
      try check("smoothed-log-\(symbols.rawValue)-120x36", lab.frame(120, 36))
    }
  }

  @Test func theStartBeforeAnyEventLooksAsRecorded() throws {
    var lab = Lab()
    try check("empty-120x36", lab.frame(120, 36))
  }

  @Test func dialogsLookAsRecorded() throws {
    var lab = Script.lab()
    _ = lab.frame(80, 24)
    lab.press(.character("q"))
    try check("quit-80x24", lab.frame(80, 24))
    lab.press(.escape, .character("?"))
    try check("help-80x24", lab.frame(80, 24))
    lab.type("knob")
    try check("help-filtered-80x24", lab.frame(80, 24))
    lab.press(.escape, .backTab, .backTab, .backTab, .character("v"))
    try check("describe-80x24", lab.frame(80, 24))
    lab.press(.escape, .character(":"))
    lab.type("set ")
    try check("command-80x24", lab.frame(80, 24))
    for event in Script.ending { _ = lab.handle(event) }
    try check("results-80x24", lab.frame(80, 24))
    try check("results-40x12", lab.frame(40, 12))
  }

  @Test func aTourLooksAsRecordedAtEverySize() throws {
    for (width, height) in [(120, 36), (80, 24), (60, 16), (40, 12)] {
      var lab = TourScript.lab()
      try check("tour-\(width)x\(height)", lab.frame(width, height))
    }
    var lab = TourScript.lab()
    _ = lab.frame(80, 24)
    lab.press(.character("+"))
    try check("tour-question-80x24", lab.frame(80, 24))
    var diverged = Script.lab(to: 300)
    for event in TourScript.divergence { _ = diverged.handle(event) }
    try check("diverged-80x24", diverged.frame(80, 24))
  }

  @Test func oldReadingsLookAsRecorded() throws {
    var lab = GapScript.lab(.watch)
    _ = lab.handle(.journal(Script.change(85, "gamma", 0.5, 0.1)))
    try check("diagnosis-old-120x36", lab.frame(120, 36))
  }

  @Test func aChartWithACrosshairLooksAsRecorded() throws {
    var lab = Script.lab(to: 300)
    _ = lab.frame(120, 36)
    lab.press(.character("c"), .character("["), .character("z"), .character("s"))
    try check("crosshair-120x36", lab.frame(120, 36))
    lab.press(.enter)
    try check("rewind-80x24", lab.frame(80, 24))
  }

  @Test func theWordsAndTheSavingLookAsRecorded() throws {
    var lab = Script.lab()
    _ = lab.frame(80, 24)
    lab.press(.character("?"), .character("?"))
    try check("words-80x24", lab.frame(80, 24))
    lab.press(.escape, .control("s"))
    try check("save-80x24", lab.frame(80, 24))
  }

  /// A picture in the colors of the default theme. That of the README is made so, by `make picture`.
  @Test func aPictureLooksAsRecorded() throws {
    let path = Repository.root.appendingPathComponent("themes/midnight.yaml").path
    var lab = GapScript.lab(.dual, LabOptions(themes: [try ThemeFile(path: path).theme]))
    var buffer = CellBuffer(width: 60, height: 16)
    lab.draw(into: &buffer)
    for format in [FrameFormat.svg, .html] { try check("picture-\(format.rawValue)", buffer.contents(as: format)) }
  }

  @Test func twoRunsLookAsRecorded() throws {
    for (width, height) in [(120, 36), (80, 24)] {
      for name in ["parent", "branch"] {
        var desk = DeskTests().desk(shows: name)
        try check("beside-\(name)-\(width)x\(height)", desk.frame(width, height))
      }
    }
    var lab = Script.lab(to: 300)
    lab.compare([
      OtherRun(name: "cured", events: DeskTests.branch(to: 300), trunk: 200),
      OtherRun(name: "shorter", events: DeskTests.branch(to: 230), trunk: 200),
    ])
    try check("compared-120x36", lab.frame(120, 36))
  }

  @Test func thePanesNextToTheUsualOnesLookAsRecorded() throws {
    for (width, height) in [(200, 60), (120, 36), (80, 24), (60, 16), (40, 12)] {
      for (presses, name) in [(1, "attack"), (2, "images"), (3, "compare"), (4, "system")] {
        var lab = PaneScript.lab()
        _ = lab.frame(width, height)
        for _ in 0..<presses { lab.press(.character("p")) }
        lab.press(.control("l"))
        try check("layout-\(name)-\(width)x\(height)", lab.frame(width, height))
      }
      var lab = PaneScript.lab()
      _ = lab.frame(width, height)
      lab.press(.function(11))
      try check("trade-off-\(width)x\(height)", lab.frame(width, height))
    }
    for symbols in [Symbols.block, .ascii] {
      var lab = PaneScript.lab(LabOptions(symbols: symbols, noColor: symbols == .ascii))
      _ = lab.frame(200, 60)
      for _ in 0..<5 { lab.press(.character("p")) }
      lab.press(.control("l"))
      try check("layout-all-\(symbols.rawValue)-200x60", lab.frame(200, 60))
    }
  }

  @Test func asciiFramesHoldASCIIOnly() {
    var lab = Script.lab(to: 300, LabOptions(symbols: .ascii))
    for event in GapScript.events(.dual) { _ = lab.handle(event) }
    for key in [
      Key.character("v"), .escape, .character("?"), .escape, .character("7"), .character("4"), .character("q"),
    ] {
      lab.press(key)
      #expect(lab.frame(120, 36).unicodeScalars.allSatisfy { $0.isASCII })
      #expect(!lab.frame(120, 36).contains("?  ?"))
    }
  }
}
