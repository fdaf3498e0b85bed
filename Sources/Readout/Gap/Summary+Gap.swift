import Events
import Plotting
import Spelling

extension Summary {
  /// What is known of the gap at the end, in one line: the state, and the attack that shows it best.
  package func gapLine(_ notation: Notation) -> String {
    guard let gapState else { return "gap not measured: robustness under PGD alone can be false" }
    guard let strongest else { return "gap \(gapState.rawValue)" }
    let pgd = notation.share(strongest.pgd.value), left = notation.share(strongest.accuracy.value)
    return "gap \(gapState.rawValue): the \(strongest.tier.title) at step \(strongest.step) leaves \(left) where "
      + "\(strongest.attack ?? "PGD") leaves \(pgd), a gap of \(notation.gap(strongest)), n \(strongest.n)"
  }

  /// What that means for the accuracies under attack; nil where they can be believed.
  package var gapWarning: String? {
    switch gapState {
    case .alarm, .confirmed, .acknowledged: "robustness is false: do not trust the accuracies under PGD"
    case .calm, .watch, nil: nil
    }
  }

  /// How both look.
  package var gapRole: Theme.Role { gapState?.role ?? .faint }
}
