import CTerminal
import Foundation

extension ScreenError {
  /// Why the terminal could not be opened.
  init(opening: terminal_opening) {
    let type = ProcessInfo.processInfo.environment["TERM"] ?? ""
    let remedy = "set TERM to what the terminal is, such as xterm-256color, or use `dualab train`"
    switch opening {
    case TERMINAL_NO_TTY:
      self.init(description: "there is no terminal to draw on (/dev/tty cannot be opened); use `dualab train`")
    case TERMINAL_TOO_DUMB:
      self.init(description: "the terminal type '\(type)' (TERM) cannot place the cursor; \(remedy)")
    case _ where type.isEmpty:
      self.init(description: "the terminal has no type: TERM is not set; \(remedy)")
    default:
      self.init(description: "the terminal type '\(type)' (TERM) is not known here; \(remedy)")
    }
  }
}
