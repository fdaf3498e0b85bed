import Panes

/// Tells keys from escape sequences that are none: the mouse, answers of the terminal, keys without a name. Pure.
///
/// curses hands on a sequence that it does not know as single characters. None of them may act as a key.
package struct InputSequences: Sendable {
  /// What an input turned out to be.
  package enum Reading: Sendable, Hashable {
    /// These keys, in this order.
    case inputs([TerminalInput])
    /// The mouse did something.
    case pointer(Pointer)
    /// The terminal has drawn all that was written to it.
    case drawn
  }

  /// What came so far of something that began with an escape.
  private var text: String.UnicodeScalarView?

  package init() {}

  /// Takes in the next input; nil while it may be a part of a sequence.
  package mutating func take(_ input: TerminalInput) -> Reading? {
    guard case .scalar(let value) = input, let scalar = Unicode.Scalar(value) else { return .inputs(end() + [input]) }
    guard let begun = text else {
      guard value == 27 else { return .inputs([input]) }
      text = String.UnicodeScalarView()
      return nil
    }
    if value == 27 {
      let before = end()
      text = String.UnicodeScalarView()
      return .inputs(before)
    }
    guard !begun.isEmpty || scalar == "[" else { return .inputs(end() + [input]) }
    text?.append(scalar)
    // A sequence ends with a letter or ~.
    guard begun.count > 0, (0x40...0x7E).contains(value) || begun.count > 40 else { return nil }
    defer { text = nil }
    let sequence = String(begun) + String(scalar)
    return sequence == "[0n" ? .drawn : Pointer(sequence).map { .pointer($0) } ?? .inputs([])
  }

  /// Nothing follows for now: an escape without more is the key.
  package mutating func end() -> [TerminalInput] {
    defer { text = nil }
    guard let text else { return [] }
    return text.isEmpty ? [.scalar(27)] : []
  }
}

extension Pointer {
  /// What a terminal in mode 1006 (xterm, "SGR") sends behind an escape: `[<0;12;5M` is the left button, pressed in
  /// column 12 of row 5, counted from 1. Nil for anything else, other buttons and moves without a button included.
  package init?(_ sequence: String) {
    guard sequence.hasPrefix("[<"), let end = sequence.last, end == "M" || end == "m" else { return nil }
    let numbers = sequence.dropFirst(2).dropLast().split(separator: ";", omittingEmptySubsequences: false).map {
      Int($0)
    }
    guard numbers.count == 3, let code = numbers[0], let x = numbers[1], let y = numbers[2], x > 0, y > 0 else {
      return nil
    }
    // Bits 2 to 4 are shift, meta and control.
    let action: Action
    switch (code & ~0b11100, end) {
    case (0, "M"): action = .press
    case (0, _): action = .release
    case (32, "M"): action = .drag
    case (64, "M"): action = .wheelUp
    case (65, "M"): action = .wheelDown
    default: return nil
    }
    self.init(action, x: x - 1, y: y - 1)
  }
}
