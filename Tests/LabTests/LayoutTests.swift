import Lab
import Panes
import Plotting
import Testing

@Suite struct LayoutTests {
  private func shown(_ lab: Lab) -> [String] { lab.layout.places.map { paneCatalogue[$0.pane].title } }

  private func lab(_ width: Int, _ height: Int, _ keys: Key...) -> Lab {
    var lab = Script.lab(to: 60)
    _ = lab.frame(width, height)
    for key in keys { _ = lab.handle(key) }
    return lab
  }

  @Test func placesCoverTheScreenOnceAtEverySize() {
    var empty = Lab()
    for width in stride(from: 0, through: 210, by: 7) {
      for height in stride(from: 0, through: 70, by: 3) {
        _ = empty.frame(width, height)
        let layout = empty.layout
        guard layout.needed == nil else {
          #expect(width < 40 || height < 10)
          #expect(layout.places.isEmpty)
          continue
        }
        var count = [Int](repeating: 0, count: width * height)
        for rect in layout.places.map(\.rect) + [layout.tabs].compactMap({ $0 }) {
          for y in rect.y..<rect.y + rect.height { for x in rect.x..<rect.x + rect.width { count[y * width + x] += 1 } }
        }
        let middle = count[width..<width * (height - 1)]
        #expect(middle.allSatisfy { $0 == 1 }, "\(width)×\(height)")
        for place in layout.places {
          let smallest = paneCatalogue[place.pane].minimumSize
          #expect(place.rect.width >= smallest.width && place.rect.height >= smallest.height)
        }
      }
    }
  }

  @Test func sizesOfTheIssueGiveAGridTwoPanesAndOne() {
    #expect(shown(lab(120, 36)) == ["Loss", "Accuracy", "Gap", "Distributions", "Controls", "Journal"])
    #expect(lab(120, 36).layout.tabs != nil)
    #expect(shown(lab(200, 60)).count == 7)
    #expect(lab(200, 60).layout.tabs != nil)
    #expect(shown(lab(120, 30)) == ["Loss", "Accuracy", "Gap", "Controls"])
    #expect(shown(lab(80, 24)) == ["Accuracy", "Controls"])
    #expect(lab(80, 24).layout.tabs != nil)
    #expect(shown(lab(40, 12)) == ["Controls"])
    #expect(lab(40, 10).layout.needed == nil)
    #expect(lab(39, 10).layout.needed == PaneSize(40, 10))
    #expect(lab(40, 9).layout.needed == PaneSize(40, 10))
  }

  @Test func halvesAreEqual() {
    let places = lab(120, 36).layout.places
    #expect(places.allSatisfy { $0.rect.width == 60 && $0.rect.height == 11 })
  }

  @Test func theFocusedPaneIsOnTheScreenWithTheMostImportantOther() {
    #expect(shown(lab(80, 24, .tab)) == ["Accuracy", "Journal"])
    #expect(shown(lab(80, 24, .tab, .tab)) == ["Accuracy", "Layers"])
    #expect(shown(lab(80, 24, .backTab)) == ["Accuracy", "Distributions"])
    #expect(shown(lab(120, 36, .tab, .tab)) == ["Loss", "Accuracy", "Gap", "Distributions", "Controls", "Layers"])
    #expect(shown(lab(40, 12, .tab)) == ["Journal"])
  }

  @Test func numbersHideAndBringPanesAndZeroResets() {
    #expect(!shown(lab(120, 36, .character("2"))).contains("Accuracy"))
    #expect(shown(lab(120, 36, .character("2"), .character("2"))).contains("Accuracy"))
    #expect(shown(lab(120, 36, .character("7"))).contains("Layers"))
    let but5 = "123467".map { Key.character($0) }
    // Layers comes to the screen with its first press at this size, and goes with the next.
    var lab = self.lab(200, 60)
    for key in but5 { lab.press(key) }
    #expect(shown(lab) == ["Controls"])
    lab.press(.character("5"))
    #expect(shown(lab) == ["Controls"])
    lab.press(.character("0"))
    #expect(shown(lab).count == 7)
    #expect(shown(self.lab(80, 24, .character("2"))) == ["Gap", "Controls"])
    #expect(shown(self.lab(80, 24, .character("5"))) == ["Accuracy", "Journal"])
  }

  @Test func enterFillsTheScreenAndEscapeComesBack() {
    var lab = lab(120, 36, .tab, .enter)
    #expect(shown(lab) == ["Journal"])
    lab.press(.escape)
    #expect(shown(lab).count == 6)
  }

  @Test func fFillsTheScreenWhereEnterHasAnotherUse() {
    var lab = lab(120, 36, .character("f"))
    #expect(shown(lab) == ["Controls"])
    lab.press(.tab)
    #expect(shown(lab) == ["Journal"])
    lab.press(.escape)
    #expect(shown(lab).count == 6)
  }

  @Test func keysOfAPaneThatIsNotOnTheScreenAreNotHeard() {
    var lab = lab(40, 12, .tab)
    #expect(lab.handle(.character("+")) == [])
    lab = self.lab(80, 24)
    #expect(lab.handle(.character("+")).count == 1)
  }

  @Test func aScreenTooSmallForPanesSaysHowTheRunIs() {
    var lab = GapScript.lab(.alarm)
    #expect(lab.frame(70, 2).hasPrefix("● training PGD-10 .65 ±.06 deep .00 ±.05 step 300/400"))
    _ = lab.frame(39, 9)
    lab.press(.character("q"))
    #expect(lab.frame(39, 9).contains("cancel"))
  }

  @Test func aConstructedTaskIsCalledSoAtEveryWidth() {
    for width in 40...200 {
      var lab = Script.lab(to: 60)
      let header = lab.frame(width, 24).split(separator: "\n").first ?? ""
      #expect(header.contains("(constructed)") && header.contains("training") && header.contains("60/400"))
    }
  }
}
