import Events
import Lab
import Panes
import Plotting
import Recipe
import Testing

@Suite struct DiagnosisTests {
  private func pane<P: Pane>(_ kind: P.Type, _ events: [Event]) -> P {
    var pane = kind.init()
    for event in events { pane.update(event) }
    return pane
  }

  private func text(
    _ pane: any Pane, _ width: Int = 60, _ height: Int = 14, _ symbols: Symbols = .braille
  ) -> String {
    var buffer = CellBuffer(width: width, height: height)
    pane.draw(
      into: &buffer, in: buffer.bounds, context: PaneContext(theme: .mono, symbols: symbols, isFocused: true))
    if symbols == .ascii { buffer.reduceToASCII() }
    return buffer.text
  }

  @Test func everyPaneDrawsAtEverySizeAtEveryStage() {
    for stage in GapScript.Stage.allCases {
      let panes: [any Pane] = paneCatalogue.map { pane($0, GapScript.events(stage)) }
      for pane in panes {
        for symbols in Symbols.allCases {
          for (width, height) in (0...9).flatMap({ w in (0...9).map { (w * 5, $0) } }) + [(58, 9), (78, 9), (98, 13)] {
            let rect = Rect(x: 1, y: 1, width: width, height: height)
            var buffer = CellBuffer(width: width + 2, height: height + 2)
            buffer.fill(buffer.bounds, with: Cell("§"))
            buffer.fill(rect, with: Cell())
            pane.draw(
              into: &buffer, in: rect, context: PaneContext(theme: .mono, symbols: symbols, isFocused: false))
            for y in 0..<buffer.height {
              for x in 0..<buffer.width where x < 1 || y < 1 || x > width || y > height {
                #expect(buffer[x, y].scalar == "§", "\(type(of: pane)) \(stage) \(width)×\(height)")
              }
            }
          }
        }
        #expect(pane.describe().hasPrefix(type(of: pane).title) && pane.describe().hasSuffix("."))
      }
    }
  }

  // MARK: gap

  @Test func theStateIsAWordASignAndAStep() {
    let words: [(GapScript.Stage, String, String)] = [
      (.calm, "✓ CALM", "since step 25"), (.watch, "△ WATCH", "since step 75"),
      (.alarm, "▲ FALSE ROBUSTNESS", "since step 100"), (.acknowledged, "▽ ACKNOWLEDGED", "since step 300"),
      (.confirmed, "◆ CONFIRMED", "since step 300"),
    ]
    for (stage, word, since) in words {
      let gap = pane(GapPane.self, GapScript.events(stage))
      for (width, height) in [(38, 5), (58, 9), (78, 9), (98, 27)] {
        let first = text(gap, width, height).split(separator: "\n").first ?? ""
        #expect(first.contains(word) && first.contains(since), "\(stage) \(width)×\(height)")
      }
    }
    #expect(Set(GapState.allCases.map(\.word)).count == 5 && Set(GapState.allCases.map(\.glyph)).count == 5)
    #expect(text(pane(GapPane.self, [])).contains("no gap measured yet"))
  }

