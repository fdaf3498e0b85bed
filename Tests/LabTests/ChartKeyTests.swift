import Events
import Foundation
import Lab
import Panes
import Plotting
import Testing

/// Keys that act on all charts.
@Suite struct ChartKeyTests {
  private func lab(_ keys: Key...) -> Lab {
    var lab = Script.lab(to: 300)
    _ = lab.frame(120, 36)
    for key in keys { _ = lab.handle(key) }
    return lab
  }

  @Test func theCrosshairReadsAllChartsAtOneStep() {
    var lab = lab(.character("c"), .character("["))
    let frame = lab.frame(120, 36)
    // Loss and Accuracy, both at the mark; the Gap pane has no chart yet.
    #expect(frame.components(separatedBy: " step 200 m1 ").count == 3)
    #expect(lab.view.crosshair == 200)
    lab.press(.character("."))
    #expect(lab.frame(120, 36).contains(" step 201 "))
    lab.press(.escape)
    #expect(lab.view.crosshair == nil && !lab.frame(120, 36).contains(" step 201 "))
  }

  @Test func arrowsMoveTheCrosshairAndNotTheControls() {
    var lab = lab(.character("c"))
    #expect(lab.press(.left) == [] && lab.view.crosshair.map { $0 < 300 } == true)
    lab.press(.escape)
    #expect(lab.handle(.character("+")).count == 1)
  }

  @Test func enterOnAMarkOffersToGoBackToItThroughRewind() {
    var lab = lab(.character("c"), .character("["), .enter)
    #expect(lab.frame(120, 36).contains("Go back to m1?"))
    // The highlight is on what changes nothing.
    var stays = lab
    #expect(stays.press(.enter) == [] && stays.dialog == nil)
    #expect(lab.press(.character("r")) == [.branch(step: 200, [], theme: 0)])
    // Off a mark, enter is the key of the focused pane as ever.
    var other = self.lab(.character("c"), .left, .enter)
    #expect(!other.frame(120, 36).contains("Go back to"))
  }

  @Test func inAReplayEnterOnAMarkGoesThere() {
    var lab = lab().looking(on: .replay)
    _ = lab.frame(120, 36)
    lab.press(.character("c"), .character("["))
    #expect(lab.press(.enter) == [.replay(.seek(.step(200)))])
  }

  @Test func zoomAndAxesAreSharedAndSurviveAReplaysJump() {
    var lab = lab(.character("z"), .character("x"))
    let frame = lab.frame(120, 36)
    #expect(frame.components(separatedBy: "epoch").count >= 3)
    #expect(lab.view.restarted.isZoomed)
    lab.press(.character("F"))
    #expect(!lab.view.isZoomed)
  }

  @Test func aSmoothedAccuracyKeepsItsLastRawValueAndItsRawLine() {
    var raw = lab(), smooth = lab(.character("s"))
    let before = raw.frame(120, 36), after = smooth.frame(120, 36)
    #expect(before != after && after.contains("EMA .60, raw faded"))
    let label = before.split(separator: "\n").first { $0.contains("PGD-10") && $0.contains("±") }
    #expect(label != nil && after.contains("PGD-10 .65 ±.06") == before.contains("PGD-10 .65 ±.06"))
  }

  @Test func keysOfChartsAreNotHeardWithoutAChart() {
    var lab = Script.lab(to: 300)
    _ = lab.frame(40, 12)
    lab.press(.character("c"), .character("z"), .character("s"))
    #expect(lab.view.crosshair == nil && !lab.view.isZoomed && lab.view.smoothing == .off)
  }
}
