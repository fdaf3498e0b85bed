/// The value of a knob.
package enum KnobValue: Sendable, Hashable {
  case number(Double)
  case integer(Int)
  /// A choice or free text.
  case text(String)
  case flag(Bool)
}

extension KnobValue: Codable {
  /// Reads a JSON boolean, number or string.
  package init(from decoder: any Decoder) throws {
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
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    }
  }
}

/// A type that a setting's value may have.
package protocol KnobScalar: Hashable, Sendable {
  /// Nil when `value` is of another type or not one of this type's values.
  init?(_ value: KnobValue)
  /// The value as presets and events carry it.
  var knobValue: KnobValue { get }
}

extension Double: KnobScalar {
  package init?(_ value: KnobValue) {
    switch value {
    case .number(let number): self = number
    case .integer(let integer): self = Double(integer)
    case .text, .flag: return nil
    }
  }
  package var knobValue: KnobValue { .number(self) }
}

extension Int: KnobScalar {
  package init?(_ value: KnobValue) {
    guard case .integer(let integer) = value else { return nil }
    self = integer
  }
  package var knobValue: KnobValue { .integer(self) }
}

extension Bool: KnobScalar {
  package init?(_ value: KnobValue) {
    guard case .flag(let flag) = value else { return nil }
    self = flag
  }
  package var knobValue: KnobValue { .flag(self) }
}

extension String: KnobScalar {
  package init?(_ value: KnobValue) {
    guard case .text(let text) = value else { return nil }
    self = text
  }
  package var knobValue: KnobValue { .text(self) }
}

extension KnobScalar where Self: RawRepresentable, RawValue == String {
  package init?(_ value: KnobValue) {
    guard case .text(let text) = value else { return nil }
    self.init(rawValue: text)
  }
  package var knobValue: KnobValue { .text(rawValue) }
}

extension KnobScalar where Self: LosslessStringConvertible {
  package init?(_ value: KnobValue) {
    guard case .text(let text) = value else { return nil }
    self.init(text)
  }
  package var knobValue: KnobValue { .text(description) }
}
