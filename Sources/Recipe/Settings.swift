import Spelling

/// The value of every knob: a resolved preset.
package struct Settings: Sendable, Hashable {
  /// The values that differ from their knob's initial one, by the knob's name.
  private var changed: [String: KnobValue] = [:]

  /// Every knob at its initial value.
  package init() {}

  /// The value of a knob.
  package subscript<Value>(knob: Knob<Value>) -> Value { changed[knob.name].flatMap(Value.init) ?? knob.initial }

  /// The value of a knob whose type is not known.
  package subscript(knob: AnyKnob) -> KnobValue { changed[knob.name] ?? knob.initial }

  /// Sets a value. Throws `SettingError` when it is out of range.
  package mutating func set<Value>(_ knob: Knob<Value>, to value: Value) throws {
    store(try knob.declaration.validated(value.knobValue), of: knob.declaration)
  }

  /// Sets the value of a knob from its name, as files and events have it. Throws `SettingError`.
  package mutating func set(_ name: String, to value: KnobValue) throws {
    guard let knob = AnyKnob.named(name) else { throw SettingError.unknown(name) }
    store(try knob.validated(value), of: knob)
  }

  /// Sets a value as typed. Throws `SettingError`.
  package mutating func set(_ name: String, parsing text: String) throws {
    guard let knob = AnyKnob.named(name) else { throw SettingError.unknown(name) }
    store(try knob.parse(text, takesNumbers: true), of: knob)
    try setNumbers(of: knob, parsing: text)
  }

  /// Sets what the numbers behind a choice say: `attack=PGD-20` sets `attack.steps` too. Throws `SettingError`.
  package mutating func setNumbers(of knob: AnyKnob, parsing text: String) throws {
    guard case .choice(let choices) = knob.kind,
      let known = KnownName(text, in: choices, numbers: knob.numbers.count), !known.numbers.isEmpty
    else { return }
    for (name, number) in zip(knob.numbers, known.numbers) {
      guard let other = AnyKnob.named(name), other.idleReason(in: self) == nil else {
        throw SettingError("\(knob.name) \(text): \(known.name) takes no numbers; use \(known.name)")
      }
      store(try other.validated(.integer(number)), of: other)
    }
  }

  /// Applies `name=value`, the form of `--set`. Throws `SettingError`.
  package mutating func apply(assignment: String) throws {
    let change = try Assignment(assignment)
    try set(change.name, parsing: change.value)
  }

  /// Takes over the value that a knob has in other settings.
  package mutating func copy(_ knob: AnyKnob, from other: Settings) { store(other[knob], of: knob) }

  /// The value as a person writes it.
  package func formatted<Value>(_ knob: Knob<Value>) -> String { formatted(knob.declaration) }

  /// The same of a knob whose type is not known.
  package func formatted(_ knob: AnyKnob) -> String { knob.format(self[knob]) }

  /// The knobs whose values differ.
  package func differences(from other: Settings) -> [AnyKnob] { AnyKnob.all.filter { self[$0] != other[$0] } }

  private mutating func store(_ value: KnobValue, of knob: AnyKnob) {
    changed[knob.name] = value == knob.initial ? nil : value
  }
}

extension Settings: Codable {
  /// Reads an object of names and values; knobs not mentioned keep their initial value. Throws on unknown names.
  package init(from decoder: any Decoder) throws {
    self.init()
    for (name, value) in try [String: KnobValue](from: decoder) { try set(name, to: value) }
  }

  /// Writes every knob.
  package func encode(to encoder: any Encoder) throws {
    try Dictionary(uniqueKeysWithValues: AnyKnob.all.map { ($0.name, self[$0]) }).encode(to: encoder)
  }
}
