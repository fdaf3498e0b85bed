/// One setting of a run, declared once: parsing, validation, help, the Controls pane and preset files derive from it.
public struct Knob: Sendable {
  /// What values it takes, and how far one key press moves it.
  public enum Kind: Sendable {
    /// A real number. `fraction` shows multiples of 1/255 as `k/255`; `logarithmic` makes the increments factors.
    case number(ClosedRange<Double>, fine: Double, coarse: Double, style: NumberStyle = .decimal)
    case integer(ClosedRange<Int>, fine: Int, coarse: Int)
    case choice([String])
    case flag
    /// Free text, such as a folder.
    case text
  }

  /// How a number is shown and moved.
  public enum NumberStyle: Sendable { case decimal, fraction, logarithmic }

  /// When a change takes effect.
  public enum Effect: String, Sendable, Codable {
    /// From the next training step on.
    case nextStep = "next step"
    /// Between two steps the network is made anew with the weights it has.
    case surgery = "surgery before the next step"
    /// Only when the run starts: the network or the data depend on it.
    case atStart = "at the start"
  }

  /// Which free texts are accepted.
  public struct TextRule: Sendable {
    /// The accepted texts in words.
    public let accepted: String
    /// True for an accepted text.
    public let holds: @Sendable (String) -> Bool
  }

  /// The name in presets, on the command line and in the journal: `attack.steps`.
  public let name: String
  /// The sign the paper uses, or the name: `γ`.
  public let symbol: String
  /// The range, increments and style.
  public let kind: Kind
  /// What a preset gets that does not mention it.
  public let initial: KnobValue
  /// What it is measured in; empty when it is a pure number.
  public let unit: String
  /// When a change takes effect.
  public let effect: Effect
  /// One line of help.
  public let help: String
  /// True when the smallest value of the range itself is not allowed (ε > 0).
  public let excludesLowerBound: Bool
  /// For free text: which ones are accepted; nil when all are.
  public let rule: TextRule?
  /// True when a live change means so much that a person is told first what will happen.
  public let confirms: Bool
  private let idle: @Sendable (Settings) -> String?

  init(
    _ name: String, symbol: String? = nil, _ kind: Kind, _ initial: KnobValue, unit: String = "",
    effect: Effect = .nextStep, excludesLowerBound: Bool = false, rule: TextRule? = nil, confirms: Bool = false,
    idle: @escaping @Sendable (Settings) -> String? = { _ in nil }, _ help: String
  ) {
    self.name = name
    self.symbol = symbol ?? name
    self.kind = kind
    self.initial = initial
    self.unit = unit
    self.effect = effect
    self.excludesLowerBound = excludesLowerBound
    self.rule = rule
    self.confirms = confirms
    self.idle = idle
    self.help = help
  }

  /// Why it does nothing with these settings: `not used by AT`; nil when it does something.
  public func idleReason(in settings: Settings) -> String? { idle(settings) }

  /// True when it can be changed while a run goes on.
  public var isLive: Bool { effect != .atStart }
}

/// The value of a knob.
public enum KnobValue: Sendable, Hashable {
  case number(Double)
  case integer(Int)
  /// A choice or free text.
  case text(String)
  case flag(Bool)
}

extension KnobValue: Codable {
  /// Reads a JSON boolean, number or string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let integer = try? container.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  /// Writes a plain JSON boolean, number or string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    }
  }
}
