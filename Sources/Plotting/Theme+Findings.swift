/// What is hard to see in a theme. Only RGB colors can be judged: how a terminal shows its own colors is unknown.
package struct ThemeFinding: Sendable, Hashable {
  /// What was measured.
  package enum Kind: Sendable, Hashable {
    /// The contrast of a role's text in a region.
    case contrast(Theme.Role, over: Theme.Role)
    /// The distance of two chart lines, neither of them dashed.
    case lines(Theme.Role, Theme.Role, Vision)
    /// Text in the color of borders.
    case textLikeBorder(Theme.Role)
  }

  /// What was measured.
  package let kind: Kind
  /// The measured value, and the smallest that is enough.
  package let value, needed: Double

  /// True when it is enough.
  package var isGood: Bool { value >= needed }
}

extension Theme {
  /// The roles of chart lines, which must be told apart.
  package static let series: [Role] = [.clean, .adversarial, .autoattack, .kl, .total]
  /// The roles that fill regions; text of other roles is written on them.
  private static let regions: [Role] = [.text, .header, .dialog]
  /// Lines and bars without text, and how much contrast they need.
  private static let graphics: [Role: Double] = [.borderFocused: 3, .progress: 3, .border: 1.3, .progressRest: 1.3]
  /// The smallest difference of two chart lines, in ΔE 2000.
  private static let neededDifference = 15.0

  /// Everything that can be measured, in the order of roles.
  package var findings: [ThemeFinding] { contrasts + lineDifferences + borderLikes }

  private var contrasts: [ThemeFinding] {
    Role.allCases.flatMap { role in
      Theme.regions.compactMap { region -> ThemeFinding? in
        // Regions and chart lines lie on the background.
        if region != .text, role != region, (Theme.regions + Theme.series).contains(role) { return nil }
        let style = style(role, over: role == region ? .text : region)
        guard let contrast = style.foreground.contrast(with: style.background) else { return nil }
        return ThemeFinding(
          kind: .contrast(role, over: region), value: contrast, needed: Theme.graphics[role] ?? 4.5)
      }
    }
  }

  private var lineDifferences: [ThemeFinding] {
    Theme.series.enumerated().flatMap { place, first in
      Theme.series[(place + 1)...].filter { dashed.contains(first) == dashed.contains($0) }.flatMap { second in
        Vision.allCases.compactMap { vision -> ThemeFinding? in
          guard let difference = vision.difference(self[first].foreground, self[second].foreground) else { return nil }
          return ThemeFinding(kind: .lines(first, second, vision), value: difference, needed: Theme.neededDifference)
        }
      }
    }
  }

  private var borderLikes: [ThemeFinding] {
    Role.allCases.filter { Theme.graphics[$0] == nil && self[$0].foreground == self[.border].foreground }
      .compactMap { role in
        guard self[role].foreground.linearRGB != nil else { return nil }
        return ThemeFinding(kind: .textLikeBorder(role), value: 0, needed: 1)
      }
  }
}
