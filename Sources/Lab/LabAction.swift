import Events
import Plotting

/// What the lab asks of whoever runs it, in answer to a key.
package enum LabAction: Sendable, Hashable {
  /// Send this to the session.
  case send(Command)
  /// Close the screen; what was asked of the session went before it as `.send`.
  case leave
  /// Suspend the program (ctrl-z).
  case suspend
  /// Draw every cell anew (ctrl-l).
  case redraw
  /// Sound the bell.
  case bell
  /// Tell somebody who looks elsewhere, by the terminal's notification where it has one.
  case notify(String)
  /// Save this frame as a file; the shell answers with `note(_:)`.
  case saveFrame
}

/// What the lab is started with.
package struct LabOptions: Sendable {
  /// Themes to go through with `t`; empty: the monochrome one.
  package var themes: [Theme]
  /// Index of the first theme.
  package var theme: Int
  /// The ladder of characters.
  package var symbols: Symbols
  /// True for `NO_COLOR` and monochrome terminals: bold, reverse and glyphs instead of themes.
  package var noColour: Bool

  /// All options.
  package init(themes: [Theme] = [], theme: Int = 0, symbols: Symbols = .braille, noColour: Bool = false) {
    self.themes = themes.isEmpty || noColour ? [.mono] : themes
    self.theme = self.themes.indices.contains(theme) ? theme : 0
    self.symbols = symbols
    self.noColour = noColour
  }
}
