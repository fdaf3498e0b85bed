/// The value of every knob: a resolved preset.
public struct Settings: Sendable, Hashable {
  private var values: [String: KnobValue]

  /// Every knob at its initial value.
  public init() {
    values = Dictionary(uniqueKeysWithValues: Knob.all.map { ($0.name, $0.initial) })
  }

  /// The value of a knob; nil for a name that is not a setting.
  public subscript(name: String) -> KnobValue? { values[name] }

  /// Sets a value after checking it. Throws `SettingError`.
  public mutating func set(_ name: String, to value: KnobValue) throws {
    guard let knob = Knob.named(name) else { throw SettingError.unknown(name) }
    values[knob.name] = try knob.validated(value)
  }

  /// Sets a value as typed. Throws `SettingError`.
  public mutating func set(_ name: String, parsing text: String) throws {
    guard let knob = Knob.named(name) else { throw SettingError.unknown(name) }
    values[knob.name] = try knob.parse(text)
  }

  /// Applies `name=value`, the form of `--set`. Throws `SettingError`.
  public mutating func apply(assignment: String) throws {
    guard let equals = assignment.firstIndex(of: "=") else {
      throw SettingError("--set \(assignment): give NAME=VALUE, such as gamma=0.1")
    }
    try set(String(assignment[..<equals]), parsing: String(assignment[assignment.index(after: equals)...]))
  }

  /// The value as a person writes it.
  public func formatted(_ name: String) -> String {
    guard let knob = Knob.named(name), let value = values[name] else { return "" }
    return knob.format(value)
  }

  /// A real-valued knob.
  public func number(_ name: String) -> Double {
    switch values[name] {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: preconditionFailure("no real-valued knob '\(name)'")
    }
  }

  /// A whole-numbered knob.
  public func integer(_ name: String) -> Int {
    guard case .integer(let value) = values[name] else { preconditionFailure("no whole-numbered knob '\(name)'") }
    return value
  }

  /// A choice or text.
  public func text(_ name: String) -> String {
    guard case .text(let value) = values[name] else { preconditionFailure("no text knob '\(name)'") }
    return value
  }

  /// An on/off knob.
  public func flag(_ name: String) -> Bool {
    guard case .flag(let value) = values[name] else { preconditionFailure("no on/off knob '\(name)'") }
    return value
  }
}

extension Settings: Codable {
  /// Reads an object of names and values; knobs not mentioned keep their initial value. Throws on unknown names.
  public init(from decoder: any Decoder) throws {
    self.init()
    for (name, value) in try [String: KnobValue](from: decoder) { try set(name, to: value) }
  }

  /// Writes every knob.
  public func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }
}
