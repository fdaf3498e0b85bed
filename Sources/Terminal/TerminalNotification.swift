/// A desktop notification, requested by an escape sequence: OSC 777 or OSC 9. Terminals ignore such sequences if they
/// do not support them; the few that would print them get none.
package struct TerminalNotification: Sendable, Hashable {
  /// Which sequence to use. Using both would show two notifications on terminals that support both.
  package enum Kind: Sendable, Hashable {
    /// `OSC 9 ; TEXT`: iTerm2, kitty, WezTerm, Ghostty, Windows Terminal, mintty.
    case nine
    /// `OSC 777 ; notify ; TITLE ; TEXT`: urxvt, foot, terminals on VTE.
    case sevenHundredSeventySeven
  }

  /// The multiplexer between the program and the terminal, which only passes on sequences that are wrapped for it.
  package enum Wrapping: Sendable, Hashable { case none, tmux, screen }

  /// The longest text, in characters; some terminals drop longer sequences.
  private static let longest = 200

  package let kind: Kind
  package let wrapping: Wrapping

  /// The notification for the terminal of this environment; nil where the terminal might print the sequence: consoles,
  /// and terminals that cannot move the cursor.
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

  /// The sequence for a line of text. Control characters become spaces: they would end it or start another one.
  package func bytes(_ text: String) -> [UInt8] {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(Self.longest) {
      line.append(scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? " " : scalar)
    }
    // The prefix matters: OSC 9 followed by a number is another command.
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
    // Every escape inside is doubled. tmux passes the sequence on if allow-passthrough is on, and drops it otherwise.
    case .tmux:
      "\u{1b}Ptmux;"
        + sequence.split(separator: "\u{1b}", omittingEmptySubsequences: false).joined(separator: "\u{1b}\u{1b}")
        + "\u{1b}\\"
    case .screen: "\u{1b}P" + sequence + "\u{1b}\\"
    }
  }
}
