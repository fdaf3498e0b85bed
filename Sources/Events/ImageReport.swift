/// What `Command.examine` asks for: one image of the sentinel's probe, attacked at the present weights.
package struct ImageRequest: Sendable, Hashable, Codable {
  /// Which image, by its position in the probe.
  package enum Choice: Sendable, Hashable, Codable {
    case at(Int)
    /// The next one, going round, that is misclassified without any attack.
    case nextMisclassified(after: Int)
    /// The next one, going round, that the attack makes misclassified.
    case nextBroken(after: Int)
  }

  /// Which image.
  package var choice: Choice
  /// The radius to attack with; nil for that of the run.
  package var epsilon: Double?

  package init(_ choice: Choice, epsilon: Double? = nil) {
    self.choice = choice
    self.epsilon = epsilon
  }
}

/// One image of the probe under the training attack, iteration by iteration: the event `image`. It is told when
/// somebody asks, takes no part in the training, and is not recorded.
package struct ImageReport: Sendable, Hashable, Codable {
  /// A point that the attack goes through.
  package struct Stage: Sendable, Hashable, Codable {
    /// [channels][height][width] in [0, 1].
    package var pixels: [Float]
    /// One for each class.
    package var logits: [Float]

    package init(pixels: [Float], logits: [Float]) {
      self.pixels = pixels
      self.logits = logits
    }

    /// The class with the largest logit; nil without any.
    package var prediction: Int? { logits.indices.max { logits[$0] < logits[$1] } }
  }

  /// Steps done so far.
  package var step: Int
  /// What was asked for.
  package var request: ImageRequest
  /// False when no image of the probe is as it was asked for; then this is the image that the search began at.
  package var isFound = true
  /// Its position in the probe, and the number of images there.
  package var position: Int, count: Int
  /// Its place in the data set.
  package var index: Int
  /// Its class.
  package var label: Int
  /// What each class shows.
  package var classes: [String]
  package var channels: Int, height: Int, width: Int
  /// The attack, as shown: `PGD-10`.
  package var attack: String
  /// The norm of its ball: `linf`, `l2`.
  package var norm: String
  /// The radius that was used, and that of the run.
  package var epsilon: Double, usualEpsilon: Double
  /// The image itself, then the points of the attack: for an iterative one its start and what each iteration leaves.
  package var stages: [Stage]
  /// True when the second stage is where an iterative attack starts.
  package var hasStart: Bool
  /// Forward and backward passes of one image that it took.
  package var passes: Int
  /// Wall-clock seconds; only shown.
  package var seconds: Double

  package init(
    step: Int, request: ImageRequest, position: Int, count: Int, index: Int, label: Int, classes: [String],
    channels: Int, height: Int, width: Int, attack: String, norm: String, epsilon: Double, usualEpsilon: Double,
    stages: [Stage], hasStart: Bool, passes: Int, seconds: Double
  ) {
    (self.step, self.request) = (step, request)
    (self.position, self.count, self.index) = (position, count, index)
    (self.label, self.classes) = (label, classes)
    (self.channels, self.height, self.width) = (channels, height, width)
    (self.attack, self.norm, self.epsilon, self.usualEpsilon) = (attack, norm, epsilon, usualEpsilon)
    (self.stages, self.hasStart) = (stages, hasStart)
    (self.passes, self.seconds) = (passes, seconds)
  }
}
