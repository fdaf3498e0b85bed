import Events
import Plotting

/// How a state of the gap looks: a word, a sign and a color, so that none of them is needed alone.
extension GapState {
  /// The word in the Gap pane and in the header.
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

  /// The color.
  package var role: Theme.Role {
    switch self {
    case .calm: .good
    case .watch, .acknowledged: .watch
    case .alarm, .confirmed: .alarm
    }
  }

  /// What it means, in a few words. `reading`: the one with the surest gap.
  package func meaning(of reading: GapReading?) -> String {
    switch self {
    case .calm:
      // Few broken images are no alarm, and no agreement either.
      reading.flatMap { $0.lower > 0 ? "gap \(Notation.screen.gap($0)), no alarm" : nil }
        ?? "stronger attacks agree with PGD"
    case .watch: "stronger attacks break noticeably more than PGD"
    case .alarm: "stronger attacks break what PGD cannot"
    case .confirmed: "AutoAttack agrees: the robustness is false"
    case .acknowledged: "silenced; re-arms once the gap has closed"
    }
  }
}

extension GapTier {
  /// What sentences call it.
  package var title: String {
    switch self {
    case .quick: "quick check"
    case .deep: "deep check"
    case .full: "full AutoAttack"
    }
  }
}
