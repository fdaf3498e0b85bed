import Attacks

/// How far an evaluation is, for a line on the screen.
package struct EvaluationProgress: Sendable, Hashable {
  /// Position of the running attack in the suite.
  package var attack: Int
  /// Images this attack has finished, of `total`.
  package var finished: Int
  /// Images this attack has to attack in all, those finished before a resumption not counted.
  package var total: Int
  /// Images it is working on at this moment.
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
  /// Seconds since this run of the evaluation began.
  package var seconds: Double
  /// Seconds left if no further image breaks, at the speed so far.
  package var secondsLeft: Double
}

/// What an evaluation costs at most: if every image that is right survives every attack.
package struct CostForecast: Sendable, Hashable, Codable {
  /// Images to attack at most.
  package var images: Int
  /// Forward passes, of one image each.
  package var forwards: Int
  /// Backward passes, of one image each.
  package var backwards: Int
  /// Measured seconds per forward pass of one image, all threads at work.
  package var secondsPerForward: Double
  /// Measured seconds per backward pass of one image, all threads at work.
  package var secondsPerBackward: Double

  /// Seconds in all, the attack's own arithmetic not counted.
  package var seconds: Double { Double(forwards) * secondsPerForward + Double(backwards) * secondsPerBackward }

  enum CodingKeys: String, CodingKey {
    case images, forwards, backwards
    case secondsPerForward = "seconds_per_forward"
    case secondsPerBackward = "seconds_per_backward"
  }
}

extension AttackSpec {
  /// Forward and backward passes of one image that survives, on a model with so many classes.
  package func passes(classes: Int) -> (forwards: Int, backwards: Int) {
    let attempts = restarts * targets(classes: classes)
    switch name {
    case .fgsm: return (2, 1)
    case .pgd: return (attempts * (iterations + 1), attempts * iterations)
    case .apgdCE, .apgdDLR, .apgdT:
      return (attempts * (iterations * gradientSamples + 1), attempts * iterations * gradientSamples)
    case .fab: return (attempts * 2 * iterations, attempts * iterations * (classes - 1))
    case .fabT: return (attempts * 2 * iterations, attempts * iterations)
    case .square: return (attempts * (iterations + 1), 0)
    }
  }
}
