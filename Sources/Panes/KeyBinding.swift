import Events

/// Keys, what they do, and the words for it, declared once: dispatch, footer and help read the same value.
public struct KeyBinding<State, Answer>: Sendable {
  /// Where a pane's keys are heard.
  public enum Scope: Sendable {
    /// While the pane has the focus.
    case focused
    /// While the pane is on the screen.
    case visible
  }

  /// Any of these.
  public let keys: [Key]
  /// Where they are heard; only panes care.
  public let scope: Scope
  /// What the footer says; nil: only the help names the keys.
  public let footer: FooterWord<State>?
  /// One line of help.
  public let description: String
  /// False while the keys would do nothing.
  public let isValid: @Sendable (State) -> Bool
  /// What happens.
  public let action: @Sendable (inout State) -> [Answer]

  /// A binding.
  public init(
    _ keys: [Key], scope: Scope = .focused, footer: FooterWord<State>? = nil, _ description: String,
    when isValid: @escaping @Sendable (State) -> Bool = { _ in true },
    action: @escaping @Sendable (inout State) -> [Answer]
  ) {
    self.keys = keys
    self.scope = scope
    self.footer = footer
    self.description = description
    self.isValid = isValid
    self.action = action
  }
}

/// What the footer says of a binding, or of several that belong together.
public struct FooterWord<State>: Sendable {
  /// The keys as written: `+/-`.
  public let keys: String
  /// The word behind them.
  public let word: @Sendable (State) -> String

  /// Keys and a fixed word.
  public init(_ keys: String, _ word: String) {
    self.keys = keys
    self.word = { _ in word }
  }

  /// Keys and a word that depends on the state.
  public init(_ keys: String, _ word: @escaping @Sendable (State) -> String) {
    self.keys = keys
    self.word = word
  }
}

/// A binding of a pane.
public typealias PaneKey<P: Pane> = KeyBinding<P, PaneRequest>

/// What a pane asks of the shell in answer to a key.
public enum PaneRequest: Sendable, Hashable {
  /// Send this to the session.
  case send(Command)
  /// Show this line.
  case say(String)
}

/// A binding without its state: what footer, help and tests need of it.
public struct KeyHint: Sendable, Hashable {
  /// Any of these.
  public let keys: [Key]
  /// Footer's keys and word; nil: only in the help.
  public let footer: [String]?
  /// One line of help.
  public let description: String
  /// True when the keys are heard without the focus.
  public let isHeardWhenVisible: Bool
  /// False while they would do nothing.
  public let isValid: Bool

  /// The keys as the help writes them: `↑ ↓`.
  public var label: String { keys.map(\.label).joined(separator: " ") }
}

extension KeyBinding {
  /// What can be said of the binding in a state.
  public func hint(in state: State) -> KeyHint {
    KeyHint(
      keys: keys, footer: footer.map { [$0.keys, $0.word(state)] }, description: description,
      isHeardWhenVisible: scope == .visible, isValid: isValid(state))
  }
}
