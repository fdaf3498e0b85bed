import Events
import Lab
import Testing

/// The lab for those who listen: `lab --describe`.
@Suite struct WordsTests {
  @Test func wordsComeAfterTheStartMeasurementsInterventionsAndTheEndAndAtNoStep() {
    var lab = Lab(), spoken: [String] = [], last = ""
    for event in GapScript.events(.alarm) + Script.ending {
      let words = lab.words(after: event)
      last = words ?? last
      #expect(words?.isEmpty != true)
      if words != nil { spoken.append(event.name) }
    }
    #expect(Set(spoken) == ["started", "probe", "alarm", "journal", "summary"])
    #expect(spoken.first == "started" && spoken.last == "summary")
    #expect(spoken.count { $0 == "probe" } == 12 && spoken.count { $0 == "journal" } == 2)
    #expect(last.contains("98.4 % [97.4, 99.0]") && !last.contains("\u{1b}"), "\(last)")
  }

  @Test func everySentenceEndsAndNoNumberIsLeftWithoutItsNoun() {
    for stage in GapScript.Stage.allCases {
      let text = GapScript.lab(stage).describe()
      for line in text.split(separator: "\n") { #expect(line.hasSuffix("."), "\(line)") }
      for wrong in ["..", " ,", "  ", " 1 images", " 1 steps", " 1 entries", "nil", "Optional"] {
        #expect(!text.contains(wrong), "\(stage): \(wrong)")
      }
    }
  }
}
