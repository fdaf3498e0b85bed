import Spelling

/// What should be said of settings next to their values.
extension Settings {
  /// The ways of training that reports of a run tend to leave out, where they are not the usual ones: `batching seq`,
  /// `attack.bn batch-track`, `awp 0.005`. docs/algorithms.md §2.4.
  package var labels: [String] {
    [Knob.batching.declaration, Knob.attackMode.declaration, Knob.awp.declaration].compactMap { knob in
      guard knob.idleReason(in: self) == nil, self[knob] != knob.initial else { return nil }
      return "\(knob.name) \(formatted(knob))"
    }
  }

  /// What is allowed and hardly meant, with the remedy, in one line; nil when there is nothing.
  package var caution: String? {
    let type = self[.objective].type
    guard let paper = type.paperBeta, self[.beta] == 0 else { return nil }
    return "\(type.title) with beta 0 has no KL term; the original paper uses beta=\(Fraction.decimal(paper))"
  }
}
