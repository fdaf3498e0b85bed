import Events
import Foundation
import Lab
import Panes
import Plotting
import Recipe
import Testing

/// Images, Attack, Runs, Trade-off and System: what they show and ask for.
@Suite struct NewPaneTests {
  private func text(_ pane: some Pane, _ width: Int = 78, _ height: Int = 16, _ symbols: Symbols = .braille) -> String {
    var buffer = CellBuffer(width: width, height: height)
    let context = PaneContext(theme: Theme(name: "plain", styles: [:]), symbols: symbols, isFocused: true)
    pane.draw(into: &buffer, in: buffer.bounds, context: context)
    return buffer.text
  }

  // MARK: images

  private func images(_ events: [Event] = PaneScript.events) -> ImagesPane {
    var pane = ImagesPane()
    for event in Script.events(to: 300) + events { pane.update(event) }
    return pane
  }

  @Test func thePaneAsksForImagesAndSaysWhatItWaitsFor() {
    var pane = images([])
    #expect(text(pane).contains("press r to look at image 1 of the probe"))
    #expect(pane.press(.character("r"), isFocused: true) == [.send(.examine(ImageRequest(.at(0))))])
    #expect(pane.press(.character("r"), isFocused: false) == nil)
    pane.noteSent(.examine(ImageRequest(.at(0))))
    #expect(text(pane).contains("requested; it is computed after the present step"))
    // Keys that come faster than images count from what was asked for.
    #expect(pane.press(.down, isFocused: true) == [.send(.examine(ImageRequest(.at(1))))])
    pane.noteSent(.examine(ImageRequest(.at(1))))
    #expect(pane.press(.down, isFocused: true) == [.send(.examine(ImageRequest(.at(2))))])
    #expect(
      pane.press(.character("m"), isFocused: true) == [.send(.examine(ImageRequest(.nextMisclassified(after: 1))))])
    #expect(pane.press(.character("w"), isFocused: true) == [.send(.examine(ImageRequest(.nextBroken(after: 1))))])
  }

  @Test func theEndOfTheAttackIsShownAndItsIterationsAreAKeyAway() {
    var pane = images()
    #expect(text(pane).contains("disk seen as ring ✗") && text(pane).contains("PGD-10, 10 of 10"))
    for _ in 0..<3 { _ = pane.press(.left, isFocused: true) }
    #expect(text(pane).contains("PGD-10, 7 of 10") && text(pane).contains("seen as ring ✗"))
    for _ in 0..<3 { _ = pane.press(.left, isFocused: true) }
    #expect(text(pane).contains("seen as disk ✓"))
    for _ in 0..<9 { _ = pane.press(.left, isFocused: true) }
    #expect(pane.stage == 0 && pane.press(.left, isFocused: true) == nil)
    // Another image keeps the place.
    pane.update(.image(PaneScript.image(position: 4)))
    #expect(pane.stage == 0 && pane.note.hasPrefix("5 of 128"))
  }

  @Test func theRadiusChangesForThisImageOnlyAndIsRemembered() {
    var pane = images()
    let one = 16.0 / 255
    #expect(
      pane.press(.character(")"), isFocused: true) == [.send(.examine(ImageRequest(.at(3), epsilon: 1.5 * one)))])
    #expect(pane.press(.character("e"), isFocused: true) == [.send(.examine(ImageRequest(.at(3))))])
    for _ in 0..<5 { _ = pane.press(.character("("), isFocused: true) }
    #expect(pane.radius == .zero)
    guard case .say? = pane.press(.character("("), isFocused: true)?.first else { return #expect(Bool(false)) }
    _ = pane.press(.character("f"), isFocused: true)
    var next = ImagesPane()
    next.restore(pane.choices)
    #expect(next.choices == pane.choices && next.radius == .zero && next.enlargement == .once)
    // A radius follows that of the run.
    var changed = images()
    _ = changed.press(.character(")"), isFocused: true)
    changed.update(.journal(Script.change(300, "eps", one, 0.1)))
    let asked = changed.press(.character("r"), isFocused: true)
    #expect(asked == [.send(.examine(ImageRequest(.at(3), epsilon: 1.5 * 0.1)))])
  }

  @Test func aSearchThatFindsNothingSaysSo() {
    var report = PaneScript.image()
    report.request = ImageRequest(.nextMisclassified(after: 3))
    report.isFound = false
    #expect(text(images([.image(report)])).contains("no image of the probe is misclassified"))
    report.request = ImageRequest(.nextBroken(after: 3))
    #expect(images([.image(report)]).describe().contains("PGD-10 breaks no image of the probe"))
  }

  @Test func whereThereAreNoPixelsThePaneSaysSoAndOffersNoKeys() {
    for (onlooking, words) in [
      (PaneNews.Onlooking.replay, "a replay has no images"), (.following, "the run's own lab"),
    ] {
      var pane = images([])
      let isNews = pane.hear(.onlooking(onlooking))
      #expect(isNews)
      #expect(text(pane).contains("pixels are not recorded") && text(pane).contains(words))
      #expect(pane.press(.character("r"), isFocused: true) == nil && pane.press(.down, isFocused: true) == nil)
    }
    var over = images()
    over.update(.summary(Script.summary))
    #expect(over.press(.character("r"), isFocused: true) == nil)
    // What was looked at last can still be gone through.
    #expect(over.press(.left, isFocused: true) == [])
    var watch = Script.description
    watch.watches = "/checkpoints"
    var pane = ImagesPane()
    pane.update(.started(watch))
    #expect(text(pane).contains("only checkpoints are watched"))
  }

  @Test func aReplayTellsItsPanes() {
    var replay = Replay(Script.events(to: 60), lab: Script.lab(to: 0))
    var buffer = CellBuffer(width: 80, height: 24)
    for key in [Key.character("8"), .left, .enter] { _ = replay.handle(key) }
    replay.draw(into: &buffer)
    #expect(buffer.text.contains("pixels are not recorded: a replay has no images"))
  }

  @Test func picturesAreHalfBlocksInColorAndARampWithout() {
    let pane = images([.image(PaneScript.image(channels: 3))])
    var buffer = CellBuffer(width: 78, height: 16)
    pane.draw(
      into: &buffer, in: buffer.bounds,
      context: PaneContext(theme: Theme(name: "plain", styles: [:]), symbols: .block, isFocused: true))
    let halves = (0..<16).flatMap { y in (0..<78).map { buffer[$0, y] } }.filter { $0.scalar == "▀" }
    #expect(halves.count > 100)
    #expect(Set(halves.map(\.style.foreground)).count > 2 && Set(halves.map(\.style.background)).count > 2)
    for (theme, symbols) in [(Theme.mono, Symbols.braille), (Theme(name: "plain", styles: [:]), .ascii)] {
      var plain = CellBuffer(width: 78, height: 16)
      pane.draw(
        into: &plain, in: plain.bounds, context: PaneContext(theme: theme, symbols: symbols, isFocused: true))
      #expect(!plain.text.contains("▀") && (plain.text.contains("@") || plain.text.contains("#")))
    }
  }

  // MARK: attack

  @Test func theBoardHasWhatEachAttackWasGivenBrokeLeftAndTook() {
    var pane = AttackPane()
    #expect(text(pane).contains("no attack yet"))
    pane.update(.attackProgress(GapScript.forecast))
    #expect(text(pane).contains("at most 0:12 on 128 images"))
    pane.update(.attackProgress(PaneScript.attack))
    let board = text(pane, 90, 10)
    #expect(board.contains("robust ≤ .38") && board.contains("0:04, at most 0:07 left"))
    for words in ["a APGD-CE", "127", "61", "66", "18 204", "0:03", "b APGD-T", "9 120", "48"] {
      #expect(board.contains(words), "\(words)")
    }
    #expect(pane.note == "AutoAttack · step 300 · ε 16/255")
    // Every image once: one wrong, 61 and 18 broken, 48 left.
    let strip = board.split(separator: "\n").first { $0.contains("∘ robust") }.map(String.init) ?? ""
    #expect(strip.contains("aaaa") && strip.contains("bbb") && strip.contains("∘∘∘"))
  }

  @Test func attacksThatAreOverStay() {
    var pane = AttackPane(), first = GapScript.board(.finished)
    pane.update(.attackProgress(first))
    #expect(text(pane).contains("took 0:04") && !text(pane).contains("earlier"))
    first.step = 350
    first.phase = .running
    pane.update(.attackProgress(first))
    #expect(text(pane).contains("earlier: AutoAttack on the weights of step 300: accuracy"))
  }

  // MARK: runs

  private func runs(_ news: RunsNews = PaneScript.runs) -> RunsPane {
    var pane = RunsPane()
    pane.update(.started(Script.description))
    _ = pane.hear(.runs(news))
    return pane
  }

  @Test func branchesHangBelowTheirParents() {
    #expect(
      runs().rows.map(\.entry.name) == [
        "adversarial-training", "false-robustness", "false-robustness-200", "x",
      ])
    #expect(runs().rows.map(\.depth) == [0, 0, 1, 0])
    #expect(text(runs()).contains("└ false-robustness-200") && text(runs()).contains("● x"))
    // Two that name each other as parent are there all the same.
    var circle = PaneScript.runs
    circle.runs[1].parent = ("false-robustness-200", 1)
    #expect(runs(circle).rows.count == 4)
  }

  @Test func aRunIsComparedAndBranchedByItsKeys() {
    var pane = runs()
    #expect(pane.chosen?.name == "x")
    guard case .say? = pane.press(.character("C"), isFocused: true)?.first else { return #expect(Bool(false)) }
    #expect(pane.press(.character("B"), isFocused: true) == [.type("branch 299 ")])
    _ = pane.press(.up, isFocused: true)
    #expect(pane.press(.character("C"), isFocused: true) == [.compare(["runs/false-robustness-200"])])
    pane.compare([OtherRun(name: "false-robustness-200")])
    #expect(text(pane).contains("+ "))
    #expect(pane.press(.character("C"), isFocused: true) == [.compare([])])
    guard case .say(let words)? = pane.press(.character("B"), isFocused: true)?.first else {
      return #expect(Bool(false))
    }
    #expect(words.contains("dualab runs branch runs/false-robustness-200"))
  }

  @Test func aNewLookAtTheFolderKeepsTheChoiceAndTheSameNewsIsNone() {
    var pane = runs()
    _ = pane.press(.home, isFocused: true)
    var more = PaneScript.runs
    more.runs.insert(
      RunEntry(
        name: "earlier", path: "runs/earlier", preset: "p", state: "killed", step: 1, steps: nil, began: "2026-01-01"),
      at: 0)
    let again = pane.hear(.runs(PaneScript.runs)), isNews = pane.hear(.runs(more))
    #expect(!again && isNews && pane.chosen?.name == "adversarial-training")
  }

  @Test func anEmptyFolderSaysSo() {
    #expect(text(RunsPane()).contains("reading the runs"))
    #expect(text(runs(RunsNews(folder: "runs", runs: []))).contains("no runs in runs/ yet"))
    #expect(runs(RunsNews(folder: "runs", runs: [], unreadable: 2)).note.contains("2 unreadable"))
  }

  // MARK: trade-off

  @Test func theFrontHasWhatNoOtherRunBeatsInBoth() {
    let point = { (name: String, clean: Double, strongest: Double) in
      TradeOffPane.Point(name: name, clean: clean, strongest: strongest)
    }
    let points = [point("a", 0.8, 0.6), point("b", 0.9, 0.4), point("c", 0.85, 0.3), point("d", 0.99, 0)]
    #expect(TradeOffPane.front(points).map(\.name) == ["a", "b", "d"])
    #expect(TradeOffPane.front([point("a", 0.8, 0.6), point("b", 0.8, 0.5)]).map(\.name) == ["a"])
    #expect(TradeOffPane.front([]).isEmpty)
  }

  @Test func thisRunHasAWayAndOthersArePoints() {
    var pane = TradeOffPane()
    #expect(text(pane).contains("no run was measured"))
    for event in GapScript.events(.alarm) { pane.update(event) }
    _ = pane.hear(.runs(PaneScript.runs))
    #expect(pane.way.count == 12 && pane.now?.isAlarm == true)
    // At step 300 the deep check leaves nothing, the quick one of the same weights some.
    #expect(pane.now?.strongest == 0 && pane.runs.count == 3)
    let picture = text(pane, 78, 20)
    for sign in ["◆", "∘", "▲", "adversarial-train"] { #expect(picture.contains(sign), "\(sign)") }
    #expect(pane.describe().contains("On the front") && pane.describe().contains("adversarial-training (.79, .66)"))
  }

  // MARK: system

  @Test func theSystemPaneKnowsSpeedSharesAndMemory() {
    var pane = SystemPane()
    for event in GapScript.events(.alarm) { pane.update(event) }
    #expect(text(pane).contains("peak not measured (g)"))
    #expect(pane.press(.character("g"), isFocused: true) == [.measurePeak])
    #expect(text(pane).contains("measuring the peak"))
    for item in PaneScript.news { _ = pane.hear(item) }
    let shown = text(pane, 78, 20)
    for words in [
      "2 560 img/s", "of sgemm", "412 MB", "peak 455 MB", "1.2 % of one core", "8 cores", "training", "sentinel",
    ] {
      #expect(shown.contains(words), "\(words)")
    }
    #expect(pane.press(.character("g"), isFocused: true) == nil)
  }

  @Test func aReplayShowsNoMachineThatItDidNotRunOn() {
    var pane = SystemPane()
    for event in GapScript.events(.alarm) { pane.update(event) }
    for item in PaneScript.news + [.onlooking(.replay)] { _ = pane.hear(item) }
    let shown = text(pane, 78, 20)
    #expect(shown.contains("memory      not recorded") && !shown.contains("sgemm") && !shown.contains("412 MB"))
    #expect(pane.press(.character("g"), isFocused: true) == nil)
  }

  @Test func arithmeticIsThatOfTheBenchmark() throws {
    var settings = Settings()
    for (name, value) in ["objective": "mat", "batching": "cat", "attack": "pgd", "attack.steps": "10"] {
      try settings.set(name, parsing: value)
    }
    let work = NetworkWork(forward: 100, firstLayer: 10)
    // Ten steps of a forward and a backward pass each, and three passes over both halves.
    let expected: Double = 16_000 + 4640
    #expect(settings.flopsOfStep(images: 8, work) == expected)
    try settings.set("objective", parsing: "standard")
    let clean: Double = 2320
    #expect(settings.flopsOfStep(images: 8, work) == clean)
  }
}
