import Events
import Lab
import Panes
import Plotting
import Recipe
import Testing

/// Changes of the method ask first, and say what will happen.
@Suite struct ChangeDialogTests {
  private func lab(_ changes: [String: String] = [:]) throws -> Lab {
    var description = Script.description
    for (name, value) in changes { try description.settings.set(name, parsing: value) }
    var lab = Lab()
    _ = lab.handle(.started(description))
    _ = lab.handle(.state(StateChange(step: 0, state: .training)))
    _ = lab.frame(120, 40)
    return lab
  }

  private func asked(_ line: String, _ changes: [String: String] = [:]) throws -> (lab: Lab, frame: String) {
    var lab = try lab(changes)
    lab.press(.character(":"))
    lab.type(line)
    #expect(lab.handle(.enter) == [])
    return (lab, lab.frame(120, 40))
  }

  @Test func everyChangeThatMeansMuchSaysWhatWillHappenAndIsSentByEnter() throws {
    for (knob, value, text) in [
      ("objective", "trades", "loss: CE(x) + β·KL(clean‖adversarial)"), ("objective", "standard", "attack: none"),
      ("objective", "at", "batch: adversarial images only"), ("batching", "seq", "updated twice per step"),
      ("attack.bn", "batch-track", "updated by every iteration"),
      ("attack.bn", "batch-notrack", "not updated by the attack"),
      ("awp", "0.005", "moved up the loss by 0.005"), ("norm", "dbn", "unchanged to the bit"),
      ("norm", "gn", "the function changes"),
    ] {
      let asked = try asked("set \(knob) \(value)"), frame = asked.frame
      var lab = asked.lab
      #expect(frame.contains("Change \(knob)?") && frame.contains("kept: weights, momentum"), "\(knob)")
      #expect(frame.contains(text), "\(knob) \(value)")
      let parsed = try #require(try AnyKnob.named(knob)?.parse(value))
      #expect(lab.handle(.enter) == [.send(.set(knob: knob, value: parsed, cause: .you))])
      #expect(!lab.frame(120, 40).contains("Change \(knob)?"))
    }
  }

  @Test func escapeChangesNothing() throws {
    var lab = try asked("objective=trades").lab
    #expect(lab.handle(.escape) == [])
    #expect(!lab.frame(120, 40).contains("Change objective?"))
    #expect(!lab.frame(120, 40).contains("mat →"))
  }

  @Test func otherKnobsAreSentAtOnce() throws {
    var lab = try lab()
    lab.press(.character(":"))
    lab.type("gamma=0.1")
    #expect(lab.handle(.enter) == [.send(.set(knob: "gamma", value: .number(0.1), cause: .you))])
  }

  /// Nothing would happen that had to be explained.
  @Test func idleKnobsAreSentAtOnce() throws {
    for (knob, value, changes) in [
      ("norm.layers", "1", [:]), ("norm.affine", "on", [:]), ("batching", "seq", ["objective": "at"]),
      ("attack.bn", "batch-track", ["objective": "standard"]),
    ] as [(String, String, [String: String])] {
      var lab = try lab(changes)
      lab.press(.character(":"))
      lab.type("set \(knob) \(value)")
      #expect(lab.handle(.enter) == [.send(.set(knob: knob, value: .text(value), cause: .you))], "\(knob)")
      #expect(!lab.frame(120, 40).contains("Change \(knob)?"))
    }
    #expect(try asked("set norm.layers 1", ["norm": "dbn"]).frame.contains("Change norm.layers?"))
  }

  @Test func theArrowsTurnToOtherValues() throws {
    var lab = try asked("set objective trades").lab
    lab.press(.left)
    #expect(lab.frame(120, 40).contains("objective  mat → at"))
    lab.press(.right)
    #expect(lab.frame(120, 40).contains("objective  mat → trades"))
    lab.press(.right)
    #expect(lab.handle(.enter) == [.send(.set(knob: "objective", value: .text("mart"), cause: .you))])
  }

  @Test func whatCannotBeIsSaidAndNotSent() throws {
    let frame = try asked("set norm dbn", ["batching": "seq"]).frame
    #expect(frame.contains("DBN needs both domains") && frame.contains(":set norm dbn"))
    var lab = try lab(["objective": "at", "norm": "dbn", "batching": "seq"])
    lab.press(.home, .character("+"))
    #expect(lab.frame(120, 40).contains("not possible: norm dbn with batching seq"))
    #expect(lab.handle(.enter) == [])
  }

  @Test func controlsAskToo() throws {
    var lab = try lab()
    #expect(lab.press(.home, .character("+")) == [])
    #expect(lab.frame(120, 40).contains("Change objective?"))
    #expect(lab.handle(.character("y")) == [.send(.set(knob: "objective", value: .text("trades"), cause: .you))])
    #expect(lab.frame(120, 40).contains("mat → trades"))
  }

  @Test func aDualNormSaysWhenItsReadingChanges() throws {
    let frame = try asked("set objective at", ["norm": "dbn"]).frame
    #expect(frame.contains("evaluation: changes immediately"))
    #expect(try !asked("set objective mart", ["norm": "dbn"]).frame.contains("changes immediately"))
  }

  @Test func recalibrationIsACommand() throws {
    var lab = try lab()
    lab.press(.character(":"))
    lab.type("recalibrate 20")
    #expect(lab.handle(.enter) == [.send(.recalibrate(batches: 20))])
    for line in ["recalibrate", "recalibrate 0", "recalibrate many"] {
      lab.press(.character(":"))
      lab.type(line)
      #expect(lab.handle(.enter) == [])
      #expect(lab.frame(120, 40).contains(line == "recalibrate" ? "needs a number" : "expected a number"))
      lab.press(.escape)
    }
  }
}
