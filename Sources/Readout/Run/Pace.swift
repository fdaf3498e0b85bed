import Events
import Spelling

/// How long steps take and how long the rest of a run will take, from the steps' own reports. The median of the last
/// steps counts, so that one slow step does not show.
package struct Pace: Sendable, Hashable {
  private struct Step: Sendable, Hashable {
    let seconds: Double
    let images: Int
  }

  private static let window = 63
  private var recent: [Step] = []
  private var next = 0
  private var steps = 0
  private var validationSeconds = 0.0

  /// Nothing measured yet.
  package init() {}

  /// Counts a training step.
  package mutating func add(_ sample: Sample) {
    guard sample.seconds.isFinite, sample.seconds > 0 else { return }
    steps += 1
    let step = Step(seconds: sample.seconds, images: sample.images)
    if recent.count < Pace.window {
      recent.append(step)
    } else {
      recent[next] = step
      next = (next + 1) % recent.count
    }
  }

  /// Counts a validation: its time is spread over the steps. The final test is not part of the pace.
  package mutating func add(_ probe: Probe) {
    guard probe.weights == .current, probe.seconds.isFinite, probe.seconds > 0 else { return }
    validationSeconds += probe.seconds
  }

  /// Seconds per step, validations included; nil before the first step.
  package var secondsPerStep: Double? {
    median(recent.map(\.seconds)).map { $0 + validationSeconds / Double(max(1, steps)) }
  }

  /// Clean training images per second; nil before the first step.
  package var imagesPerSecond: Double? { median(recent.map { Double($0.images) / $0.seconds }) }

  /// Seconds until the last step; nil before the first step.
  package func secondsLeft(after step: Int, of steps: Int) -> Double? {
    secondsPerStep.map { $0 * Double(max(0, steps - step)) }
  }

  /// `1 280 img/s`; nil before the first step.
  package var speed: String? {
    imagesPerSecond.map { "\(NumberText.grouped(Int(min(1e9, $0.rounded())))) img/s" }
  }

  /// `ETA 12:30`.
  package static func eta(_ seconds: Double) -> String { "ETA \(NumberText.duration(seconds))" }

  private func median(_ values: [Double]) -> Double? {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
