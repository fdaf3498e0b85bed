import Lab
import Panes
import Plotting
import Testing

/// The mouse: what a click, a drag and the wheel do at a place of the last frame.
@Suite struct PointerTests {
  private func lab(_ width: Int = 120, _ height: Int = 36, to step: Int = 300) -> Lab {
    var lab = Script.lab(to: step)
    _ = lab.frame(width, height)
    return lab
  }

  /// The first cell of a text in the last frame.
  private func place(_ text: String, _ lab: inout Lab, _ width: Int = 120, _ height: Int = 36) throws -> (
    x: Int, y: Int
  ) {
    let lines = lab.frame(width, height).split(separator: "\n", omittingEmptySubsequences: false)
    let y = try #require(lines.firstIndex { $0.contains(text) }, "\(text)")
    let start = try #require(lines[y].range(of: text)).lowerBound
    return (lines[y].distance(from: lines[y].startIndex, to: start), y)
  }

  private func focused(_ lab: inout Lab) -> String {
    lab.press(.enter)
    defer { lab.press(.escape) }
    return lab.layout.places.map { paneCatalogue[$0.pane].title }.joined()
  }

  @Test func aClickGivesAPaneTheKeys() throws {
    var lab = lab(), at = try place("6 Journal", &lab)
    #expect(lab.handle(Pointer(.press, x: at.x, y: at.y + 3)) == [])
    #expect(focused(&lab) == "Journal")
    at = try place("4 Distributions", &lab)
    _ = lab.handle(Pointer(.press, x: at.x, y: at.y + 3))
    #expect(focused(&lab) == "Distributions")
  }

  /// The upper border of a pane is a boundary, too.
  @Test func aClickOnATitleGivesThePaneTheKeys() throws {
    var lab = lab(), at = try place("6 Journal ─", &lab)
    _ = lab.handle(Pointer(.press, x: at.x, y: at.y))
    _ = lab.handle(Pointer(.release, x: at.x, y: at.y))
    #expect(focused(&lab) == "Journal")
    at = try place("2 Accuracy ─", &lab)
    _ = lab.handle(Pointer(.press, x: at.x, y: at.y))
    #expect(focused(&lab) == "Accuracy")
  }

  /// With the crosshair on a mark, enter offers to go back to it; a click on a setting does not.
  @Test func aClickOnTheSelectedSettingIsNotTheCrosshairsEnter() throws {
    var lab = lab(200, 60)
    lab.press(.character("c"), .character("["))
    let knob = try place("▸ γ", &lab, 200, 60)
    _ = lab.handle(Pointer(.press, x: knob.x + 2, y: knob.y))
    #expect(lab.dialog.map { Swift.type(of: $0).title } == "Typing a value")
    #expect(!lab.frame(200, 60).contains("Go back to"))
  }

  @Test func aClickOnAFootersKeyPressesIt() throws {
    var lab = lab(), at = try place("space pause", &lab)
    #expect(lab.handle(Pointer(.press, x: at.x + 2, y: at.y)) == [.send(.pause)])
    at = try place("? help", &lab)
    _ = lab.handle(Pointer(.press, x: at.x, y: at.y))
    #expect(lab.frame(120, 36).contains("Keys"))
  }

  @Test func aClickOnATabBringsItsPane() throws {
    var lab = lab(), at = try place("8 ", &lab)
    #expect(at.y == 1)
    _ = lab.handle(Pointer(.press, x: at.x, y: at.y))
    #expect(lab.frame(120, 36).contains("8 \(paneCatalogue[7].title) ─"))
    // A tab that is on the screen gets the keys, and stays.
    at = try place("6 Journal", &lab)
    _ = lab.handle(Pointer(.press, x: at.x, y: 1))
    #expect(lab.frame(120, 36).contains("Journal ─"))
  }

  @Test func aClickInAChartReadsItThereAndADragMovesOn() throws {
    var lab = lab()
    let spot = try #require(lab.plots.first), steps = spot.steps
    let y = spot.rect.y + 2
    _ = lab.handle(Pointer(.press, x: spot.rect.x + spot.rect.width / 2, y: y))
    let middle = try #require(lab.view.crosshair)
    #expect(abs(middle - steps.step(atColumn: spot.rect.x + spot.rect.width / 2)) <= 0.5 && middle > 50)
    _ = lab.handle(Pointer(.drag, x: spot.rect.x, y: y))
    #expect(lab.view.crosshair == 0)
    // Beyond the end of the run it stays on the last step, wherever the pointer goes.
    _ = lab.handle(Pointer(.drag, x: 119, y: 35))
    #expect(lab.view.crosshair == 300)
    _ = lab.handle(Pointer(.release, x: 119, y: 35))
    _ = lab.handle(Pointer(.drag, x: spot.rect.x, y: y))
    #expect(lab.view.crosshair == 300)
  }

  @Test(arguments: [XAxis.Unit.step, .epoch, .time], [false, true])
  func columnsAreTheStepsThatAreDrawnThere(unit: XAxis.Unit, isLogarithmic: Bool) throws {
    var lab = lab()
    while lab.view.axis.unit != unit { lab.press(.character("x")) }
    if isLogarithmic { lab.press(.character("X")) }
    _ = lab.frame(120, 36)
    let spot = try #require(lab.plots.first)
    for x in stride(from: spot.rect.x + 1, to: spot.rect.x + spot.rect.width - 1, by: 7) {
      _ = lab.handle(Pointer(.press, x: x, y: spot.rect.y + 2))
      guard let crosshair = lab.view.crosshair, crosshair > 1, crosshair < 300 else { continue }
      // The crosshair is drawn in the column that was clicked, as far as steps are whole numbers, or within two columns:
      // the labels of some steps are wider than those of the next, so that there is no step whose column is this one.
      let rows = lab.frame(120, 36).split(separator: "\n", omittingEmptySubsequences: false)
      let drawn = rows.dropFirst(spot.rect.y).prefix(spot.rect.height).map { String(Array($0)[max(0, x - 2)...x + 2]) }
      let columns = Double(spot.rect.width) / (isLogarithmic ? crosshair : 300)
      #expect(columns > 2 || drawn.contains { $0.contains("│") }, "\(unit) \(crosshair) \(drawn)")
    }
  }

