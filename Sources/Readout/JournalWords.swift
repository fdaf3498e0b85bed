import Events
import Networks
import Recipe
import Spelling

/// The journal in words.
extension JournalEntry {
  /// What happened, in one line: `γ 0.5 → 0.1`.
  package var text: String { fact.text }
}

extension JournalFact {
  /// The fact in one line.
  package var text: String {
    switch self {
    case .changed(let change): change.text
    case .refused(let refusal): refusal.text
    case .operated(let report): report.sentence
    case .stepAborted(let step):
      "step \(step) aborted for what was asked for in the pause; it will be rerun with the current settings"
    case .finishing(let step, let total): "finishing after step \(step) of \(total)"
    case .bestReset(let step): "best checkpoint reset: step \(step) was evaluated under a different attack"
    case .failed(let undertaking, let reason): undertaking.words(failing: reason)
    case .warned(let line): "AutoAttack \(line)"
    case .attackCancelled: "attack cancelled before it started"
    case .policyActed(let rule):
      (rule.caption.isEmpty ? "" : "\(rule.caption): ")
        + "\(rule.condition) in \(NumberText.count(rule.checks, "check"))"
    case .resumed(let file): "resumed from \(file)"
    case .recordedAgain: "the record of the run is written again; nothing is missing from it"
    case .savesTo(let folder):
      "checkpoints are written to \(folder) from now on; to go on from them later, move them to checkpoints/ of the run"
    case .tourEnded: "the tour ends here: the session is yours"
    case .numbered(let source): "steps are \(source.words)"
    case .sameWeights(let file, let other):
      file == other
        ? "\(file) was written again with the same weights; not measured again"
        : "\(file) has the same weights as \(other); not measured again"
    case .stepBack(let file, let step, let last):
      "\(file) is of step \(step), after step \(last) was measured: it is drawn in its place"
    case .onlyNewest(let count, let total):
      "\(total) checkpoints are waiting; only the \(count) newest are measured (--newest changes that)"
    case .measuredEarlier(let count):
      "\(NumberText.count(count, "checkpoint")) measured earlier: taken from the record, not measured again"
    case .deleted(let file): "\(file) was deleted before it was measured"
    case .stopsNotReached(let stops, let steps): JournalFact.notReached(stops, steps: steps)
    case .remark(let text): text
    }
  }

  private static func notReached(_ stops: [Int], steps: Int) -> String {
    let list = stops.map { "\($0)" }.joined(separator: ", ")
    let what = stops.count == 1 ? "1 tour stop (step \(list)) is" : "\(stops.count) tour stops (steps \(list)) are"
    return "\(what) never reached: the run has \(steps == 1 ? "1 step" : "\(steps) steps")"
  }
}

extension SettingChange {
  /// The old value as a person writes it: `16/255`.
  package var oldText: String { written(old) }
  /// The new value as a person writes it.
  package var newText: String { written(new) }
  /// The sign that the paper uses, or the name.
  package var symbol: String { AnyKnob.named(knob)?.symbol ?? knob }

  /// The change in one line: `γ 0.5 → 0.1`, `norm.layers stage-ends → all, not used by norm bn`.
  package var text: String {
    "\(symbol) \(oldText) → \(newText)" + (idleReason.map { ", \($0)" } ?? "")
  }

  private func written(_ value: KnobValue) -> String { knob.written(value) }
}

extension Refusal {
  /// Why, in one line.
  package var text: String {
    switch self {
    case .fixedAtStart(let knob, let value):
      "\(knob) is fixed when a run starts; start a new run with --set \(knob)=\(knob.written(value))"
    case .conflict(let knob, let value, let reason): "\(knob.sign) stays \(knob.written(value)): \(reason)"
    case .invalid(let reason): reason
    case .tooLateToChange(let knob, let value):
      "\(knob.sign) stays \(knob.written(value)): too late to change it, the run is ending"
    case .tooLate: "too late: the run is ending"
    case .noStatistics(let norm):
      "cannot recalibrate: norm \(norm.rawValue) has no running statistics; \(Refusal.normsWithStatistics) have"
    case .noAlarm: "no alarm to acknowledge"
    case .attackRunning: "an attack is already running; cancel it first"
    case .noAttack: "no attack to cancel"
    case .onlyReplaying: "this is a replay: nothing is trained; to go on from a step use 'dualab runs branch'"
    case .onlyFollowing: "another process trains this run; use 'dualab send', or its own lab"
    case .onlyWatching: "another program trains; dualab only watches its checkpoints"
    }
  }

  private static var normsWithStatistics: String {
    let names = NormKind.allCases.filter(\.hasStatistics).map(\.rawValue)
    guard let last = names.last, names.count > 1 else { return names.joined() }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }
}

extension StepSource {
  /// What the steps of checkpoints are, in a few words.
  package var words: String {
    switch self {
    case .step: "the training steps that the files record"
    case .epoch: "the epochs that the files record"
    case .name: "the numbers in the names of the files, which record neither step nor epoch"
    case .order: "the order of arrival: the files record neither step nor epoch, and their names have no number"
    }
  }
}

extension Undertaking {
  /// What failed and why, in one line.
  fileprivate func words(failing reason: String) -> String {
    switch self {
    case .check: "robustness check failed: \(reason)"
    case .attack: "attack not started: \(reason)"
    case .image: "image not shown: \(reason)"
    case .step: "\(reason); paused at the weights before it: undo (u), rewind, or lower lr, then resume"
    // Their error messages say what they are about.
    case .operation, .checkpoint: reason
    case .ending:
      "waiting, the weights are not on the disk: \(reason); tried again every few seconds; free some space, or write "
        + "elsewhere with 'save-to FOLDER' in the lab or by 'dualab send RUN save-to FOLDER'"
    case .record: "the record of the run cannot be written: \(reason); training goes on, and it is tried again"
    }
  }
}

extension SurgeryReport {
  /// What came of it, in one line.
  package var sentence: String {
    let what =
      switch operation {
      case .convert: "norm \(from.rawValue) → \(to.rawValue)"
      case .recalibrate: "running statistics of \(to.rawValue) recomputed"
      }
    let drift =
      largestLogitDrift == 0
      ? "logits unchanged bit for bit"
      : "logit drift \(thousandths(logitDrift)) RMS, \(thousandths(largestLogitDrift)) at most"
    let clean = "clean \(share(cleanBefore)) → \(share(cleanAfter))"
    let adversarial = "\(attack) \(share(adversarialBefore)) → \(share(adversarialAfter))"
    return (["\(what): \(drift); \(clean), \(adversarial), n \(cleanAfter.n)"] + warnings).joined(separator: "; ")
  }

  private func thousandths(_ value: Double) -> String { Fraction.decimal((value * 1000).rounded() / 1000) }
  private func share(_ share: Proportion) -> String { thousandths(share.value) }
}

extension String {
  /// A value of the setting with this name, as a person writes it.
  func written(_ value: KnobValue) -> String { AnyKnob.named(self)?.format(value) ?? "\(value)" }

  /// The sign that the paper uses for the setting with this name, or the name.
  fileprivate var sign: String { AnyKnob.named(self)?.symbol ?? self }
}
