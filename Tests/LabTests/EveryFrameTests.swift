import Lab
import Panes
import Plotting
import Testing

/// Every pane and every dialog of the catalogues, and big mode, at the sizes that screens have.
@Suite struct EveryFrameTests {
  private static let sizes = [
    PaneSize(200, 60), PaneSize(120, 36), PaneSize(80, 24), PaneSize(60, 16), PaneSize(40, 12),
  ]

  /// One frame below the other.
  private func frames(_ lab: Lab) -> String {
    Self.sizes.map { size in
      var lab = lab
      return "\(size.width)×\(size.height)\n" + lab.frame(size.width, size.height)
    }.joined(separator: "\n")
  }

  @Test(arguments: paneCatalogue.indices) func everyPaneAloneLooksAsRecorded(index: Int) throws {
    var lab = PaneScript.lab()
    // So small that only the pane with the keys is shown.
    _ = lab.frame(40, 12)
    for _ in paneCatalogue where lab.layout.places.map(\.pane) != [index] { lab.press(.tab) }
    #expect(lab.layout.places.map(\.pane) == [index])
    _ = lab.frame(200, 60)
    for key in [Key.character("f"), .enter] where lab.layout.places.count > 1 { lab.press(key) }
    #expect(lab.layout.places.map(\.pane) == [index])
    try expectGolden("pane-\(paneCatalogue[index].id)", frames(lab))
  }

  @Test func everyDialogLooksAsRecorded() throws {
    var seen: Set<String> = []
    for opened in Opened.all() where seen.insert(opened.name).inserted {
      try expectGolden("dialog-\(opened.name)", frames(opened.lab))
    }
    #expect(seen == Set(dialogCatalogue.map { "\($0)" }))
  }

  @Test func bigModeLooksAsRecorded() throws {
    var lab = GapScript.lab(.alarm)
    lab.press(.character("D"))
    try expectGolden("big", frames(lab))
    var tour = TourScript.lab(LabOptions(symbols: .ascii))
    tour.press(.character("D"))
    try expectGolden("big-tour-ascii", frames(tour))
  }
}