  @Test func theWheelZoomsChartsAroundThePointerAndMovesThroughLists() throws {
    var lab = lab()
    let spot = try #require(lab.plots.first), x = spot.rect.x + spot.rect.width / 4
    let before = spot.steps.step(atColumn: x)
    _ = lab.handle(Pointer(.wheelUp, x: x, y: spot.rect.y + 2))
    #expect(lab.view.isZoomed)
    _ = lab.frame(120, 36)
    let after = try #require(lab.plots.first).steps.step(atColumn: x)
    #expect(abs(before - after) < 8, "\(before) \(after)")
    _ = lab.handle(Pointer(.wheelDown, x: x, y: spot.rect.y + 2))
    #expect(!lab.view.isZoomed)

    let controls = try place("5 Controls ─", &lab), chosen = lab.frame(120, 36).matches(of: /▸ (\S+)/).map(\.1)
    _ = lab.handle(Pointer(.wheelDown, x: controls.x, y: controls.y + 3))
    #expect(lab.frame(120, 36).matches(of: /▸ (\S+)/).map(\.1) != chosen)
  }

  @Test func aClickSelectsAKnobAndTheNextOneTypesItsValue() throws {
    var lab = lab(200, 60)
    let knob = try place("ε  ", &lab, 200, 60)
    #expect(lab.handle(Pointer(.press, x: knob.x + 2, y: knob.y)) == [])
    #expect(lab.frame(200, 60).contains("▸ ε"))
    _ = lab.handle(Pointer(.press, x: knob.x + 2, y: knob.y))
    #expect(lab.dialog != nil)
  }

  @Test func choicesAreHighlightedByOneClickAndTakenByTheNext() throws {
    var lab = lab()
    lab.press(.character("q"))
    let choice = try place("write a checkpoint and leave", &lab)
    #expect(lab.handle(Pointer(.press, x: choice.x, y: choice.y)) == [])
    #expect(lab.frame(120, 36).split(separator: "\n")[choice.y].contains("▸"))
    #expect(lab.handle(Pointer(.press, x: choice.x, y: choice.y)).contains(.send(.stop)))
  }

  @Test func whatLiesBelowADialogIsNotClicked() throws {
    var lab = lab()
    let knob = try place("γ", &lab)
    lab.press(.character("q"))
    let before = lab.frame(120, 36)
    for y in 2..<35 { for x in [0, 3, 58, 119] { #expect(lab.handle(Pointer(.press, x: x, y: y)) == []) } }
    #expect(lab.frame(120, 36) == before && knob.y > 0)
  }

  @Test func dividersAreDraggedWithinTheirPanesLeastSizesAndRemembered() throws {
    var lab = lab()
    func drag(from: (Int, Int), to: (Int, Int)) {
      _ = lab.handle(Pointer(.press, x: from.0, y: from.1))
      _ = lab.handle(Pointer(.drag, x: to.0, y: to.1))
      _ = lab.handle(Pointer(.release, x: to.0, y: to.1))
      _ = lab.frame(120, 36)
    }
    drag(from: (60, 5), to: (75, 5))
    #expect(lab.layout.places[0].rect.width == 75 && lab.layout.places[1].rect.width == 45)
    // The row above and the row below move together only where the divider is theirs: rows have one each.
    drag(from: (20, 13), to: (20, 16))
    #expect(lab.layout.places[0].rect.height == 14)
    let memory = try #require(lab.memory)
    drag(from: (75, 5), to: (119, 5))
    #expect(lab.layout.places[1].rect.width == 40)
    drag(from: (80, 5), to: (0, 5))
    #expect(lab.layout.places[0].rect.width == 40)
    var other = Lab()
    other.restore(memory)
    _ = other.frame(120, 36)
    #expect(other.layout.places[0].rect == Rect(x: 0, y: 2, width: 75, height: 14))
    lab.press(.character("0"))
    _ = lab.frame(120, 36)
    #expect(lab.layout.places.allSatisfy { $0.rect.width == 60 })
  }

  @Test func anythingAnywhereAtAnySizeDoesNotTrap() {
    for (width, height) in [(0, 0), (1, 1), (12, 3), (40, 10), (60, 16), (80, 24), (200, 60)] {
      var lab = GapScript.lab(.alarm)
      _ = lab.frame(width, height)
      for action in [Pointer.Action.press, .drag, .wheelUp, .release, .wheelDown] {
        for y in stride(from: -1, through: height + 1, by: 7) {
          for x in stride(from: -1, through: width + 1, by: 19) {
            _ = lab.handle(Pointer(action, x: x, y: y))
            _ = lab.frame(width, height)
          }
        }
      }
    }
  }
}

extension Lab {
  /// The plots of the last frame.
  fileprivate var plots: [(rect: Rect, steps: PlotSteps)] {
    spots.compactMap { spot in
      if case .plot(let steps) = spot.target { (spot.rect, steps) } else { nil }
    }
  }
}
