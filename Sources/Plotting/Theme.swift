/// Colors by role. Panes name roles, never colors; a theme file gives each role its style.
package struct Theme: Sendable, Hashable {
  /// What a piece of the screen is for.
  package enum Role: String, Sendable, Hashable, CaseIterable {
    case text, faint, border, borderFocused = "border-focused", title, header, key, selected, axis, mark
    case clean, adversarial, autoattack, kl, total
    case good, watch, alarm, progress, progressRest = "progress-rest", dialog
  }

  /// The name, as `--theme` takes it.
  package var name: String
  /// The color behind everything.
  package let background: Color
  /// The chart lines that are drawn dashed, because their color alone does not tell them from all others.
  package let dashed: Set<Role>
  private var styles: [Role: Style]

  /// A theme. Roles without a style get the terminal's own colors; a style without a background shows what lies below.
  package init(name: String, background: Color = .terminal, styles: [Role: Style], dashed: Set<Role> = []) {
    self.name = name
    self.background = background
    self.styles = styles
    self.dashed = dashed
  }

  /// The style of a role on the background.
  package subscript(role: Role) -> Style { style(role, over: .text) }

  /// The style of a role in a region of another one: a color that the role leaves open comes from the region.
  ///
  /// What is reversed in a reversed region turns back, so that it differs from its surroundings.
  package func style(_ role: Role, over base: Role = .text) -> Style {
    let above = styles[role] ?? Style(), below = role == base ? Style() : styles[base] ?? Style()
    let ground = above.background != .terminal ? above.background : below.background
    var attributes = above.attributes.union(below.attributes)
    if above.background != .terminal {
      attributes = above.attributes
    } else if above.attributes.intersection(below.attributes).contains(.reverse) {
      attributes.remove(.reverse)
    }
    return Style(
      above.foreground != .terminal ? above.foreground : below.foreground,
      on: ground != .terminal ? ground : background, attributes)
  }

  /// The same colors for a projector: everything bold, and nothing faint that is to be read.
  package var forProjector: Theme {
    var theme = self
    theme.styles[.faint] = styles[.text] ?? Style()
    for role in Role.allCases { theme.styles[role, default: Style()].attributes.insert(.bold) }
    return theme
  }

  /// The style of a line in the background of a chart: its color, faded.
  package func faded(_ role: Role) -> Style {
    let style = self[role]
    let faded = style.foreground.mixed(with: style.background, share: 0.55)
    if faded == style.foreground { return Style(style.foreground, on: style.background, .dim) }
    return Style(faded, on: style.background)
  }
}
