import Recipe

/// What a person (or a tour, or a signal) asks of a running session.
package enum Command: Sendable, Hashable, Codable {
  /// Hold training; inside a step this takes effect between two attack iterations.
  case pause
  /// Go on.
  case resume
  /// Finish the step under way, or run one, and pause.
  case step
  /// Change a knob from the next step on.
  case set(knob: String, value: KnobValue, cause: Cause)
  /// Between two steps, measure the running statistics anew on so many batches.
  case recalibrate(batches: Int)
  /// A person has seen the alarm: it is quiet until the gap has closed and opened again.
  case acknowledge
  /// Attack a frozen copy of the present weights on the probe, while training goes on or is paused.
  case attack(AttackScope)
  /// Give up the attack that `attack` began.
  case cancelAttack
  /// Write a checkpoint and go on.
  case checkpoint
  /// End the tour: what comes now is a person's.
  case takeOver
  /// End training here, evaluate on the test images, write the checkpoints.
  case finish
  /// Write a checkpoint and leave at once.
  case stop
}

/// Who changed something.
package enum Cause: String, Sendable, Hashable, Codable {
  case you, preset, engine, signal, tour
}
