import Events
import Plotting
import Recipe

/// What the lab asks of the program that runs it, in answer to a key.
package enum LabAction: Sendable, Hashable {
  /// Send this to the session.
  case send(Command)
  /// Move a replay.
  case replay(ReplayRequest)
  /// Leave the run after this step, and go on with these changes as another run, in a lab with this theme.
  case branch(step: Int, [Assignment], theme: Int)
  /// Start a run that leaves this one after this step, with these changes, and train both.
  case beside(step: Int, [Assignment])
  /// Show the other one of two runs, or the one with this name.
  case view(String?)
  /// Read these runs; the program answers with `compare(_:)`.
  case compare([String])
  /// Examine weights of the run that is over; the program answers with `take(_:)`.
  case examine(Examination)
  /// End that examination.
  case cancelExamination
  /// Close the screen, and begin another run in a lab with this theme.
  case next(NextRun, theme: Int)
  /// Close the screen; what the session has to do was sent before.
  case leave
  /// Suspend the program (ctrl-z).
  case suspend
  /// Redraw every cell (ctrl-l).
  case redraw
  /// Ring the bell.
  case bell
  /// Tell somebody who is looking elsewhere, with a terminal notification where there is one.
  case notify(String)
  /// Measure what the machine's product of matrices reaches; the program answers with `hear(_:)`.
  case measurePeak
  /// Save the screen to a file whose name begins like this; the program answers with `note(_:)`.
  case saveFrame(FrameFormat, stem: String)
}

/// What the lab is started with.
package struct LabOptions: Sendable {
  /// The themes that `t` switches between; empty: the monochrome one.
  package var themes: [Theme]
  /// Index of the first theme.
  package var theme: Int
  /// The ladder of characters.
  package var symbols: Symbols
  /// True for `NO_COLOR`: bold, reverse and glyphs replace colors.
  package var noColor: Bool
  /// True for a projector: large numbers, few panes, no small print.
  package var isBig = false
  /// Names of runs that can be compared with, for completion.
  package var runs: [String] = []
  /// Presets and runs that can be opened.
  package var choices: [RunChoice] = []

  /// `colors`: how many the terminal has. With fewer than 256, only the theme for few colors is of use.
  package init(
    themes: [Theme] = [], theme: Int = 0, symbols: Symbols = .braille, noColor: Bool = false, colors: Int = 256
  ) {
    self.themes = themes.isEmpty || noColor || colors < 8 ? [.mono] : colors < 256 ? [.basic] : themes
    self.theme = self.themes.indices.contains(theme) ? theme : 0
    self.symbols = symbols
    self.noColor = noColor
  }
}
