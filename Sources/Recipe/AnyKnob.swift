/// The declaration of a setting without the type of its value: what preset files, the command line, help, validation
/// and the Controls pane derive from. `Knob` is the same with the type.
package struct AnyKnob: Sendable {
  /// What values it takes, and how far one key press moves it.
  package enum Kind: Sendable {
    /// A real number. `fraction` shows multiples of 1/255 as `k/255`; `logarithmic` makes the increments factors.
    case number(ClosedRange<Double>, fine: Double, coarse: Double, style: NumberStyle = .decimal)
    case integer(ClosedRange<Int>, fine: Int, coarse: Int)
    case choice([String])
    case flag
    /// Free text, such as a folder.
    case text
  }

  /// How a number is shown and moved.
  package enum NumberStyle: Sendable { case decimal, fraction, logarithmic }

  /// When a change takes effect.
  package enum Effect: String, Sendable, Codable {
    /// From the next training step on.
    case nextStep = "next step"
    /// Between two steps the network is rebuilt around its weights.
    case surgery = "surgery before the next step"
    /// Only when the run starts: the network or the data depend on it.
    case atStart = "at the start"
  }

  /// Which free texts are accepted.
  package struct TextRule: Sendable {
    /// The accepted texts in words.
    package let accepted: String
    /// True for an accepted text.
    package let holds: @Sendable (String) -> Bool
  }

  /// The name in presets, on the command line and in the journal: `attack.steps`.
  package let name: String
  /// The sign the paper uses, or the name: `γ`.
  package let symbol: String
  /// The range, increments and style.
  package let kind: Kind
  /// The value where a preset does not mention it.
  package let initial: KnobValue
  /// Its unit; empty for a pure number.
  package let unit: String
  /// When a change takes effect.
  package let effect: Effect
  /// One line of help.
  package let help: String
  /// True when the lower end of the range itself is not allowed (ε > 0).
  package let excludesLowerBound: Bool
  /// For free text: which texts are accepted; nil when all are.
  package let rule: TextRule?
  /// Names of the settings that numbers behind a choice set: `attack.steps` for `PGD-20`.
  package let numbers: [String]
  /// True when a live change asks for confirmation and says first what will happen.
  package let confirms: Bool
  /// The range outside of which a number is hardly meant; nil where all of it may be.
  let plausible: @Sendable (Settings) -> ClosedRange<Double>?
  private let idle: @Sendable (Settings) -> String?

  init(_ traits: KnobTraits, kind: Kind, initial: KnobValue, rule: TextRule? = nil, help: String) {
    name = traits.name
    symbol = traits.symbol ?? traits.name
    self.kind = kind
    self.initial = initial
    unit = traits.unit
    effect = traits.effect
    excludesLowerBound = traits.excludesLowerBound
    self.rule = rule
    numbers = traits.numbers
    confirms = traits.confirms
    idle = traits.idle
    plausible = traits.plausible
    self.help = help
  }

  /// Why it has no effect with these settings: `not used by AT`; nil when it has one.
  package func idleReason(in settings: Settings) -> String? { idle(settings) }

  /// True when it can be changed while a run goes on.
  package var isLive: Bool { effect != .atStart }
}
