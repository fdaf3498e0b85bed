import Foundation

/// Direct color (24 bits) for terminals that have it and whose terminfo entry does not say so.
///
/// curses writes the colors that terminfo names, and `xterm-256color` names 256. `COLORTERM` says that the terminal
/// takes more. ncurses 6.1 and later read a whole entry from `TERMINFO=b64:…`, so the terminal's own entry is given to
/// it with other colors: nothing is installed, and everything else stays as the entry has it.
package enum DirectColor {
  /// Makes curses use direct color from now on, where the terminal has it. Call it before threads exist.
  package static func offer() {
    let environment = ProcessInfo.processInfo.environment
    guard isatty(STDOUT_FILENO) != 0, isOffered(environment), let name = environment["TERM"] else { return }
    for folder in folders(environment) {
      let paths = [String(name.prefix(1)), String(name.utf8.first ?? 0, radix: 16)].map { "\(folder)/\($0)/\(name)" }
      for path in paths {
        guard let data = FileManager.default.contents(atPath: path), let entry = TerminfoEntry([UInt8](data)) else {
          continue
        }
        // An entry that knows better is left alone.
        guard entry.colors == 256 else { return }
        setenv("TERMINFO", "b64:" + Data(entry.withDirectColor.bytes).base64EncodedString(), 1)
        return
      }
    }
  }

  /// True when the environment says that the terminal takes 24-bit colors. GNU screen hands the variable on and does
  /// not.
  package static func isOffered(_ environment: [String: String]) -> Bool {
    guard ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? "") else { return false }
    let isScreen = (environment["TERM"] ?? "").hasPrefix("screen") && (environment["TMUX"] ?? "").isEmpty
    return !isScreen && (environment["NO_COLOR"] ?? "").isEmpty && (environment["TERMINFO"] ?? "").isEmpty
  }

  /// Where ncurses looks for entries.
  private static func folders(_ environment: [String: String]) -> [String] {
    let own = environment["HOME"].map { ["\($0)/.terminfo"] } ?? []
    let listed = (environment["TERMINFO_DIRS"] ?? "").split(separator: ":").map(String.init)
    return own + listed + ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo"]
  }
}
