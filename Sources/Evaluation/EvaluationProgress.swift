/// How far an evaluation is.
package struct EvaluationProgress: Sendable, Hashable {
  /// Position of the running attack in the suite.
  package var attack: Int
  /// Images this attack has finished, of `total`.
  package var finished: Int
  /// Images this attack has to attack, not counting those finished before a resumption.
  package var total: Int
  /// Images it is working on.
  package var active: Int
  /// Images it has broken so far.
  package var broken: Int
  /// The start or target (from 0) that the oldest active image has reached, of `attempts`.
  package var attempt: Int
  /// Starts × targets.
  package var attempts: Int
  /// The iteration the oldest active image has reached within the attempt.
  package var iteration: Int
  /// Iterations of an attempt.
  package var iterations: Int
  /// Images of the whole evaluation that are still robust, of `images`.
  package var robust: Int
  /// Images of the whole evaluation.
  package var images: Int
  /// Forward passes (of one image) in this run of the evaluation.
  package var forwards: Int
  /// Backward passes (of one image) in this run of the evaluation.
  package var backwards: Int
  /// Seconds since this run of the evaluation started.
  package var seconds: Double
  /// Seconds left if no further image breaks, at the speed so far.
  package var secondsLeft: Double
}

/// The maximum cost of an evaluation: if every correctly classified image survives every attack.
package struct CostForecast: Sendable, Hashable, Codable {
  /// Maximum number of images to attack.
  package var images: Int
  /// Forward passes, of one image each.
  package var forwards: Int
  /// Backward passes, of one image each.
  package var backwards: Int
  /// Measured seconds per forward pass of one image, on all threads.
  package var secondsPerForward: Double
  /// Measured seconds per backward pass of one image, on all threads.
  package var secondsPerBackward: Double

  /// Total seconds, not counting the attack's own arithmetic.
  package var seconds: Double { Double(forwards) * secondsPerForward + Double(backwards) * secondsPerBackward }

  enum CodingKeys: String, CodingKey {
    case images, forwards, backwards
    case secondsPerForward = "seconds_per_forward"
    case secondsPerBackward = "seconds_per_backward"
  }
}
