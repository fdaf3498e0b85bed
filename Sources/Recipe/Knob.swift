/// One setting of a run, declared once with the type of its value: `settings[.gamma]` is a `Double`.
///
/// Each is a constant in one of the `Knob+….swift` files and a line of `AnyKnob.all`.
package struct Knob<Value: KnobScalar>: Sendable {
  /// Name, range, help: everything but the type.
  package let declaration: AnyKnob
  /// The value where a preset does not mention it.
  package let initial: Value

  /// The name in presets, on the command line and in the journal.
  package var name: String { declaration.name }

  private init(
    _ traits: KnobTraits, _ kind: AnyKnob.Kind, _ initial: Value, rule: AnyKnob.TextRule? = nil, _ help: String
  ) {
    declaration = AnyKnob(traits, kind: kind, initial: initial.knobValue, rule: rule, help: help)
    self.initial = initial
  }
}

/// What a declaration says next to range and help; everything but the name has a usual value.
struct KnobTraits: Sendable {
  var name: String
  var symbol: String?
  var unit = ""
  var effect = AnyKnob.Effect.nextStep
  var excludesLowerBound = false
  var confirms = false
  var numbers: [String] = []
  var idle: @Sendable (Settings) -> String? = { _ in nil }
  var plausible: @Sendable (Settings) -> ClosedRange<Double>? = { _ in nil }

  init(
    _ name: String, symbol: String? = nil, unit: String = "", effect: AnyKnob.Effect = .nextStep,
    excludesLowerBound: Bool = false, confirms: Bool = false, numbers: [String] = [],
    plausible: @escaping @Sendable (Settings) -> ClosedRange<Double>? = { _ in nil },
    idle: @escaping @Sendable (Settings) -> String? = { _ in nil }
  ) {
    self.name = name
    self.symbol = symbol
    self.unit = unit
    self.effect = effect
    self.excludesLowerBound = excludesLowerBound
    self.confirms = confirms
    self.numbers = numbers
    self.idle = idle
    self.plausible = plausible
  }
}

extension Knob where Value == Double {
  /// A real number; see `AnyKnob.Kind.number`.
  static func number(
    _ traits: KnobTraits, _ range: ClosedRange<Double>, fine: Double, coarse: Double,
    style: AnyKnob.NumberStyle = .decimal, initial: Double, _ help: String
  ) -> Knob {
    Knob(traits, .number(range, fine: fine, coarse: coarse, style: style), initial, help)
  }

  /// A share of something, in 0 … 1.
  static func share(_ traits: KnobTraits, coarse: Double = 0.1, initial: Double, _ help: String) -> Knob {
    number(traits, 0...1, fine: 0.01, coarse: coarse, initial: initial, help)
  }
}

extension Knob where Value == Int {
  /// A whole number.
  static func integer(
    _ traits: KnobTraits, _ range: ClosedRange<Int>, fine: Int = 1, coarse: Int, initial: Int, _ help: String
  ) -> Knob {
    Knob(traits, .integer(range, fine: fine, coarse: coarse), initial, help)
  }
}

extension Knob where Value == Bool {
  /// On or off.
  static func flag(_ traits: KnobTraits, initial: Bool, _ help: String) -> Knob { Knob(traits, .flag, initial, help) }
}

extension Knob where Value == String {
  /// Free text, such as a folder.
  static func text(_ traits: KnobTraits, initial: String, _ help: String) -> Knob { Knob(traits, .text, initial, help) }
}

extension Knob where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the type's cases: a catalogue or an enumeration.
  static func choice(_ traits: KnobTraits, initial: Value, _ help: String) -> Knob {
    Knob(traits, .choice(Value.allCases.map(\.rawValue)), initial, help)
  }
}

extension Knob where Value: LosslessStringConvertible {
  /// A text with a grammar of its own.
  static func parsed(_ traits: KnobTraits, initial: Value, accepted: String, _ help: String) -> Knob {
    let rule = AnyKnob.TextRule(accepted: accepted) { Value($0) != nil }
    return Knob(traits, .text, initial, rule: rule, help)
  }
}
