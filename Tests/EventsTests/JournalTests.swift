import Events
import Foundation
import Networks
import Readout
import Recipe
import Testing

/// The journal: facts in, words and JSON lines out.
@Suite struct JournalTests {
  private static let half = Proportion(correct: 5, n: 10)
  private static let norm = Settings()[.norm]

  private static func surgery(_ operation: SurgeryReport.Operation, drift: Double) -> SurgeryReport {
    SurgeryReport(
      step: 9, operation: operation, from: norm, to: NormKind(rawValue: "dbn") ?? norm, warnings: ["recalibrate"],
      logitDrift: drift, largestLogitDrift: 2 * drift, cleanBefore: half, cleanAfter: half, adversarialBefore: half,
      adversarialAfter: half, attack: "PGD-10", seconds: 1)
  }

  private static let facts: [(JournalFact, String)] = [
    (
      .changed(SettingChange(knob: "eps", old: .number(16 / 255), new: .number(8 / 255), effect: .nextStep)),
      "ε 16/255 → 8/255"
    ),
    (
      .changed(
        SettingChange(
          knob: "norm.layers", old: .text("stage-ends"), new: .text("all"), effect: nil,
          idleReason: "not used by norm bn")),
      "norm.layers stage-ends → all, not used by norm bn"
    ),
    (
      .refused(.fixedAtStart(knob: "width", .integer(32))),
      "width is fixed when a run starts; start a new run with --set width=32"
    ),
    (
      .refused(.conflict(knob: "beta", keeps: .number(1), "batching seq3 needs it")),
      "β stays 1: batching seq3 needs it"
    ),
    (.refused(.invalid("'gama' is not a setting")), "'gama' is not a setting"),
    (
      .refused(.tooLateToChange(knob: "norm", keeps: .text("dbn"))),
      "norm stays dbn: too late to change it, the run is ending"
    ),
    (.refused(.tooLate), "too late: the run is ending"),
    (
      .refused(.noStatistics(NormKind(rawValue: "gn") ?? norm)),
      "cannot recalibrate: norm gn has no running statistics; bn, dbn and split have"
    ),
    (.refused(.noAlarm), "no alarm to acknowledge"),
    (.refused(.attackRunning), "an attack is already running; cancel it first"),
    (.refused(.noAttack), "no attack to cancel"),
    (
      .operated(surgery(.convert, drift: 0)),
      "norm bn → dbn: logits unchanged bit for bit; clean 0.5 → 0.5, PGD-10 0.5 → 0.5, n 10; recalibrate"
    ),
    (
      .operated(surgery(.recalibrate, drift: 0.0625)),
      "running statistics of dbn recomputed: logit drift 0.063 RMS, 0.125 at most; clean 0.5 → 0.5, PGD-10 0.5 → 0.5, "
        + "n 10; recalibrate"
    ),
    (.resumed(file: "auto-7.safetensors"), "resumed from auto-7.safetensors"),
    (.stepAborted(7), "step 7 aborted for what was asked for in the pause; it will be rerun with the current settings"),
    (.finishing(afterStep: 7, of: 9), "finishing after step 7 of 9"),
    (.bestReset(step: 7), "best checkpoint reset: step 7 was evaluated under a different attack"),
    (.failed(.check, "logits are not finite"), "robustness check failed: logits are not finite"),
    (.failed(.attack, "no memory"), "attack not started: no memory"),
    (.failed(.operation, "norm.layers: no layer 9"), "norm.layers: no layer 9"),
    (.failed(.checkpoint, "disk full"), "disk full"),
    (.warned("warning (audit): no (image 7)"), "AutoAttack warning (audit): no (image 7)"),
    (.attackCancelled, "attack cancelled before it started"), (.tourEnded, "the tour ends here: the session is yours"),
    (.stopsNotReached([9], steps: 4), "1 tour stop (step 9) is never reached: the run has 4 steps"),
    (.stopsNotReached([4, 5], steps: 1), "2 tour stops (steps 4, 5) are never reached: the run has 1 step"),
    (.remark("here it waits"), "here it waits"),
  ]

  @Test func everyFactIsOneLineOfWords() {
    for (fact, words) in Self.facts {
      #expect(JournalEntry(step: 9, cause: .engine, fact).text == words)
      #expect(!words.contains("\n"))
    }
  }

  @Test func aLineHasTheWordsAndTheValuesOfAChangedSetting() throws {
    for (fact, words) in Self.facts {
      let line = try Event.journal(JournalEntry(step: 9, cause: .signal, fact)).jsonLine()
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["text"] as? String == words && object["cause"] as? String == "signal")
      guard case .changed(let change) = fact else {
        let values: Set<String> =
          switch fact {
          case .stepAborted: ["aborted"]
          case .resumed: ["resumed"]
          default: []
          }
        #expect(Set(object.keys) == values.union(["cause", "event", "step", "text"]), "\(line)")
        continue
      }
      #expect(object["knob"] as? String == change.knob)
      #expect(object["old"] as? String == change.oldText && object["new"] as? String == change.newText)
      #expect(object["effect"] as? String == change.effect?.rawValue)
    }
  }

  @Test func aLineReadBackHasTheValuesOfAChangeAndTheWordsOfEverythingElse() throws {
    for (fact, words) in Self.facts {
      let entry = JournalEntry(step: 9, cause: .you, fact)
      let line = try Event.journal(entry).jsonLine()
      guard case .journal(let read) = try JSONDecoder().decode(Event.self, from: Data(line.utf8)) else {
        Issue.record("not a journal entry")
        return
      }
      if case .changed(var change) = fact {
        // Words are not parsed: why a change has no effect is not read back.
        change.idleReason = nil
        #expect(read == JournalEntry(step: 9, cause: .you, .changed(change)))
      } else if case .stepAborted = fact {
        #expect(read == entry)
      } else if case .resumed = fact {
        #expect(read == entry)
      } else {
        #expect(read == JournalEntry(step: 9, cause: .you, .remark(words)))
      }
    }
  }

  @Test func linesOfOtherVersionsAreRead() throws {
    func read(_ line: String) throws -> Event { try JSONDecoder().decode(Event.self, from: Data(line.utf8)) }
    #expect(
      try read(#"{"event":"journal","cause":"engine","step":3,"text":"checkpoint kept"}"#)
        == .journal(JournalEntry(step: 3, cause: .engine, .remark("checkpoint kept"))))
    // A setting that no longer exists, and a value that is no longer accepted.
    for (knob, new) in [("dropout", "0.5"), ("gamma", "7")] {
      let line =
        #"{"event":"journal","cause":"you","effect":"next step","knob":"\#(knob)","new":"\#(new)","old":"0","step":3,"text":"it was changed"}"#
      #expect(try read(line) == .journal(JournalEntry(step: 3, cause: .you, .remark("it was changed"))))
    }
  }
}
