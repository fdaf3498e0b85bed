/// What the x axis of a chart counts. Values stay where their step is; the axis says what that step is called.
package struct XAxis: Sendable, Hashable {
  /// What is counted.
  package enum Unit: String, Sendable, Hashable, CaseIterable {
    case step, epoch, time

    /// The next one, and after the last the first.
    package var next: Unit { self == .step ? .epoch : self == .epoch ? .time : .step }
  }

  /// What is counted.
  package var unit = Unit.step
  /// True when equal distances are equal factors.
  package var isLogarithmic = false
  /// Steps of an epoch; at least 1.
  package var stepsPerEpoch = 1
  /// When each step was done.
  package var clock = StepClock()

  package init() {}

  /// Where a step is on the axis, in the axis's own unit.
  package func value(at step: Double) -> Double {
    switch unit {
    case .step: step
    case .epoch: step / Double(max(1, stepsPerEpoch))
    case .time: clock.time(at: step) / secondsPerUnit
    }
  }

  /// The step at a value of the axis; the inverse of `value(at:)`.
  package func step(at value: Double) -> Double {
    switch unit {
    case .step: value
    case .epoch: value * Double(max(1, stepsPerEpoch))
    case .time: clock.step(at: value * secondsPerUnit)
    }
  }

  /// The word next to the ticks.
  package var word: String {
    switch unit {
    case .step: "step"
    case .epoch: "epoch"
    case .time: secondsPerUnit == 3600 ? "h" : secondsPerUnit == 60 ? "min" : "s"
    }
  }

  /// Seconds, minutes or hours, whichever gives the run a handy number.
  private var secondsPerUnit: Double { clock.total > 7200 ? 3600 : clock.total > 300 ? 60 : 1 }
}
