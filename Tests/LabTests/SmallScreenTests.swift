import Events
import Foundation
import Lab
import Panes
import Plotting
import Testing

/// Screens that are too small for panes, and small ones that have a pane.
@Suite struct SmallScreenTests {
  /// Accuracies under PGD and the strongest attacks, as this alarm has them.
  private static let pgd = ".65", strongest = ".00"

  private func text(_ lab: Lab, _ width: Int, _ height: Int) -> String {
    var lab = lab
    return lab.frame(width, height)
  }

  @Test func everySizeUpToTwelveShowsTheMostTellingThatFits() {
    let lab = GapScript.lab(.alarm)
    for width in 0...12 {
      for height in 0...12 {
        let frame = text(lab, width, height), size = Comment(rawValue: "\(width)×\(height): \(frame)")
        let rows = frame.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(rows.allSatisfy { $0.count <= width } && rows.count <= max(1, height), size)
        guard width > 0, height > 0 else { continue }
        // The state's sign at least; both accuracies wherever three columns have two rows, or seven have one.
        let hasBoth = (width >= 7 && height >= 1) || (width >= 3 && height >= 2)
        #expect(hasBoth || frame.contains("●"), size)
        #expect(!hasBoth || (frame.contains(Self.pgd) && frame.contains(Self.strongest)), size)
        // With a little more room the state, the alarm and the step.
        if width >= 9, height >= 2 || (width >= 12) { #expect(frame.contains("●"), size) }
        if width >= 8, height >= 3 { #expect(frame.contains("▲") && frame.contains("300"), size) }
        #expect(!frame.contains("dualab needs"), size)
      }
    }
  }

  @Test func beforeTheFirstMeasurementTheStateIsShown() {
    for width in 1...12 { for height in 1...12 { #expect(text(Lab(), width, height).contains("◌")) } }
    #expect(text(Script.lab(to: 10), 39, 2).contains("training") && text(Script.lab(to: 10), 39, 2).contains("10/400"))
  }

  @Test func smallScreensWithAPaneShowTheAccuraciesBeforeTheTabs() {
    for (width, height) in [(40, 10), (40, 12), (60, 16), (79, 12)] {
      let rows = text(GapScript.lab(.alarm), width, height).split(separator: "\n").map(String.init)
      #expect(rows[0].contains("training"))
      #expect(rows[1].contains(Self.pgd) && rows[1].contains(Self.strongest), "\(width)×\(height): \(rows[1])")
    }
    // Where the pane has them, the tabs are there.
    var lab = GapScript.lab(.alarm)
    _ = lab.frame(60, 16)
    lab.press(.character("2"))
    #expect(!lab.frame(60, 16).split(separator: "\n")[1].contains(Self.pgd))
  }

  /// From step to step only digits and the bar change: no field moves.
  @Test func fieldsOfTheHeaderStayWhereTheyAre() {
    for width in [60, 80, 120, 200] {
      var lab = Script.lab(to: 30), places: Set<[Int]> = []
      for step in 31...399 {
        _ = lab.handle(.sample(Script.sample(step)))
        if step % 40 == 0 { _ = lab.handle(.state(StateChange(step: step, state: .validating))) }
        if step % 40 == 1 { _ = lab.handle(.state(StateChange(step: step, state: .training))) }
        let header = lab.frame(width, 24).split(separator: "\n")[0]
        // Where words begin, the bar and the words of the state left out.
        let words = ["/400", "%", "ETA", "img/s", "(constructed)", "dualab"]
        places.insert(words.map { header.components(separatedBy: $0).first?.count ?? -1 })
      }
      #expect(places.count == 1, "\(width): \(places)")
    }
  }
}
