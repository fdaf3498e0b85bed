import Spelling

/// `name=value`, the form of `--set`.
package struct Assignment: Sendable, Hashable {
  package let name: String
  package let value: String

  /// That a knob gets a value.
  package init<Value>(_ knob: Knob<Value>, _ value: Value) {
    (name, self.value) = (knob.name, knob.declaration.format(value.knobValue))
  }

  /// Splits the text at its first `=`. Throws `SettingError` when there is none.
  package init(_ text: String) throws {
    guard let equals = text.firstIndex(of: "=") else {
      throw SettingError("--set \(text): use NAME=VALUE, for example gamma=0.1")
    }
    name = String(text[..<equals])
    value = String(text[text.index(after: equals)...])
  }
}
