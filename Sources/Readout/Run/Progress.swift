import Events
import Spelling

/// How far a run is, how it is going and how long it will take: the progress line of a run without a screen. Pure.
package struct Progress: Sendable, Hashable {
  private var state = SessionState.preparing
  private var steps = 0
  private var sample: Sample?
  private var validation: Probe?
  private var pace = Pace()

  private static let barWidth = 20

  /// Nothing has happened yet.
  package init() {}

  /// Takes note of an event.
  package mutating func take(_ event: Event) {
    switch event {
    case .started(let description): steps = description.steps
    case .state(let change): state = change.state
    case .layers, .scatter, .attackProgress, .image: break
    case .sample(let sample):
      self.sample = sample
      pace.add(sample)
    case .probe(let probe) where probe.weights == .current:
      validation = probe
      pace.add(probe)
    case .probe, .alarm, .journal, .checkpoint, .surgery, .summary: break
    }
  }

  /// Seconds until the last step; nil before the first step.
  package var secondsLeft: Double? { sample.flatMap { pace.secondsLeft(after: $0.step, of: steps) } }

  /// The line, cut to `columns`; what matters most comes first.
  package func line(columns: Int) -> String {
    let done = sample?.step ?? 0, share = steps > 0 ? Double(done) / Double(steps) : 0
    let filled = Int((share * Double(Self.barWidth)).rounded(.down))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled)
    var parts = ["\(state.rawValue) \(done)/\(steps) \(Int(share * 100)) %", bar]
    if let secondsLeft, state != .testing { parts.append(Pace.eta(secondsLeft)) }
    if let speed = pace.speed { parts.append(speed) }
    if let losses { parts.append(losses) }
    if let validation {
      let shares = [validation.clean, validation.adversarial].map { Notation.table.share($0.value) }
      parts.append("val \(shares.joined(separator: "/"))")
    }
    return String(parts.joined(separator: "  ").prefix(max(columns, 0)))
  }

  /// A measurement as a line of its own, for a stderr that cannot redraw.
  package func line(_ probe: Probe) -> String {
    let isValidation = probe.weights == .current
    var text = "step \(probe.step)/\(steps)"
    if isValidation, let losses { text += "  \(losses)" }
    text += "  \(probe.split.rawValue)" + (isValidation ? "" : ", \(probe.weights.rawValue) weights")
    var accuracies = [("clean", probe.clean), (probe.attack, probe.adversarial)]
    if let pgd10 = probe.pgd10 { accuracies.append(("PGD-10", pgd10)) }
    text += ", n \(probe.clean.n): "
    text += accuracies.map { "\($0.0) \(Notation.table.share($0.1.value))" }.joined(separator: ", ")
    if isValidation, let secondsLeft { text += "  \(Pace.eta(secondsLeft))" }
    if isValidation, let speed = pace.speed { text += "  \(speed)" }
    return text
  }

  private var losses: String? {
    guard let sample else { return nil }
    let parts = [("clean", sample.cleanLoss), ("adv", sample.adversarialLoss), ("KL", sample.kl)]
      .compactMap { name, value in value.map { "\(name) \(NumberText.short($0))" } }
    return "loss \(NumberText.short(sample.loss))" + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
  }
}
