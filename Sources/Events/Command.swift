import Recipe

/// What a person (or a tour, or a signal) asks of a running session.
package enum Command: Sendable, Hashable, Codable {
  /// Hold training; inside a step this takes effect between two attack iterations.
  case pause
  /// Resume training.
  case resume
  /// Finish the step under way, or run one, and pause.
  case step
  /// Run this number of steps, and pause.
  case run(Int)
  /// Change a knob from the next step on.
  case set(knob: String, value: KnobValue, cause: Cause)
  /// Between two steps, recompute the running statistics from this number of batches.
  case recalibrate(batches: Int)
  /// A person has seen the alarm: it re-arms once the gap has closed.
  case acknowledge
  /// Attack a frozen copy of the current weights on the probe, while training continues or is paused.
  case attack(AttackScope)
  /// Cancel the attack that `attack` started.
  case cancelAttack
  /// Tell one image of the probe under attack, between two steps; training is not changed by it.
  case examine(ImageRequest)
  /// Write a checkpoint and continue.
  case checkpoint
  /// Write checkpoints to this folder from now on: the run's own has no space.
  case saveTo(String)
  /// Write a line into the journal.
  case note(String)
  /// End the tour: from now on a person is in charge.
  case takeOver
  /// End training here, evaluate on the test images, write the checkpoints.
  case finish
  /// Write a checkpoint and end at once.
  case stop
}

/// Who changed something.
package enum Cause: String, Sendable, Hashable, Codable {
  case you, preset, engine, signal, tour
  /// A rule of the preset.
  case policy
  /// Another program, through the control socket.
  case remote
}
