/// Themes for terminals with few colors: bold, dim, reverse and underline carry what colors cannot.
extension Theme {
  /// No colors at all. Used for `NO_COLOR` and monochrome terminals.
  package static let mono = Theme(
    name: "mono",
    styles: [
      .faint: Style(.terminal, on: .terminal, .dim), .borderFocused: Style(.terminal, on: .terminal, .bold),
      .title: Style(.terminal, on: .terminal, .bold), .header: Style(.terminal, on: .terminal, .reverse),
      .key: Style(.terminal, on: .terminal, .bold), .selected: Style(.terminal, on: .terminal, .reverse),
      .axis: Style(.terminal, on: .terminal, .dim), .alarm: Style(.terminal, on: .terminal, [.bold, .reverse]),
      .watch: Style(.terminal, on: .terminal, .bold), .progressRest: Style(.terminal, on: .terminal, .dim),
    ], dashed: [.kl, .total])

  /// The eight colors that every terminal with colors has. Borders are the terminal's own color, and never dim: many of
  /// these terminals show dim text in black.
  package static let basic = Theme(
    name: "basic",
    styles: [
      .borderFocused: Style(.palette(6), on: .terminal, .bold), .title: Style(.terminal, on: .terminal, .bold),
      .header: Style(.terminal, on: .terminal, .reverse), .key: Style(.palette(6), on: .terminal, .bold),
      .selected: Style(.palette(6), on: .terminal, [.bold, .reverse]), .mark: Style(.palette(5)),
      .clean: Style(.palette(6)), .adversarial: Style(.palette(3)),
      .autoattack: Style(.palette(1), on: .terminal, .bold), .kl: Style(.palette(5)),
      .total: Style(.terminal, on: .terminal, .bold), .good: Style(.palette(2)),
      .watch: Style(.palette(3), on: .terminal, .bold), .alarm: Style(.palette(7), on: .palette(1), .bold),
      .progress: Style(.palette(6)),
    ], dashed: [.kl])
}
