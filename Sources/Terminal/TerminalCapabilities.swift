import Foundation

/// What can be known of the terminal without opening a screen.
package enum TerminalCapabilities {
  /// Symbols a chart can be drawn with.
  package enum Symbols: String, Sendable, Hashable { case braille, block, ascii }

  /// True when keys can be read from standard input.
  package static var standardInputIsTerminal: Bool { isatty(STDIN_FILENO) != 0 }

  /// True when standard output is a terminal and not a file or a pipe.
  package static var standardOutputIsTerminal: Bool { isatty(STDOUT_FILENO) != 0 }

  /// True when standard error is a terminal: progress may be drawn there.
  package static var standardErrorIsTerminal: Bool { isatty(STDERR_FILENO) != 0 }

  /// True when `TERM` says that the terminal cannot place the cursor.
  package static var isDumb: Bool { isDumb(environment["TERM"] ?? "") }

  /// True when the lab can open its screen here: standard input and output are a terminal that is not dumb.
  package static var canShowLab: Bool { standardInputIsTerminal && standardOutputIsTerminal && !isDumb }

  /// Columns and rows of the terminal on standard output, else on standard error; nil when neither is one.
  package static var size: (columns: Int, rows: Int)? {
    for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
      var size = winsize()
      if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 {
        return (Int(size.ws_col), Int(size.ws_row))
      }
    }
    return nil
  }

  /// True when `NO_COLOR` asks for no colours, as no-color.org has it: present and not empty.
  package static var wantsNoColour: Bool { !(environment["NO_COLOR"] ?? "").isEmpty }

  /// The finest symbols that the terminal is likely to show.
  package static var suggestedSymbols: Symbols { suggestedSymbols(environment) }

  /// `suggestedSymbols` for an environment.
  package static func suggestedSymbols(_ environment: [String: String]) -> Symbols {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"]
    let locale = names.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let isUTF8 = ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
    // The Linux console's font has half blocks and no Braille.
    return !isUTF8 ? .ascii : environment["TERM"] == "linux" ? .block : .braille
  }

  /// True when a terminal type says of itself that it cannot place the cursor.
  static func isDumb(_ type: String) -> Bool { type == "dumb" }

  private static var environment: [String: String] { ProcessInfo.processInfo.environment }
}
