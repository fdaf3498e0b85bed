import Events
import Lab
import Panes
import Plotting
import Readout
import Testing

/// The lab for those who listen, or follow the hardware cursor.
@Suite struct ListenTests {
  @Test func onlyNewSentencesAreToldAgain() {
    var news = News()
    #expect(news.take("One. Two 2. Three.", of: "a") == "One. Two 2. Three.")
    #expect(news.take("One. Two 3. Three.", of: "a") == "Two 3.")
    #expect(news.take("One. Two 3. Three.", of: "a") == "")
    #expect(news.take("One.", of: "b") == "One.")
    // A point inside a number ends nothing.
    #expect(news.take("Loss .5, now 1.25. One.", of: "b") == "Loss .5, now 1.25.")
  }

  @Test func aMeasurementTellsWhatItChangedAndNoSettingThatDidNot() {
    var lab = Lab(), told: [String] = []
    for event in Script.events(to: 150) { if let words = lab.words(after: event) { told.append(words) } }
    #expect(told.count == 7 && told[0].contains("preset false-robustness"))
    for words in told.dropFirst() {
      #expect(
        !words.contains("preset") && !words.contains("Controls") && words.contains("Accuracy at step"), "\(words)")
      #expect(words.count < told[0].count, "\(words)")
    }
  }

  @Test func controlsAreDescribedByWhatWasChanged() {
    let words = Script.lab(to: 300).describe().split(separator: "\n").first { $0.hasPrefix("Controls") } ?? ""
    #expect(words.contains("Changed since the start: γ was 0.5, β was 0."))
    #expect(words.contains("Selected: γ 0.1") && !words.contains("attack.step") && words.count < 400)
    #expect(Script.lab(to: 10).describe().contains("all as at the start"))
  }

  @Test func describingAPaneAgainTellsWhatIsNewAndOnRequestEverything() {
    var lab = Script.lab(to: 100)
    _ = lab.frame(80, 24)
    lab.press(.character("2"), .character("2"))
    _ = lab.frame(80, 24)
    while !lab.frame(80, 24).contains("Accuracy in words") {
      lab.press(.escape, .tab)
      _ = lab.frame(80, 24)
      lab.press(.character("v"))
    }
    lab.press(.escape, .character("v"))
    #expect(lab.frame(80, 24).contains("Nothing is new."))
    lab.press(.character("v"))
    #expect(lab.frame(80, 24).contains("Accuracy at step 100"))
    lab.press(.escape)
    for event in Script.events(to: 125).suffix(30) { _ = lab.handle(event) }
    lab.press(.character("v"))
    #expect(lab.frame(80, 24).contains("step 125") && lab.frame(80, 24).contains("new since the last time"))
  }

  @Test func theCursorFollowsTheFocus() throws {
    var lab = Script.lab(to: 60), buffer = CellBuffer(width: 120, height: 36)
    func draw() throws -> ScreenCursor {
      lab.draw(into: &buffer)
      return try #require(lab.cursor)
    }
    var cursor = try draw()
    #expect(buffer[cursor.x, cursor.y].scalar == "▸" && !cursor.isVisible)
    let before = cursor
    lab.press(.down)
    cursor = try draw()
    #expect(cursor.y == before.y + 1)
    lab.press(.tab)
    cursor = try draw()
    #expect(buffer[cursor.x + 1, cursor.y].scalar == "6")
    lab.press(.character("q"))
    cursor = try draw()
    #expect(buffer[cursor.x, cursor.y].scalar == "▸")
    lab.press(.escape, .character(":"))
    lab.type("set")
    cursor = try draw()
    #expect(cursor.y == 35 && cursor.x == 4 && cursor.isVisible)
  }

  @Test func aSecondQuestionMarkExplainsTheWords() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 120)
    lab.press(.character("?"), .character("?"))
    let frame = lab.frame(120, 120)
    for word in ["quick", "deep", "gap", "W2²", "DBN"] {
      #expect(Glossary.entries.contains { $0.word == word } && frame.contains(word), "\(word)")
    }
    for entry in Glossary.entries {
      #expect(entry.sentence.hasSuffix(".") && !entry.sentence.dropLast().contains(". "))
    }
    #expect(Set(Glossary.entries.map(\.word)).count == Glossary.entries.count)
  }

  @Test func whatIsOpenIsPartOfTheSavedScreen() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 36)
    lab.press(.character("q"), .control("s"))
    #expect(lab.dialog.map { "\(type(of: $0))" } == "SaveDialog")
    #expect(lab.press(.character("h")) == [.saveFrame(.html, stem: "x-step60")])
    #expect(lab.dialog.map { "\(type(of: $0))" } == "QuitDialog")
    // Nothing is saved, and what was open comes back.
    lab.press(.control("s"), .escape)
    #expect(lab.dialog.map { "\(type(of: $0))" } == "QuitDialog")
  }
}
