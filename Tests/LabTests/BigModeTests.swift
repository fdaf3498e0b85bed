import Events
import Lab
import Panes
import Plotting
import Testing

/// Big mode, for a projector.
@Suite struct BigModeTests {
  private func lab() -> Lab {
    var lab = GapScript.lab(.alarm)
    lab.press(.character("D"))
    return lab
  }

  @Test(arguments: [(200, 60), (120, 36), (80, 24), (60, 16)])
  func accuraciesAndAlarmAreThereAndFewPanes(width: Int, height: Int) {
    var lab = lab()
    let frame = lab.frame(width, height)
    #expect(frame.contains("FALSE ROBUSTNESS") && frame.contains("clean") && frame.contains("PGD-10"))
    #expect(lab.layout.places.count <= 2)
    // Digits are there from 24 rows on, below the header.
    func hasDigits() -> Bool {
      lab.frame(width, height).split(separator: "\n", omittingEmptySubsequences: false)[2...4].contains {
        $0.contains(/[█▀▄]{2}/)
      }
    }
    #expect(hasDigits() == (height >= 24))
    lab.press(.character("D"))
    #expect(!hasDigits())
  }

  @Test func nothingIsFaintAndTextIsBold() {
    var lab = lab(), buffer = CellBuffer(width: 120, height: 36)
    lab.draw(into: &buffer)
    for y in 0..<36 {
      for x in 0..<120 where buffer[x, y].scalar.properties.isAlphabetic {
        #expect(buffer[x, y].style.attributes.contains(.bold), "\(x) \(y) \(buffer[x, y].scalar)")
      }
    }
  }

  @Test func numbersSayWhereTheyAreFromAndWhenTheyAreOld() {
    var lab = lab()
    #expect(lab.frame(120, 36).contains("step 300, ε ") && lab.frame(120, 36).contains("stronger attacks"))
    _ = lab.handle(.journal(Script.change(310, "gamma", 0.1, 0.5)))
    let old = lab.frame(120, 36)
    #expect(old.contains(", before the change at step 310") && !old.contains("stronger attacks"))
    #expect(lab.frame(60, 16).contains("before the change") || lab.frame(60, 16).contains("old"))
  }

  @Test func beforeAnythingIsMeasuredItShowsDashes() {
    var lab = Script.lab(to: 3)
    lab.press(.character("D"))
    #expect(lab.frame(80, 24).contains("▀▀▀"))
  }

  @Test func aTourKeepsItsCaption() {
    var lab = TourScript.lab()
    lab.press(.character("D"))
    let frame = lab.frame(80, 24)
    #expect(frame.contains("TOUR") && frame.contains("clean"))
  }

  @Test func everySizeIsDrawn() {
    var lab = lab()
    for width in stride(from: 0, through: 200, by: 9) {
      for height in stride(from: 0, through: 60, by: 2) { _ = lab.frame(width, height) }
    }
  }

  @Test func digitsHaveTheirShapes() {
    var buffer = CellBuffer(width: 12, height: 3)
    BigText("1.7", .small).draw(into: &buffer, x: 0, y: 0, in: buffer.bounds, style: Style())
    #expect(buffer.text.split(separator: "\n").map { String($0.prefix(9)) } == ["▄█    ▀▀█", " █      █", "▀▀▀ ▀   ▀"])
    #expect(BigText("1.00", .medium).width == 26 && BigText("", .large).width == 0)
  }
}

/// How far a slow step is.
@Suite struct SlowStepTests {
  private func header(_ lab: inout Lab, _ width: Int = 160) -> String {
    String(lab.frame(width, 36).prefix { $0 != "\n" })
  }

  @Test func theHeaderSaysWhichIterationOfTheAttackRuns() {
    var lab = Script.lab(to: 60)
    #expect(!header(&lab).contains("PGD"))
    lab.hear(.step(StepNews(step: 61, attack: "PGD-10", iteration: 7, iterations: 10)))
    #expect(header(&lab).contains("60/400 · PGD  7/10"))
    lab.hear(.step(StepNews(step: 61, attack: "PGD-10", iteration: 10, iterations: 10)))
    #expect(header(&lab).contains("60/400 · PGD 10/10"))
    // While nothing trains, nothing is crafted.
    _ = lab.handle(.state(StateChange(step: 60, state: .paused)))
    #expect(!header(&lab).contains("PGD"))
    _ = lab.handle(.state(StateChange(step: 60, state: .training)))
    lab.hear(.step(nil))
    #expect(!header(&lab).contains("PGD"))
  }

  @Test func aSlowValidationSaysHowManyImagesAreDone() {
    var lab = Script.lab(to: 60)
    lab.hear(.measurement(MeasurementNews(images: 640, count: 5000)))
    #expect(!header(&lab).contains("images"))
    _ = lab.handle(.state(StateChange(step: 60, state: .validating)))
    #expect(header(&lab).contains("60/400 ·  640/5000 images"))
    lab.hear(.measurement(nil))
    #expect(!header(&lab).contains("images"))
  }

  @Test func stepsThatBecameQuickSayNothing() {
    var lab = Script.lab(to: 60)
    lab.hear(.step(StepNews(step: 61, attack: "PGD-10", iteration: 7, iterations: 10)))
    for step in 61...63 { _ = lab.handle(.sample(Script.sample(step))) }
    #expect(!header(&lab).contains("PGD"))
  }
}
