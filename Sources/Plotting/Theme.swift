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
  private var styles: [Role: Style]

  /// A theme; roles without a style get the terminal's own colors.
  package init(name: String, styles: [Role: Style]) {
    self.name = name
    self.styles = styles
  }

  /// The style of a role.
  package subscript(role: Role) -> Style { styles[role] ?? Style() }

  /// No colors at all: bold, dim, reverse and underline carry the roles. Used for `NO_COLOR` and mono terminals.
  package static let mono = Theme(
    name: "mono",
    styles: [
      .faint: Style(.terminal, on: .terminal, .dim), .borderFocused: Style(.terminal, on: .terminal, .bold),
      .title: Style(.terminal, on: .terminal, .bold), .header: Style(.terminal, on: .terminal, .reverse),
      .key: Style(.terminal, on: .terminal, .bold), .selected: Style(.terminal, on: .terminal, .reverse),
      .axis: Style(.terminal, on: .terminal, .dim), .alarm: Style(.terminal, on: .terminal, [.bold, .reverse]),
      .watch: Style(.terminal, on: .terminal, .bold), .progressRest: Style(.terminal, on: .terminal, .dim),
    ])
}
