import Events
import Recipe

/// One piece of work that a session asks of its performer, with everything it needs to know.
package enum Work: Sendable, Hashable {
  /// Run the training step of this number with these settings.
  case runStep(Int, Settings)
  /// Measure the current weights on the validation images.
  case validate(afterStep: Int, Settings)
  /// Remember the current weights as the best so far.
  case keepAsBest(step: Int)
  /// Measure weights on the test images.
  case test(KeptWeights, afterStep: Int, Settings)
  /// Write weights.
  case save(CheckpointKind, step: Int, Settings)
  /// Change the network to the normalization of these settings, or recompute its running statistics.
  case operate(NetworkOperation, afterStep: Int, Settings)
  /// Measure the gap of the current weights on the probe with the cheap attacks.
  case checkQuickly(afterStep: Int, Settings, QuickLimits)
  /// Measure it again with AutoAttack, for no more than this.
  case checkDeeply(afterStep: Int, Settings, DeepLimits)
  /// Measure what explains the gap.
  case findCauses(afterStep: Int, Settings)
  /// Copy the weights and start an attack on the copy.
  case freeze(AttackScope, afterStep: Int, Settings)
  /// Follow the attack on one image of the probe, for somebody who looks at it.
  case examine(ImageRequest, afterStep: Int, Settings)

  /// Which check of the sentinel it is, if it is one.
  var check: SentinelWatch.Check? {
    switch self {
    case .checkQuickly: .quick
    case .checkDeeply: .deep
    case .findCauses: .causes
    case .runStep, .validate, .keepAsBest, .test, .save, .operate, .freeze, .examine: nil
    }
  }

  /// True for work that polls, and can therefore end in `interrupted`.
  package var isInterruptible: Bool {
    switch self {
    case .runStep, .validate, .test, .operate, .checkQuickly, .checkDeeply, .findCauses, .examine: true
    case .keepAsBest, .save, .freeze: false
    }
  }
}

/// How a piece of work ended.
package enum WorkResult: Sendable, Hashable {
  /// The training step was done.
  case stepDone(Sample)
  /// The validation or test was done.
  case measured(Probe)
  /// The current weights are remembered as the best.
  case keptAsBest
  /// The weights were written; nil when the run has no folder.
  case saved(CheckpointNote?)
  /// The network was changed.
  case operated(SurgeryReport)
  /// The quick check was done.
  case checkedQuickly(QuickCheck)
  /// The deep check was done.
  case checkedDeeply(DeepCheck)
  /// The causes were measured.
  case foundCauses(CausesFound)
  /// The weights were copied and the attack on the copy started.
  case frozen
  /// The image was examined.
  case examined(ImageReport)
  /// The work was aborted when it polled, and left no trace.
  case interrupted
  /// The training step diverged and changed nothing: what happened, and the error message where that is the end.
  case diverged(String, reason: String)
  /// The work failed, with this one-line error message.
  case failed(String)
  /// The processes that make a check together no longer reach each other.
  case lost(String)
}

/// What the performer does next.
package enum Next: Sendable, Hashable {
  /// Do this, and report the result.
  case work(Work)
  /// Sleep until something arrives.
  case wait
  /// The session is over. The seconds of the summary are for the performer to fill in.
  case end(Summary)
}

/// The answer to a finished piece of work: what to tell the readers, and then exactly one thing to do.
package struct Turn: Sendable, Hashable {
  /// What to tell the readers, in order.
  package var events: [Event]
  /// What to do then.
  package var next: Next

  /// The same after other events.
  static func + (events: [Event], turn: Turn) -> Turn { Turn(events: events + turn.events, next: turn.next) }
}

/// What is done to a network between two steps. docs/algorithms.md §10.
package enum NetworkOperation: Sendable, Hashable, Codable {
  /// Replace its normalization layers by those of the settings.
  case convert
  /// Recompute its running statistics from this number of batches.
  case recalibrate(batches: Int)

  /// Which operation, as reports state it.
  package var kind: SurgeryReport.Operation {
    switch self {
    case .convert: .convert
    case .recalibrate: .recalibrate
    }
  }
}

/// Which weights the final table measures.
package enum KeptWeights: String, Sendable, Hashable, CaseIterable {
  case last, best

  /// The same, as a measurement states it.
  package var measured: Probe.Weights {
    switch self {
    case .last: .last
    case .best: .best
    }
  }
}

/// What running work does when it polls.
package enum PollAnswer: Sendable, Hashable {
  /// Continue.
  case goOn
  /// Sleep, and poll again.
  case hold
  /// End at once and leave no trace.
  case abort
}
