import Events

/// Keys, what they do and how that is described, declared once: dispatch, footer and help read the same value.
package struct KeyBinding<State, Answer>: Sendable {
  /// Where a pane's keys are heard.
  package enum Scope: Sendable {
    /// While the pane has the focus.
    case focused
    /// While the pane is on the screen.
    case visible
  }

  /// The keys; each of them works.
  package let keys: [Key]
  /// Where they are heard; this matters for panes only.
  package let scope: Scope
  /// What the footer says; nil when only the help lists the keys.
  package let footer: FooterWord<State>?
  /// One line of help.
  package let description: String
  /// False while the keys would do nothing.
  package let isValid: @Sendable (State) -> Bool
  /// What happens.
  package let action: @Sendable (inout State) -> [Answer]

  package init(
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

/// What the footer says about a binding, or about several that belong together.
package struct FooterWord<State>: Sendable {
  /// The keys as written: `+/-`.
  package let keys: String
  /// The word after them.
  package let word: @Sendable (State) -> String

  /// Keys and a fixed word.
  package init(_ keys: String, _ word: String) {
    self.keys = keys
    self.word = { _ in word }
  }

  /// Keys and a word that depends on the state.
  package init(_ keys: String, _ word: @escaping @Sendable (State) -> String) {
    self.keys = keys
    self.word = word
  }
}

/// A key of a pane.
package typealias PaneKey<P: Pane> = KeyBinding<P, PaneRequest>

/// What a pane asks of the shell in answer to a key.
package enum PaneRequest: Sendable, Hashable {
  /// Send this to the session.
  case send(Command)
  /// Show this line.
  case say(String)
  /// Let the value of the knob with this name be typed.
  case edit(String)
  /// Draw the curves of these runs, too; of none, when there is no name.
  case compare([String])
  /// Open the command line with this in it.
  case type(String)
  /// Measure what the machine's product of matrices reaches; the answer is news.
  case measurePeak
}

/// A binding without its state: what footer, help and tests need to know.
package struct KeyHint: Sendable, Hashable {
  /// The keys; each of them works.
  package let keys: [Key]
  /// The footer's keys and word; nil when only the help lists the keys.
  package let footer: [String]?
  /// One line of help.
  package let description: String
  /// True when the keys are heard without the focus.
  package let isHeardWhenVisible: Bool
  /// False while they would do nothing.
  package let isValid: Bool

  /// The keys as the help writes them: `↑ ↓`.
  package var label: String { keys.label }
}

extension [Key] {
  /// The keys as the help writes them: `↑ ↓`.
  fileprivate var label: String { map(\.label).joined(separator: " ") }
}

extension KeyBinding {
  /// The keys as the help writes them: `↑ ↓`.
  package var label: String { keys.label }

  /// What there is to say about the binding in a state.
  package func hint(in state: State) -> KeyHint {
    KeyHint(
      keys: keys, footer: footer.map { [$0.keys, $0.word(state)] }, description: description,
      isHeardWhenVisible: scope == .visible, isValid: isValid(state))
  }
}
