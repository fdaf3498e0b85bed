import Events
import Lab
import Panes
import Plotting
import Recipe
import Testing

@Suite struct PromptTests {
  private func line(_ text: String) -> Prompt {
    var line = Prompt(LineNames(themes: ["midnight", "paper"], marks: ["m1", "m2"]))
    for character in text { line.type(character) }
    return line
  }

  private func error(_ text: String) -> String {
    do {
      return "accepted: \(try line(text).parse())"
    } catch { return "\(error)" }
  }

  @Test func everyFormIsUnderstood() throws {
    let gamma = LineRequest.send(.set(knob: "gamma", value: .number(0.1), cause: .you))
    let cases: [(String, LineRequest)] = [
      ("set gamma 0.1", gamma), ("gamma=0.1", gamma), ("gamma = 0.1", gamma), ("  set gamma = 0.1 ", gamma),
      ("eps=8/255", .send(.set(knob: "eps", value: .number(8.0 / 255), cause: .you))),
      ("set objective trades", .send(.set(knob: "objective", value: .text("trades"), cause: .you))),
      ("nesterov=off", .send(.set(knob: "nesterov", value: .flag(false), cause: .you))),
      ("pause", .send(.pause)), ("resume", .send(.resume)), ("finish", .send(.finish)), ("stop", .send(.stop)),
      ("rewind", .branch(nil, [], isBeside: false)), ("rewind 120", .branch(.step(120), [], isBeside: false)),
      ("rewind m2", .branch(.mark("m2"), [], isBeside: false)),
      ("rewind the gap opens", .branch(.mark("the gap opens"), [], isBeside: false)), ("seek m1", .seek(.mark("m1"))),
      ("branch alarm beta=1", .branch(.mark("alarm"), [try Assignment("beta=1")], isBeside: false)),
      ("branch 7 beta=1 --beside", .branch(.step(7), [try Assignment("beta=1")], isBeside: true)),
      ("view", .view(nil)), ("view branch", .view("branch")), ("compare off", .compare([])),
      ("compare a b", .compare(["a", "b"])),
      ("quit", .quit), ("theme paper", .theme(1)), ("", .nothing), ("   ", .nothing),
    ]
    for (text, request) in cases { #expect(try line(text).parse() == request, "\(text)") }
  }

  @Test func errorsAreOneLineWithTheRemedy() {
    #expect(error("set gamma 1.5") == "gamma: '1.5' is not accepted; use a number in 0 … 1")
    #expect(error("gama=1") == "'gama' is not a setting; did you mean 'gamma'?")
    #expect(error("paus") == "unknown command 'paus'; did you mean 'pause'?")
    #expect(error("set gamma") == "set needs a name and a value, e.g. set gamma 0.1")
    #expect(error("theme neon") == "unknown theme 'neon'; available: midnight, paper")
    #expect(error("theme") == "theme needs a name: midnight, paper")
    #expect(error("pause now") == "'pause' takes no arguments")
    #expect(error("width=8") == "width can only be set at the start; quit and run again with --set width=8")
    #expect(error("branch beta=1") == "branch needs a step or a mark, and what to change, e.g. branch 120 beta=1")
    #expect(error("rewind m1 beta=1") == "rewind takes a step or a mark, e.g. rewind 120; branch takes changes too")
    #expect(error("compare") == "compare needs runs, e.g. compare runs/demo, or off")
    #expect(error("compare a b c d e") == "compare draws up to 4 runs")
    #expect(error("view a b") == "view takes one run: parent or branch")
    #expect(error("rewind -3") == "'-3' is no step; use 0 or larger, or a mark such as m1")
    #expect(error("zzzzzzzzzzzz") == "unknown command 'zzzzzzzzzzzz'; press tab to list all")
    for text in ["=", "set", "set =", "eps=8/0", "a=b=c", "objective="] {
      #expect(!error(text).hasPrefix("accepted") && !error(text).contains("\n"), "\(text)")
    }
  }

  @Test func tabCompletesCommandsKnobsChoicesAndThemes() {
    for (typed, completed) in [
      ("pa", "pause"), ("th", "theme "), ("set ga", "set gamma "), ("set objective tr", "set objective trades"),
      ("objective=tr", "objective=trades"), ("theme p", "theme paper"), ("bet", "beta="), ("rewind m", "rewind m1"),
      ("set nesterov of", "set nesterov off"),
    ] {
      var line = line(typed)
      line.complete()
      #expect(line.text == completed)
    }
    var several = line("set attack.")
    several.complete()
    let first = several.text
    several.complete()
    #expect(first == "set attack.norm" && several.text == "set attack.step")
    for _ in 0..<3 { several.complete() }
    #expect(several.text == "set attack.norm" || several.text.hasPrefix("set attack."))
    var none = line("xyz")
    none.complete()
    #expect(none.text == "xyz")
  }

  @Test func settingsGoByTheirSignsToo() throws {
    let beta = LineRequest.send(.set(knob: "beta", value: .number(0.5), cause: .you))
    for text in ["β=0.5", "set β 0.5", "set β=0.5", "β = 0.5"] { #expect(try line(text).parse() == beta, "\(text)") }
    #expect(try line("ε=8/255").parse() == .send(.set(knob: "eps", value: .number(8.0 / 255), cause: .you)))
    #expect(try line("branch 7 β=1").parse() == .branch(.step(7), [try Assignment("β=1")], isBeside: false))
    var sign = line("β")
    sign.complete()
    #expect(sign.text == "β=")
  }

  @Test func theValuesOfNumbersAreOffered() throws {
    var settings = Settings()
    try settings.set("beta", parsing: "0.4")
    let names = LineNames(settings: settings)
    for (typed, first) in [
      ("beta=", "beta=0.4"), ("set beta ", "set beta 0.4"), ("branch 7 beta=", "branch 7 beta=0.4"),
    ] {
      var line = Prompt(names, text: typed)
      line.complete()
      #expect(line.text == first)
      line.complete()
      #expect(line.text != first && line.text.hasPrefix(typed), "\(line.text)")
    }
    #expect(LineCommand.all.allSatisfy { !$0.usage.isEmpty })
  }

  @Test func completionLeavesWhatStandsAfterTheCursor() {
    var line = Prompt(text: "set gam 0.1")
    for _ in 0..<4 { line.press(.left) }
    line.complete()
    #expect(line.text == "set gamma 0.1" || line.text == "set gamma  0.1")
  }

  @Test func olderLinesComeBackAndTheNewOneIsKept() {
    var line = Prompt(history: ["pause", "beta=1"])
    line.type("x")
    line.recall(-1)
    #expect(line.text == "x")
    line.recall(1)
    #expect(line.text == "beta=1")
    line.recall(1)
    line.recall(1)
    #expect(line.text == "pause")
    line.recall(-2)
    #expect(line.text == "x")
  }

  @Test func theLabRemembersItsLines() {
    var lab = Script.lab(to: 60)
    for text in ["gamma=0.2", "gama=1", "gamma=0.2"] {
      lab.press(.character(":"))
      lab.type(text)
      _ = lab.handle(.enter)
      lab.press(.escape)
    }
    lab.press(.character(":"))
    lab.press(.up)
    #expect(lab.frame(80, 24).hasSuffix(":gamma=0.2"))
    // A line in error is kept, to be corrected; each line once.
    lab.press(.up)
    #expect(lab.frame(80, 24).hasSuffix(":gama=1"))
    lab.press(.up)
    #expect(lab.frame(80, 24).hasSuffix(":gama=1"))
  }

  @Test func aLineInErrorStaysToBeCorrectedInItsMiddle() {
    var lab = Script.lab(to: 60)
    lab.press(.character(":"))
    lab.type("gama=0.1")
    for _ in 0..<6 { lab.press(.left) }
    lab.type("m")
    #expect(lab.handle(.enter) == [.send(.set(knob: "gamma", value: .number(0.1), cause: .you))])
  }

  @Test func aLineIsSentAndALineInErrorStaysWithTheReason() {
    var lab = Script.lab(to: 60)
    lab.press(.character(":"))
    lab.type("gamma=7")
    #expect(lab.handle(.enter) == [])
    #expect(lab.frame(80, 24).contains("gamma: '7' is not accepted; use a number in 0 … 1"))
    #expect(lab.frame(80, 24).hasSuffix(":gamma=7"))
    lab.press(.backspace)
    lab.type("0.1")
    #expect(lab.handle(.enter) == [.send(.set(knob: "gamma", value: .number(0.1), cause: .you))])
    #expect(lab.frame(80, 24).contains("0.5 → 0.1"))
  }

  @Test func numbersBehindAChoiceAreNotDropped() {
    var lab = Script.lab(to: 60)
    lab.press(.character(":"))
    lab.type("set attack PGD-20")
    #expect(lab.handle(.enter) == [])
    #expect(lab.frame(120, 24).contains("set attack=pgd and attack.steps=20"))
  }

  @Test func commandsDoWhatTheirKeysDo() {
    for (text, answer) in [
      ("pause", [LabAction.send(.pause)]), ("resume", [.send(.resume)]), ("finish", [.send(.finish)]),
      ("stop", [.send(.stop)]), ("quit", []),
    ] {
      var lab = Script.lab(to: 60)
      lab.press(.character(":"))
      lab.type(text)
      #expect(lab.handle(.enter) == answer)
      if text == "quit" { #expect(lab.frame(80, 24).contains("Quit?")) }
      if text == "stop" { #expect(lab.handle(.summary(Script.summary)) == [.leave]) }
    }
  }

  @Test func afterTheEndNothingIsSent() {
    var lab = Script.lab(to: 60)
    for event in Script.ending { _ = lab.handle(event) }
    lab.press(.escape, .character(":"))
    lab.type("gamma=0.1")
    #expect(lab.handle(.enter) == [])
    #expect(lab.frame(80, 24).contains("the run is over; press q to leave"))
  }

  @Test func backspaceOnAnEmptyLineAndEscapeClose() {
    for key in [Key.backspace, .escape] {
      var lab = Script.lab(to: 60)
      lab.press(.character(":"), key)
      #expect(lab.frame(80, 24).hasSuffix("q quit"))
    }
  }
}
