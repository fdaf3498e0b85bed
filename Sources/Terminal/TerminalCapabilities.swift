import CTerminal
import Foundation

/// What can be known about the terminal without opening a screen.
package enum TerminalCapabilities {
  /// The character sets for charts.
  package enum Symbols: String, Sendable, Hashable { case braille, block, ascii }

  /// True when stdin is a terminal, so that keys can be read.
  package static var standardInputIsTerminal: Bool { isatty(STDIN_FILENO) != 0 }

  /// True when stdout is a terminal and not a file or a pipe.
  package static var standardOutputIsTerminal: Bool { isatty(STDOUT_FILENO) != 0 }

  /// True when stderr is a terminal, so that progress can be drawn there.
  package static var standardErrorIsTerminal: Bool { isatty(STDERR_FILENO) != 0 }

  /// True when, according to `TERM`, the terminal cannot move the cursor.
  package static var isDumb: Bool { isDumb(environment["TERM"] ?? "") }

  /// True when the lab can open its screen: stdin and stdout are a terminal that is not dumb.
  package static var canShowLab: Bool { standardInputIsTerminal && standardOutputIsTerminal && !isDumb }

  /// Columns and rows of the terminal on stdout, or else on stderr; nil when neither is a terminal.
  package static var size: (columns: Int, rows: Int)? {
    for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
      var size = winsize()
      if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 {
        return (Int(size.ws_col), Int(size.ws_row))
      }
    }
    return nil
  }

  /// How many colors the terminal on stdout has; nil when stdout is no terminal, or none that is known.
  package static var colors: Int? {
    guard standardOutputIsTerminal else { return nil }
    let colors = Int(terminal_type_colors())
    return colors < 0 ? nil : colors
  }

  /// True when `NO_COLOR` is set and not empty (no-color.org).
  package static var wantsNoColor: Bool { !(environment["NO_COLOR"] ?? "").isEmpty }

  /// The finest character set that the terminal can probably show.
  package static var suggestedSymbols: Symbols { suggestedSymbols(environment) }

  /// `suggestedSymbols` for an environment.
  package static func suggestedSymbols(_ environment: [String: String]) -> Symbols {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"]
    let locale = names.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let isUTF8 = ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
    // The Linux console's font has half blocks but no Braille.
    return !isUTF8 ? .ascii : environment["TERM"] == "linux" ? .block : .braille
  }

  /// True for the terminal type that cannot move the cursor.
  static func isDumb(_ type: String) -> Bool { type == "dumb" }

  private static var environment: [String: String] { ProcessInfo.processInfo.environment }
}
