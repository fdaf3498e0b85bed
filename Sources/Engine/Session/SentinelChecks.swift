import Events

/// What a quick check showed.
package struct QuickCheck: Sendable, Hashable {
  /// Accuracies and the gap; its state is for the machine to decide.
  package var probe: Probe
  /// The expected cost of a deep check at these weights, in passes.
  package var expectedDeep: Int
  /// The expected cost of a full AutoAttack on the whole probe, in passes.
  package var expectedFull: Int
  /// Forward and backward passes, counted per image, pictures included.
  package var passes: Int
  /// Distances between the domains, layer by layer.
  package var layers: LayerReport?
  /// Where the domains lie.
  package var scatter: ScatterReport?

  package init(
    probe: Probe, expectedDeep: Int, expectedFull: Int = 0, passes: Int, layers: LayerReport? = nil,
    scatter: ScatterReport? = nil
  ) {
    self.probe = probe
    self.expectedDeep = expectedDeep
    self.expectedFull = expectedFull
    self.passes = passes
    self.layers = layers
    self.scatter = scatter
  }
}

/// What AutoAttack on part of the probe showed.
package struct DeepCheck: Sendable, Hashable {
  /// The gap.
  package var reading: GapReading
  /// Forward and backward passes, counted per image.
  package var passes: Int
  /// Wall-clock seconds; only shown.
  package var seconds: Double

  package init(reading: GapReading, passes: Int, seconds: Double) {
    self.reading = reading
    self.passes = passes
    self.seconds = seconds
  }
}

/// What limits a quick check.
package struct QuickLimits: Sendable, Hashable, Codable {
  /// None follows at a later step: look at the whole probe, however clear the case is, and at more images.
  package var isLast: Bool
  /// Forward and backward passes, counted per image, from which on it takes no more images.
  package var allowance: Int

  package init(isLast: Bool, allowance: Int) {
    self.isLast = isLast
    self.allowance = allowance
  }
}

/// What limits a deep check.
package struct DeepLimits: Sendable, Hashable, Codable {
  /// Forward and backward passes, counted per image, that it may make.
  package var allowance: Int
  /// The probability of a false alarm at which it is sure.
  package var level: Double

  package init(allowance: Int, level: Double) {
    self.allowance = allowance
    self.level = level
  }
}

/// What was measured about the causes of an alarm.
package struct CausesFound: Sendable, Hashable {
  /// Steps done so far.
  package var step: Int
  /// The causes that the rules name.
  package var causes: [GapCause]
  /// Forward and backward passes, counted per image.
  package var passes: Int

  package init(step: Int, causes: [GapCause], passes: Int) {
    self.step = step
    self.causes = causes
    self.passes = passes
  }
}
