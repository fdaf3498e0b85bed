import CTerminal
import Panes

/// What the terminal sends: a Unicode scalar, including control characters, or a named key.
package enum TerminalInput: Sendable, Hashable {
  case scalar(UInt32)
  case key(Key)
  /// What follows was pasted, up to `pasteEnds`.
  case pasteBegins
  case pasteEnds
  case unknown

  /// The next input, or nil when there is none.
  static func next() -> TerminalInput? {
    var value: UInt32 = 0
    switch terminal_next_key(&value) {
    case TERMINAL_NOTHING: return nil
    case TERMINAL_SCALAR: return .scalar(value)
    case TERMINAL_FUNCTION: return .key(.function(Int(value)))
    case TERMINAL_UP: return .key(.up)
    case TERMINAL_DOWN: return .key(.down)
    case TERMINAL_LEFT: return .key(.left)
    case TERMINAL_RIGHT: return .key(.right)
    case TERMINAL_HOME: return .key(.home)
    case TERMINAL_END: return .key(.end)
    case TERMINAL_PAGE_UP: return .key(.pageUp)
    case TERMINAL_PAGE_DOWN: return .key(.pageDown)
    case TERMINAL_BACK_TAB: return .key(.backTab)
    case TERMINAL_BACKSPACE: return .key(.backspace)
    case TERMINAL_DELETE: return .key(.delete)
    case TERMINAL_ENTER: return .key(.enter)
    case TERMINAL_PASTE_BEGINS: return .pasteBegins
    case TERMINAL_PASTE_ENDS: return .pasteEnds
    default: return .unknown
    }
  }
}

extension Key {
  /// The key for an input, or nil when there is none.
  package init?(_ input: TerminalInput) {
    switch input {
    case .unknown, .pasteBegins, .pasteEnds: return nil
    case .key(let key): self = key
    case .scalar(let value):
      switch value {
      case 9: self = .tab
      // Return sends 13, or 10 if the terminal converts it to a line feed.
      case 10, 13: self = .enter
      case 27: self = .escape
      case 8, 127: self = .backspace
      case 1...26: self = .control(Character(UnicodeScalar(UInt8(value) + 96)))
      default:
        guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .control else { return nil }
        self = .character(Character(scalar))
      }
    }
  }
}
