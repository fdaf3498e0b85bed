import Events
import Lab
import Panes
import Readout
import Recipe
import Testing

/// What the lab offers at an alarm.
struct CureTests {
  private func settings(_ changes: [(String, String)]) throws -> Settings {
    var settings = Settings()
    for (name, value) in changes { try settings.set(name, parsing: value) }
    return settings
  }

  private func cause(_ kind: GapCause.Kind) -> GapCause {
    GapCause(kind, before: 0.6, value: 0.1, n: 100)
  }

  @Test func theKLTermComesFirstAgainstTargetedAttacks() throws {
    let cures = Cure.all(
      against: [cause(.targeted)], settings: try settings([("objective", "mat"), ("gamma", "0.5"), ("beta", "0")]))
    #expect(cures.map(\.changes).first == [try Assignment("beta=1")])
    #expect(cures.map(\.title) == ["β 0 → 1", "γ 0.5 → 0.1"])
  }

  @Test func aCarefulTrainingAttackComesFirstWhereTheOneThereIsFooled() throws {
    let eps = ("eps", "0.2")
    for kind in [GapCause.Kind.catastrophicOverfitting, .smallerStep, .moreSteps] {
      let cures = Cure.all(
        against: [cause(kind), cause(.targeted)],
        settings: try settings([("objective", "mat"), ("attack", "fgsm"), eps, ("attack.steps", "3")]))
      #expect(cures.first?.changes.map(\.name) == ["attack", "attack.step", "attack.steps"], "\(cures)")
    }
  }

  @Test func everyCureIsPossibleAndChangesSomething() throws {
    for objective in choices(of: "objective") {
      for attack in choices(of: "attack") {
        let settings = try settings([("objective", objective), ("attack", attack)])
        for cure in Cure.all(against: [], settings: settings) {
          var changed = settings
          for change in cure.changes { try changed.set(change.name, parsing: change.value) }
          #expect(changed != settings && changed.conflict == nil, "\(cure.title)")
          for change in cure.changes { #expect(AnyKnob.named(change.name)?.idleReason(in: changed) == nil) }
        }
      }
    }
  }

  @Test func whatIsDoneIsNotOffered() throws {
    let done = try settings([
      ("objective", "mat"), ("beta", "1"), ("gamma", "0.1"), ("eps", "0.2"), ("attack.step", "0.05"),
      ("attack.steps", "10"),
    ])
    #expect(Cure.all(against: [cause(.targeted)], settings: done).isEmpty)
  }

  // MARK: in the lab

  @Test func oneKeyTrainsACureOnABranchNextToTheRun() throws {
    var lab = GapScript.lab(.alarm)
    #expect(lab.frame(120, 36).contains("b cure") && lab.frame(200, 60).contains("what helps: "))
    lab.press(.character("b"))
    #expect(lab.frame(120, 36).contains("What helps"))
    let answer = lab.handle(.enter)
    guard case .beside(_, let changes)? = answer.first else {
      Issue.record("\(answer)")
      return
    }
    #expect(!changes.isEmpty && answer.count == 1)
  }

  @Test func hChangesTheRunItself() {
    var lab = GapScript.lab(.alarm)
    lab.press(.character("b"))
    let answer = lab.handle(.character("h"))
    guard case .send(.set(_, _, .you))? = answer.first else {
      Issue.record("\(answer)")
      return
    }
  }

  @Test func theLastChoiceIsACommandToBeFinished() {
    var lab = GapScript.lab(.alarm)
    lab.press(.character("b"))
    lab.press(.up)
    lab.press(.enter)
    #expect(lab.frame(120, 36).contains(":branch "))
  }

  @Test func withoutAnAlarmTheKeyIsNotOffered() {
    for lab in [Script.lab(to: 60), GapScript.lab(.calm), GapScript.lab(.watch)] {
      #expect(!lab.hints.contains { $0.keys == [.character("b")] && $0.isValid })
    }
  }
}

/// The values of a knob that has a list of them.
private func choices(of name: String) -> [String] {
  guard case .choice(let names)? = AnyKnob.named(name)?.kind else { return [] }
  return names
}
