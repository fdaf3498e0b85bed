import Events
import Plotting

/// How a state of the gap looks: a word, a sign and a colour, so that none of them is needed alone.
extension GapState {
  /// The word, as Gap and the header write it.
  package var word: String {
    switch self {
    case .calm: "CALM"
    case .watch: "WATCH"
    case .alarm: "FALSE ROBUSTNESS"
    case .confirmed: "CONFIRMED"
    case .acknowledged: "ACKNOWLEDGED"
    }
  }

  /// The sign before it.
  package var glyph: String {
    switch self {
    case .calm: "✓"
    case .watch: "△"
    case .alarm: "▲"
    case .confirmed: "◆"
    case .acknowledged: "▽"
    }
  }

  /// The colour.
  package var role: Theme.Role {
    switch self {
    case .calm: .good
    case .watch, .acknowledged: .watch
    case .alarm, .confirmed: .alarm
    }
  }

  /// What it says, in a few words.
  package var meaning: String {
    switch self {
    case .calm: "stronger attacks agree with PGD"
    case .watch: "stronger attacks break more than usual"
    case .alarm: "stronger attacks break what PGD cannot"
    case .confirmed: "a full AutoAttack agrees: the robustness is false"
    case .acknowledged: "seen by you; sounds again after the gap has closed"
    }
  }
}
