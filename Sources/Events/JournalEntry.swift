import Networks
import Recipe

/// One entry of the journal: an intervention, or something worth a line. `Readout` puts it into words.
package struct JournalEntry: Sendable, Hashable {
  /// Steps done so far; an intervention takes effect in the step after it.
  package var step: Int
  /// Who did it.
  package var cause: Cause
  /// What happened.
  package var fact: JournalFact

  package init(step: Int, cause: Cause, _ fact: JournalFact) {
    self.step = step
    self.cause = cause
    self.fact = fact
  }

  /// The setting that was changed, if one was.
  package var change: SettingChange? { if case .changed(let change) = fact { change } else { nil } }
}

/// What happened in a session, as values.
package enum JournalFact: Sendable, Hashable {
  /// A setting was changed.
  case changed(SettingChange)
  /// A command was refused; nothing changed.
  case refused(Refusal)
  /// The network was changed between two steps.
  case operated(SurgeryReport)
  /// This step was under way in a pause; it was discarded for what was asked for there, and runs again after it.
  case stepAborted(Int)
  /// A person ended the run early.
  case finishing(afterStep: Int, of: Int)
  /// The weights of that step are no longer the best: they were evaluated under another attack than those to come.
  case bestReset(step: Int)
  /// Something failed that the session does not depend on; the error message says why.
  case failed(Undertaking, String)
  /// A warning of AutoAttack about the network or about itself.
  case warned(String)
  /// An attack on a copy of the weights was cancelled before it started.
  case attackCancelled
  /// A rule of the preset's policy acts.
  case policyActed(PolicyRule)
  /// The run went on from a checkpoint of that step.
  case resumed(file: String)
  /// The record of the run can be written again.
  case recordedAgain
  /// Checkpoints are written to this folder from now on.
  case savesTo(folder: String)
  /// A person took over from the tour.
  case tourEnded
  /// How checkpoints of another program are numbered from here on.
  case numbered(by: StepSource)
  /// A checkpoint has the same weights as one that was measured before: the name of that one.
  case sameWeights(file: String, as: String)
  /// A checkpoint comes after one of a later step.
  case stepBack(file: String, step: Int, last: Int)
  /// Files that were there at the start and are not measured: only the newest N are.
  case onlyNewest(Int, of: Int)
  /// So many files that lie in the folder were measured by an earlier watch.
  case measuredEarlier(Int)
  /// A file was deleted before it was measured.
  case deleted(String)
  /// Stops of the tour after these steps are never reached in a run of `steps` steps.
  case stopsNotReached([Int], steps: Int)
  /// Words that are not ours to choose: the caption of a tour's stop, or an entry read back from a stream.
  case remark(String)
}

/// A change of one setting.
package struct SettingChange: Sendable, Hashable {
  /// The setting's name.
  package var knob: String
  /// The value before.
  package var old: KnobValue
  /// The value now.
  package var new: KnobValue
  /// When it takes effect; nil when it has none with the other settings.
  package var effect: AnyKnob.Effect?
  /// Why it has no effect, if it has none: `not used by norm bn`.
  package var idleReason: String?

  package init(
    knob: String, old: KnobValue, new: KnobValue, effect: AnyKnob.Effect?, idleReason: String? = nil
  ) {
    self.knob = knob
    self.old = old
    self.new = new
    self.effect = effect
    self.idleReason = idleReason
  }
}

/// Why a command was refused.
package enum Refusal: Sendable, Hashable {
  /// The setting is fixed when a run starts; this is the value that was asked for.
  case fixedAtStart(knob: String, KnobValue)
  /// The value would contradict another setting, as the line says. `keeps` is the value that stays.
  case conflict(knob: String, keeps: KnobValue, String)
  /// Unknown name or value out of range, as the line says.
  case invalid(String)
  /// The run is ending, and the setting needs surgery. `keeps` is the value that stays.
  case tooLateToChange(knob: String, keeps: KnobValue)
  /// The run is ending.
  case tooLate
  /// The network's normalization layers have no running statistics to recompute.
  case noStatistics(NormKind)
  /// There is no alarm to acknowledge.
  case noAlarm
  /// An attack on a copy of the weights is running already.
  case attackRunning
  /// There is no attack to cancel.
  case noAttack
  /// Another program trains; this one only watches.
  case onlyWatching
  /// The run is over, and is only played again.
  case onlyReplaying
  /// Another process trains the run; this one only follows.
  case onlyFollowing
}

/// What a session undertakes without depending on it.
package enum Undertaking: String, Sendable, Hashable, CaseIterable {
  /// The sentinel's check of the gap.
  case check
  /// An attack on a copy of the weights.
  case attack
  /// A look at one image of the probe.
  case image
  /// An operation on the network.
  case operation
  /// A checkpoint.
  case checkpoint
  /// A training step: it diverged, and the session is paused before it.
  case step
  /// The record of the run.
  case record
  /// The checkpoints at the end of the run, which the run waits for.
  case ending
}