  @Test func everyGapCarriesItsIntervalItsNumberAndItsStep() {
    let gap = pane(GapPane.self, GapScript.events(.alarm))
    for line in ["quick  .65 ±.08  .02 ±.03  .63 [.54, .70]  128   300", "deep   .63 ±.16"] {
      #expect(text(gap, 58, 9).contains(line))
    }
    #expect(text(gap, 38, 6).contains("quick .65    .02 .63 [.54, .70] 128"))
    #expect(
      gap.describe().contains(
        "accuracy is .65 ±.08 under PGD-10 at ε 16/255 and .02 ±.03 under the quick check: a gap of .63 [.54, .70]."))
    #expect(text(gap, 58, 9).contains("W2² clean–PGD 17.3") && text(gap, 58, 9).contains("n 64 step 300"))
  }

  @Test func causesHaveNumbersAndWhereThereIsRoomASentence() {
    let gap = pane(GapPane.self, GapScript.events(.alarm))
    #expect(text(gap, 58, 9).contains(".66 → .24  n 128"))
    #expect(!text(gap, 58, 9).contains("Given a class"))
    #expect(text(gap, 98, 27).contains("Given a class to aim at"))
  }

  @Test func theCausesGoWithTheAlarm() {
    var gap = pane(GapPane.self, GapScript.events(.alarm))
    gap.update(.alarm(GapChange(step: 325, from: .alarm, state: .calm)))
    #expect(text(gap, 58, 12).contains("✓ CALM") && !text(gap, 58, 12).contains("targeted"))
  }

  @Test func theBoardShowsWhoBreaksWhatAndTheResultIsAnUpperBoundUntilTheEnd() {
    var gap = pane(GapPane.self, GapScript.events(.attacking))
    let board = text(gap, 58, 12)
    for part in ["AutoAttack, step 300: accuracy ≤ .38", "n 128  ETA ≤ 0:07", "34/66  broken  18  iter 40/100"] {
      #expect(board.contains(part), "\(part)")
    }
    #expect(gap.note == "AutoAttack on step 300")
    gap.update(.attackProgress(GapScript.board(.cancelled)))
    #expect(text(gap, 78, 20).contains("cancelled: accuracy ≤ .00, n 128"))
    gap.update(.attackProgress(GapScript.board(.finished)))
    #expect(text(gap, 78, 20).contains("AutoAttack on the weights of step 300: accuracy .00 ±.01, n 128, took 0:04"))
  }

  @Test func thresholdsAreDrawnOnlyWhereThePresetHasThem() {
    let gap = pane(GapPane.self, GapScript.events(.alarm))
    let hasKnob = AnyKnob.named("sentinel.alarm") != nil
    #expect(text(gap, 58, 24).contains("alarm .") == hasKnob)
  }

  @Test func tiersThatDisagreeAreSaid() {
    var gap = pane(GapPane.self, GapScript.events(.watch))
    let kind = GapScript.reading(85, .quick, n: 128, survivors: 80, broken: 2)
    let harsh = GapScript.reading(85, .deep, n: 32, survivors: 20, broken: 20)
    gap.update(
      .alarm(
        GapChange(
          step: 85, from: .watch, state: .watch, reading: harsh,
          disagreement: TierDisagreement(kinder: kind, harsher: harsh))))
    #expect(
      text(gap, 98, 24).contains(
        "step 85: the quick check finds a gap of .02, the deep check .63; trust the larger gap"))
  }

  // MARK: accuracy, marks

  @Test func theAccuracyPaneShadesTheGapAndMarksTheAlarm() {
    let accuracy = text(pane(AccuracyPane.self, GapScript.events(.alarm)), 78, 14)
    for part in ["░░░", "┊m1", "m1 ▲ alarm", "quick  .02 ±.03", "deep   .00 ±.05"] {
      #expect(accuracy.contains(part), "\(part)")
    }
    #expect(text(pane(LossPane.self, GapScript.events(.alarm)), 78, 14).contains("m1 ▲ alarm"))
    let plain = text(pane(AccuracyPane.self, Script.events(to: 300)), 78, 14)
    #expect(!plain.contains("░") && !plain.contains("quick"))
    #expect(pane(AccuracyPane.self, GapScript.events(.alarm)).note == "n=256 · quick 128 · deep 32 · ┬┴ 95 %")
  }

  @Test func theBandLiesBetweenPGDAndWhatTheTierLeaves() {
    var accuracy = AccuracyPane()
    for step in [0, 100] {
      var probe = Script.probe(100)
      probe.step = step
      probe.clean = Proportion(correct: 1000, n: 1000)
      probe.adversarial = Proportion(correct: 800, n: 1000)
      probe.quick = GapScript.reading(step, .quick, n: 1000, survivors: 800, broken: 600)
      accuracy.update(.probe(probe))
    }
    let rows = text(accuracy, 60, 21).split(separator: "\n").map(String.init)
    for (row, line) in rows.prefix(20).enumerated() {
      let middle = 1 - (Double(row) + 0.5) / 20
      if middle > 0.86 || middle < 0.14 { #expect(!line.contains("░"), "row \(row)") }
      if middle < 0.74, middle > 0.26 { #expect(line.contains("░░░░"), "row \(row)") }
    }
  }

  // MARK: distributions, layers

  @Test func bracketsChooseTheLayerAndItStaysWhenANewPictureComes() {
    var scatter = pane(DistributionsPane.self, GapScript.events(.alarm))
    #expect(scatter.note == "body.22 (8 of 8) · step 300")
    _ = scatter.press(.character("["), isFocused: false)
    #expect(scatter.note == "body.19 (7 of 8) · step 300")
    scatter.update(.scatter(GapScript.scatter(400)))
    #expect(scatter.note == "body.19 (7 of 8) · step 400")
    for _ in 0..<2 { _ = scatter.press(.character("]"), isFocused: false) }
    #expect(scatter.note == "body.1 (1 of 8) · step 400")
    for glyph in ["∘", "×", "+"] { #expect(text(scatter, 58, 14).contains(glyph)) }
    #expect(text(scatter, 98, 14).contains("PC1 20 %, PC2 14 % · axes from step 50 · curves: 2 SD"))
    let ascii = text(scatter, 58, 14, .ascii)
    #expect(ascii.contains("o clean") && ascii.contains("x PGD") && ascii.unicodeScalars.allSatisfy(\.isASCII))
    #expect(!ascii.contains("?"))
  }

  @Test func aPointStaysInItsPlaceWhileTheAxesDo() {
    let picture = { (x: Float) -> String in
      let layer = ScatterReport.Layer(
        name: "a", explained: [1, 0], clean: [ScatterReport.Point(0, 0)], pgd: [ScatterReport.Point(x, 1)], strong: [],
        axes: ScatterReport.Axes(left: -2, right: 2, bottom: -2, top: 2), fittedAt: 1)
      return self.text(
        self.pane(DistributionsPane.self, [.scatter(ScatterReport(step: 1, strong: "s", layers: [layer]))]))
    }
    let place = { (text: String) in text.split(separator: "\n").firstIndex { $0.contains("∘") } }
    #expect(place(picture(1)) == place(picture(1.9)))
    // A point outside the fixed axes is drawn at their edge.
    #expect(picture(7) == picture(2) && picture(.nan) != picture(2))
  }

  @Test func everyMeasureOfTheLayersIsReachedAndNothingUnmeasuredIsShown() {
    var layers = pane(LayersPane.self, GapScript.events(.alarm))
    let titles = ["W2² clean–PGD  total 17.3", "W2² clean–AutoAttack  total", "W2² PGD–AutoAttack  total"]
    for title in titles {
      #expect(text(layers, 58, 12).contains(title))
      _ = layers.press(.character("d"), isFocused: false)
    }
    #expect(text(layers, 58, 12).contains(titles[0]))
    for name in ["posterior", "batch–running"] { #expect(!text(layers, 198, 12).contains(name)) }
    var dual = pane(LayersPane.self, GapScript.events(.dual))
    for name in ["posterior p(clean)", "W2² batch–running", "routed .98"] {
      #expect(text(dual, 198, 12).contains(name))
    }
    for _ in 0..<4 { _ = dual.press(.character("d"), isFocused: false) }
    #expect(text(dual, 78, 12).contains("posterior p(clean)"))
    #expect(text(layers, 58, 12).contains("body.1 ") && text(layers, 58, 12).contains("body.22"))
    #expect(!text(layers, 58, 7).contains("body.22") && text(layers, 58, 7).contains("5 of 8"))
    for _ in 0..<3 { _ = layers.press(.down, isFocused: true) }
    #expect(text(layers, 58, 7).contains("body.22"))
  }

  @Test func aLongerBarIsALargerDistanceInEveryLadder() {
    let layers = pane(LayersPane.self, GapScript.events(.alarm))
    for symbols in Symbols.allCases {
      let lengths = text(layers, 78, 12, symbols).split(separator: "\n").filter { $0.contains("body.") }.map { line in
        line.unicodeScalars.count { "█▉▊▋▌▍▎▏=-".unicodeScalars.contains($0) }
      }
      #expect(lengths.count == 8 && lengths == lengths.sorted() && lengths[7] > lengths[0] + 10)
    }
  }

  // MARK: the shell

  @Test func theHeaderSaysWhatIsNotCalmAtEveryWidth() {
    for width in 40...200 {
      var lab = GapScript.lab(.alarm)
      let header = lab.frame(width, 24).split(separator: "\n").first ?? ""
      #expect(header.contains("▲") && header.contains("(constructed)") && header.contains("training"), "\(width)")
      if width >= 80 { #expect(header.contains("FALSE ROBUSTNESS") && header.contains("300/400")) }
    }
    var calm = GapScript.lab(.calm)
    #expect(!calm.frame(120, 36).split(separator: "\n")[0].contains("CALM"))
    #expect(GapScript.lab(.alarm).describe().contains("Gap: false robustness"))
  }

  @Test func anAlarmRingsOnceAndIsAcknowledgedWithA() {
    var lab = GapScript.lab(.watch)
    #expect(lab.handle(.character("a")) == [])
    #expect(
      lab.handle(.alarm(GapChange(step: 100, from: .watch, state: .alarm))) == [
        .bell, .notify("false robustness at step 100: gap watch → alarm"),
      ])
    #expect(lab.handle(.alarm(GapChange(step: 125, from: .alarm, state: .alarm))) == [])
    #expect(lab.handle(.character("a")) == [.send(.acknowledge)])
    #expect(lab.handle(.alarm(GapChange(step: 125, from: .alarm, state: .acknowledged))) == [])
    #expect(lab.handle(.character("a")) == [])
  }

  @Test func theAttackIsAskedForAndCanBeCancelled() {
    var lab = GapScript.lab(.alarm)
    _ = lab.handle(.attackProgress(GapScript.forecast))
    #expect(lab.handle(.character("A")) == [])
    #expect(lab.frame(80, 24).contains("▸ f  full AutoAttack, at most 0:12 on 128 images"))
    #expect(lab.handle(.enter) == [.send(.attack(.full))])
    lab.press(.character("A"))
    #expect(lab.press(.down, .enter) == [.send(.attack(.quick))])
    lab.press(.character("A"))
    #expect(lab.press(.character("k")) == [.send(.attack(.quick))])
    lab.press(.character("A"))
    #expect(lab.press(.escape) == [] && !lab.frame(80, 24).contains("Attack the weights"))
    _ = lab.handle(.attackProgress(GapScript.board(.running)))
    lab.press(.character("A"))
    #expect(lab.frame(80, 24).contains("▸ c  let it run"))
    #expect(lab.press(.character("x")) == [.send(.cancelAttack)])
    lab.press(.character("A"))
    _ = lab.handle(.attackProgress(GapScript.board(.finished)))
    #expect(!lab.frame(80, 24).contains("let it run"))
  }

  @Test func whatTheKeysDoCanBeTyped() {
    for (line, command) in [
      ("attack full", Command.attack(.full)), ("attack quick", .attack(.quick)), ("cancel-attack", .cancelAttack),
      ("acknowledge", .acknowledge), ("checkpoint", .checkpoint),
    ] {
      var lab = GapScript.lab(.alarm)
      lab.press(.character(":"))
      lab.type(line)
      #expect(lab.handle(.enter) == [.send(command)], "\(line)")
    }
    var lab = GapScript.lab(.alarm)
    lab.press(.character(":"))
    lab.type("attack ful")
    #expect(lab.handle(.enter) == [])
    #expect(lab.frame(80, 24).contains("expected full or quick"))
  }

  @Test func theEndOfAnAttackIsALineInTheJournal() {
    let journal = text(pane(JournalPane.self, GapScript.events(.confirmed)), 90, 20)
    #expect(journal.contains("300 ◈ AutoAttack on the weights of step 300: accuracy .00 ±.01, n 128, took 0:04"))
    #expect(journal.contains("100 ▲ m1 gap watch → alarm") && journal.contains("300 ◆ m1 gap alarm → confirmed"))
  }
}
