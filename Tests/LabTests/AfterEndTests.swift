import Events
import Foundation
import Lab
import Panes
import Recipe
import Testing

/// What can be done once a run is over, without leaving.
struct AfterEndTests {
  private static let choices = [
    RunChoice(name: "kl-cure", summary: "The cure.", lines: ["Shows:  PGD-10 is as high"], next: .preset("kl-cure")),
    RunChoice(name: "runs/demo", summary: "a run", lines: [], next: .run("runs/demo")),
  ]

  private func ended() -> Lab {
    var options = LabOptions()
    options.choices = AfterEndTests.choices
    var lab = Script.lab(to: 400, options)
    for event in Script.ending { _ = lab.handle(event) }
    _ = lab.frame(120, 36)
    return lab
  }

  private func note(_ phase: AttackProgressNote.Phase, broken: Int = 0) -> AttackProgressNote {
    AttackProgressNote(step: 400, scope: .full, phase: phase, n: 500, correct: 492, broken: broken, seconds: 2)
  }

  @Test func autoAttackRunsInTheLabAndItsResultStands() {
    var lab = ended()
    #expect(lab.handle(.character("l")) == [.examine(.attack(.last))])
    lab.take(.attack(note(.running)))
    #expect(lab.frame(120, 36).contains("last weights: AutoAttack on the weights of step 400 is running on 500 images"))
    #expect(lab.handle(.character("l")) == [] && lab.handle(.character("d")) == [], "one at a time")
    #expect(lab.handle(.character("x")) == [.cancelExamination])
    lab.take(.attack(note(.finished, broken: 472)))
    lab.take(.ended)
    // PGD-10 leaves 65.5 %, AutoAttack 4 %.
    #expect(lab.frame(120, 36).contains("61.5 points below PGD"))
    #expect(lab.handle(.character("b")) == [.examine(.attack(.best))])
    lab.take(.attack(note(.finished, broken: 200)))
    let frame = lab.frame(120, 36)
    #expect(frame.contains("61.5 points below PGD") && frame.contains("best weights: "))
    lab.press(.escape)
    #expect(lab.frame(120, 36).contains("◈"), "the Journal has it")
  }

  @Test func attacksWithDifferentRadiiAreNotCompared() {
    var lab = ended()
    _ = lab.handle(.character("b"))
    var note = note(.finished, broken: 472)
    note.epsilon = 8.0 / 255
    lab.take(.attack(note))
    let frame = lab.frame(120, 36)
    #expect(frame.contains("best weights with ε 8/255: AutoAttack") && !frame.contains("points below"))
  }

  @Test func aDiagnosisIsReadInTheLab() {
    var lab = ended()
    #expect(lab.handle(.character("d")) == [.examine(.diagnosis(.last))])
    lab.take(.note("diagnosing …"))
    // A diagnosis can be cancelled, too, and nothing else begins meanwhile.
    #expect(lab.handle(.character("l")) == [] && lab.handle(.character("x")) == [.cancelExamination])
    lab.take(.note("diagnosing …"))
    #expect(lab.frame(120, 36).contains("diagnosing …"))
    lab.take(
      .report(heading: "Diagnosis of the last weights", ["accuracy .5", "", String(repeating: "long ", count: 40)]))
    #expect(lab.frame(120, 36).contains("Diagnosis of the last weights") && lab.frame(120, 36).contains("accuracy .5"))
    lab.press(.character("r"))
    #expect(lab.frame(120, 36).contains("Results"))
  }

  @Test func aRunIsTrainedLonger() {
    var lab = ended()
    lab.press(.character("m"))
    #expect(lab.frame(120, 36).contains(":longer 600"))
    #expect(lab.handle(.enter) == [.next(.longer(600), theme: 0)])
    #expect(typed("longer 400") == "the run has done 400 steps; use a larger number")
    #expect(typed("longer") == "longer needs a number of steps, e.g. longer 600")
  }

  @Test func aRunBeginsAgainWithAChange() throws {
    var lab = ended()
    lab.press(.character("a"))
    lab.type("β=1 width=8")
    #expect(lab.handle(.enter) == [.next(.again([try Assignment("β=1"), try Assignment("width=8")]), theme: 0)])
    #expect(typed("restart beta") == "restart: 'beta' is no change; use NAME=VALUE")
    #expect(typed("restart gama=1").contains("did you mean 'gamma'?"))
  }

  @Test func anotherPresetOrRunIsChosenFromAList() {
    var lab = ended()
    lab.press(.character("O"))
    #expect(lab.frame(120, 36).contains("▸kl-cure") && lab.frame(120, 36).contains("PGD-10 is as high"))
    lab.type("demo")
    #expect(!lab.frame(120, 36).contains("The cure."))
    #expect(lab.handle(.enter) == [.next(.run("runs/demo"), theme: 0)])
    lab = ended()
    lab.press(.character("O"))
    for key in [Key.down, .down, .up, .pageDown, .pageUp] { lab.press(key) }
    #expect(lab.handle(.enter) == [.next(.preset("kl-cure"), theme: 0)])
    lab.press(.character("O"))
    lab.type("zzz")
    #expect(lab.frame(120, 36).contains("nothing matches") && lab.handle(.enter) == [])
  }

  @Test func aRunThatIsNotOverIsNotReplaced() {
    var lab = Script.lab(to: 60)
    _ = lab.frame(120, 36)
    lab.press(.character(":"))
    lab.type("longer 600")
    #expect(lab.handle(.enter) == [])
    #expect(lab.frame(120, 36).contains("the run is not over; q ends it"))
    #expect(!lab.hints.contains { $0.keys == [.character("O")] && $0.isValid })
  }

  @Test func aReplayCanOpenAnotherRunButNotGoOn() {
    var lab = ended().looking(on: .replay)
    lab.press(.escape, .character("O"))
    #expect(lab.handle(.enter) == [.next(.preset("kl-cure"), theme: 0)])
    lab.press(.character(":"))
    lab.type("longer 600")
    #expect(lab.handle(.enter) == [])
  }

  /// The message for a line after the end.
  private func typed(_ line: String) -> String {
    var lab = ended()
    lab.press(.escape, .character(":"))
    lab.type(line)
    _ = lab.handle(.enter)
    return lab.frame(120, 36).split(separator: "\n").suffix(2).map { $0.trimmingCharacters(in: .whitespaces) }
      .first { !$0.hasPrefix(":") && !$0.hasPrefix("╰") } ?? ""
  }
}
