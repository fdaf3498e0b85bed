import Panes

/// A dialog in which a line is typed and edited.
protocol TypingDialog: Dialog {
  /// Moves the cursor or deletes.
  mutating func edit(_ key: Key)
}

extension TypingDialog {
  /// The keys of `LineEditor`: all that move the cursor or delete, except backspace.
  static var editing: [DialogKey<Self>] { LineEditor.keys.map { key($0.keys, $0.description) } }

  /// Backspace, where it does nothing else.
  static var erasing: DialogKey<Self> { key([.backspace], "delete the character before the cursor") }

  private static func key(_ keys: [Key], _ description: String) -> DialogKey<Self> {
    DialogKey(keys, description) {
      $0.edit(keys[0])
      return []
    }
  }
}
