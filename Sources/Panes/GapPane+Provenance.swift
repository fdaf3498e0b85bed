import Events
import Plotting
import Readout
import Recipe

/// Under which settings a number was measured, and whether it still speaks of the present network.
extension GapPane {
  /// The step of the intervention that a reading does not know of; nil while it holds.
  func outdated(_ reading: GapReading) -> Int? {
    trail.change(after: reading.step, operations: operationsSeen[reading.tier] ?? 0)
  }

  /// The same of the causes.
  var outdatedCauses: Int? { trail.change(after: causesStep, operations: causesOperations) }

  /// ε of the attacks of a step, as a person writes it; nil where it is not known.
  func epsilon(at step: Int) -> String? { trail.settings(at: step)?.formatted(Knob.epsilon.declaration) }

  /// The ε that all readings have; nil where they differ.
  var commonEpsilon: String? {
    let all = Set(readings.values.map { epsilon(at: $0.step) })
    return all.count == 1 ? all.first ?? nil : nil
  }

  /// What the state says of the network, or that it is old.
  var meaning: String? {
    guard let state else { return nil }
    if let step = newest.flatMap(outdated) { return "measured before the change at step \(step)" }
    let holding = GapTier.allCases.compactMap { readings[$0] }.filter { outdated($0) == nil }
    return state.meaning(of: holding.max { ($0.lower, $0.gap) < ($1.lower, $1.gap) })
  }

  /// `quick, deep: before the change at step 200`; nil while all readings hold.
  var outdatedText: String? {
    let old = GapTier.allCases.compactMap { tier in
      readings[tier].flatMap(outdated).map { (tier: tier.rawValue, step: $0) }
    }
    guard !old.isEmpty else { return nil }
    let steps = Set(old.map(\.step)).sorted()
    return steps.map { step in
      "\(old.filter { $0.step == step }.map(\.tier).joined(separator: ", ")): before the change at step \(step)"
    }.joined(separator: "; ")
  }
}
