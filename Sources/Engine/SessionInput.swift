import Events
import Recipe

/// What happens to a session: commands from outside, and the results of the work it asked for.
package enum SessionInput: Sendable, Hashable {
  /// The session is to start. Comes once, first.
  case begin
  /// The data and the network are there.
  case prepared(SessionDescription)
  /// Somebody asks for something; may come at any time.
  case command(Command)
  /// The training step was done.
  case stepDone(Sample)
  /// The validation or test was done.
  case measured(Probe)
  /// The weights were written; nil when the run has no folder.
  case saved(CheckpointNote?)
  /// The network was operated on.
  case operated(SurgeryReport)
  /// The quick look was had.
  case looked(SentinelLook)
  /// The deep look was had.
  case lookedDeeper(DeepLook)
  /// The causes were measured.
  case foundCauses(CausesFound)
  /// The weights were copied and the attack on the copy began.
  case frozen
  /// The attack on the copy tells how far it is; may come at any time.
  case heard(FrozenReport)
  /// The work under way was given up and left no trace.
  case interrupted
  /// The work under way failed, for this one-line reason.
  case failed(String)
}

/// What a session wants done. The last action of a list that answers a finished piece of work is the next piece of work,
/// `waitForCommand` or `end`; commands that come while work is under way are answered by `emit` only.
package enum SessionAction: Sendable, Hashable {
  /// Tell the readers.
  case emit(Event)
  /// Load the data, make the network.
  case prepare
  /// Run the training step of this number with these settings.
  case runStep(Int, Settings)
  /// Measure the current weights on the validation images.
  case validate(afterStep: Int, Settings)
  /// Remember the current weights as the best so far; answered by nothing.
  case keepAsBest(step: Int)
  /// Measure weights on the test images.
  case test(KeptWeights, afterStep: Int, Settings)
  /// Write weights.
  case save(CheckpointKind, step: Int, Settings)
  /// Operate on the network with the norms of these settings.
  case operate(NetworkOperation, afterStep: Int, Settings)
  /// Look at the current weights on the probe, quickly.
  case look(afterStep: Int, Settings)
  /// Look again with AutoAttack.
  case lookDeeper(afterStep: Int, Settings)
  /// Measure what shows why there is a gap.
  case findCauses(afterStep: Int, Settings)
  /// Copy the weights and begin an attack on the copy.
  case freeze(AttackScope, afterStep: Int, Settings)
  /// Give up the attack on the copy; answered by nothing.
  case cancelAttack
  /// Do nothing until somebody asks for something.
  case waitForCommand
  /// The session is over. The seconds of the summary are for the performer to fill in.
  case end(Summary)
}

/// What is done to a network between two steps. ALGORITHMS §10.
package enum NetworkOperation: Sendable, Hashable {
  /// Put the norms of the settings in place of those there are.
  case convert
  /// Measure the running statistics anew on so many batches.
  case recalibrate(batches: Int)
}

/// What the work under way is to do when it polls.
package enum PollAnswer: Sendable, Hashable {
  case goOn, hold, giveUp
}
