import CTerminal
import Foundation

extension ScreenError {
  /// Why the terminal could not be opened.
  init(opening: terminal_opening) {
    let type = ProcessInfo.processInfo.environment["TERM"] ?? ""
    let remedy = "set TERM to your terminal's type, e.g. xterm-256color, or use 'dualab train'"
    switch opening {
    case TERMINAL_NO_TTY:
      self.init(description: "no terminal to draw on: cannot open /dev/tty; use 'dualab train'")
    case TERMINAL_TOO_DUMB:
      self.init(description: "TERM=\(type): this terminal cannot move the cursor; \(remedy)")
    case _ where type.isEmpty:
      self.init(description: "TERM is not set; \(remedy)")
    default:
      self.init(description: "TERM=\(type): unknown terminal type; \(remedy)")
    }
  }
}
