/// A notification of the desktop, asked for by an escape sequence: OSC 777 or OSC 9. A terminal that knows neither passes
/// over it in silence, as over any operating system command; those that would print it get none.
package struct TerminalNotification: Sendable, Hashable {
  /// Which sequence: both at once would be two notifications on terminals that know both.
  package enum Kind: Sendable, Hashable {
    /// `OSC 9 ; TEXT`: iTerm2, kitty, WezTerm, Ghostty, Windows Terminal, mintty.
    case nine
    /// `OSC 777 ; notify ; TITLE ; TEXT`: urxvt, foot, terminals on VTE.
    case sevenHundredSeventySeven
  }

  /// Who stands between the program and the terminal, and passes on only what is wrapped for it.
  package enum Wrapping: Sendable, Hashable { case none, tmux, screen }

  /// The longest text, in characters; some terminals give a long sequence up.
  private static let longest = 200

  package let kind: Kind
  package let wrapping: Wrapping

  /// What the terminal of this environment is sent; nil where the sequence might be printed: consoles, and terminals that
  /// cannot even place the cursor.
  package init?(_ environment: [String: String]) {
    func value(_ name: String) -> String { environment[name] ?? "" }
    let type = value("TERM")
    let printing = ["linux", "dumb", "vt", "ansi", "cons", "sun", "cygwin"]
    guard !type.isEmpty, !printing.contains(where: type.hasPrefix) else { return nil }
    let isURxvtLike = ["rxvt", "foot"].contains(where: type.hasPrefix) || !value("VTE_VERSION").isEmpty
    kind = isURxvtLike ? .sevenHundredSeventySeven : .nine
    wrapping =
      !value("TMUX").isEmpty || type.hasPrefix("tmux")
      ? .tmux : !value("STY").isEmpty || type.hasPrefix("screen") ? .screen : .none
  }

  /// The sequence for a line of text. Control characters, which would end it or begin another, become blanks.
  package func bytes(_ text: String) -> [UInt8] {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(Self.longest) {
      line.append(scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? " " : scalar)
    }
    // OSC 9 followed by a number would be another command.
    let sequence =
      switch kind {
      case .nine: "\u{1b}]9;dualab: \(String(line))\u{7}"
      case .sevenHundredSeventySeven: "\u{1b}]777;notify;dualab;\(String(line))\u{7}"
      }
    return Array(wrapped(sequence).utf8)
  }

  private func wrapped(_ sequence: String) -> String {
    switch wrapping {
    case .none: sequence
    // Every escape is doubled inside; tmux passes it on where its allow-passthrough is on, and drops it elsewhere.
    case .tmux:
      "\u{1b}Ptmux;"
        + sequence.split(separator: "\u{1b}", omittingEmptySubsequences: false).joined(separator: "\u{1b}\u{1b}")
        + "\u{1b}\\"
    case .screen: "\u{1b}P" + sequence + "\u{1b}\\"
    }
  }
}
