import Events
import Foundation

/// How far a run is, how it goes, how long it will take: the line that is redrawn. Pure.
package struct Progress: Hashable {
  private var state = SessionState.preparing
  private var steps = 0
  private var sample: Sample?
  private var validation: Probe?
  /// Seconds of all training and validation so far; pauses are not in it.
  private var spent = 0.0
  /// Images and seconds of the latest steps.
  private var latest: [Speed] = []

  private struct Speed: Hashable {
    let images: Int
    let seconds: Double
  }

  private static let barWidth = 20
  private static let latestSteps = 20

  /// Nothing yet.
  package init() {}

  /// Takes note of an event.
  package mutating func take(_ event: Event) {
    switch event {
    case .started(let description): steps = description.steps
    case .state(let change): state = change.state
    case .layers, .scatter, .attackProgress: break
    case .sample(let sample):
      self.sample = sample
      spent += sample.seconds
      latest.append(Speed(images: sample.images, seconds: sample.seconds))
      if latest.count > Self.latestSteps { latest.removeFirst() }
    case .probe(let probe) where probe.split == .validation:
      validation = probe
      spent += probe.seconds
    case .probe, .alarm, .journal, .checkpoint, .surgery, .summary: break
    }
  }

  /// Training images a second over the last twenty steps; nil before the first.
  package var imagesPerSecond: Double? {
    let seconds = latest.reduce(0) { $0 + $1.seconds }
    return seconds > 0 ? Double(latest.reduce(0) { $0 + $1.images }) / seconds : nil
  }

  /// Seconds that the remaining steps take at the mean of those done, validations included; nil before the first.
  package var secondsLeft: Double? {
    guard let done = sample?.step, done > 0, spent > 0 else { return nil }
    return spent * Double(max(steps - done, 0)) / Double(done)
  }

  /// The bar, cut to `columns`: what matters most comes first.
  package func line(columns: Int) -> String {
    let done = sample?.step ?? 0, share = steps > 0 ? Double(done) / Double(steps) : 0
    let filled = Int((share * Double(Self.barWidth)).rounded(.down))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled)
    var parts = ["\(state.rawValue) \(done)/\(steps) \(Int(share * 100)) %", bar]
    if let secondsLeft, state != .testing { parts.append("ETA \(Self.clock(secondsLeft))") }
    if let imagesPerSecond { parts.append("\(Int(imagesPerSecond.rounded())) img/s") }
    if let losses { parts.append(losses) }
    if let validation { parts.append("val \(Self.percent(validation.clean))/\(Self.percent(validation.adversarial))") }
    return String(parts.joined(separator: "  ").prefix(max(columns, 0)))
  }

  /// A measurement as a line of its own, for a stderr that cannot redraw.
  package func line(_ probe: Probe) -> String {
    var text = "step \(probe.step)/\(steps)"
    if probe.split == .validation, let losses { text += "  \(losses)" }
    text += "  \(probe.split.rawValue)" + (probe.weights == .current ? "" : ", \(probe.weights.rawValue) weights")
    text +=
      ", n \(probe.clean.n): clean \(Self.percent(probe.clean)), \(probe.attack) \(Self.percent(probe.adversarial))"
    if let pgd10 = probe.pgd10 { text += ", PGD-10 \(Self.percent(pgd10))" }
    if probe.split == .validation, let secondsLeft { text += "  ETA \(Self.clock(secondsLeft))" }
    if probe.split == .validation, let imagesPerSecond { text += "  \(Int(imagesPerSecond.rounded())) img/s" }
    return text
  }

  private var losses: String? {
    guard let sample else { return nil }
    let parts = [("clean", sample.cleanLoss), ("adv", sample.adversarialLoss), ("KL", sample.kl)]
      .compactMap { name, value in value.map { "\(name) \(Self.short($0))" } }
    return "loss \(Self.short(sample.loss))" + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
  }

  private static func short(_ value: Double) -> String { String(format: "%.3g", value) }

  /// `98.1 %`; one decimal is more than any n here resolves, and enough to tell neighbours apart.
  package static func percent(_ proportion: Proportion) -> String { String(format: "%.1f %%", proportion.value * 100) }

  /// `0:07`, `12:34`, `1:02:03`.
  package static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 359_999))
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    return hours > 0 ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
  }
}
