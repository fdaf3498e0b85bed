/// Tells keys from escape sequences that are none: answers of the terminal, keys without a name. Pure.
///
/// curses hands on a sequence that it does not know as single characters. None of them may act as a key.
package struct InputSequences: Sendable {
  /// What an input turned out to be.
  package enum Reading: Sendable, Hashable {
    /// These keys, in this order.
    case inputs([TerminalInput])
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
    return String(begun) + String(scalar) == "[0n" ? .drawn : .inputs([])
  }

  /// Nothing follows for now: an escape without more is the key.
  package mutating func end() -> [TerminalInput] {
    defer { text = nil }
    guard let text else { return [] }
    return text.isEmpty ? [.scalar(27)] : []
  }
}
