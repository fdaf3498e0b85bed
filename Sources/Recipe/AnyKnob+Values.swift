import Spelling

/// Parsing, checking, showing and nudging the values of a knob.
extension AnyKnob {
  /// Reads a value as typed on the command line or in a preset. Who `takesNumbers` sets what numbers behind a choice
  /// say too, `PGD-20`; for others they are an error. Throws `SettingError` with the accepted values.
  package func parse(_ text: String, takesNumbers: Bool = false) throws -> KnobValue {
    switch kind {
    case .number:
      // An error repeats what was typed, `-1/255`, and not what it comes to.
      guard let value = Fraction.parse(text), let valid = try? validated(.number(value)) else {
        throw SettingError.badValue(self, text)
      }
      return valid
    case .integer:
      guard let value = Int(text) else { throw SettingError.badValue(self, text) }
      return try validated(.integer(value))
    case .choice(let choices):
      guard let known = KnownName(text, in: choices, numbers: numbers.count) else { return try validated(.text(text)) }
      guard known.numbers.isEmpty || takesNumbers else {
        let others = zip(numbers, known.numbers).map { "\($0)=\($1)" }.joined(separator: " and ")
        throw SettingError("\(name): '\(text)' sets more than \(name); set \(name)=\(known.name) and \(others)")
      }
      return try validated(.text(known.name))
    case .flag:
      switch text.lowercased() {
      case "true", "yes", "on", "1": return .flag(true)
      case "false", "no", "off", "0": return .flag(false)
      default: throw SettingError.badValue(self, text)
      }
    case .text: return try validated(.text(text))
    }
  }

  /// The value itself when it is of the right type and in range; throws `SettingError` otherwise.
  package func validated(_ value: KnobValue) throws -> KnobValue {
    switch (kind, value) {
    case (.number(let range, _, _, _), .number(let number)):
      let aboveLower = excludesLowerBound ? number > range.lowerBound : number >= range.lowerBound
      guard number.isFinite, aboveLower, number <= range.upperBound else {
        throw SettingError.badValue(self, format(value))
      }
      return value
    case (.number, .integer(let integer)): return try validated(.number(Double(integer)))
    case (.integer(let range, _, _), .integer(let integer)):
      guard range.contains(integer) else { throw SettingError.badValue(self, format(value)) }
      return value
    case (.choice(let choices), .text(let choice)):
      guard choices.contains(choice) else { throw SettingError.badValue(self, choice) }
      return value
    case (.text, .text(let text)):
      guard rule?.holds(text) ?? true else { throw SettingError.badValue(self, text) }
      return value
    case (.flag, .flag): return value
    default: throw SettingError.badValue(self, format(value))
    }
  }

  /// The value as a person writes it: `16/255`, `0.5`, `mat`, `on`.
  package func format(_ value: KnobValue) -> String {
    switch value {
    case .number(let number):
      if case .number(_, _, _, .fraction) = kind { return Fraction.format(number) }
      return Fraction.decimal(number)
    case .integer(let integer): return "\(integer)"
    case .text(let text): return text
    case .flag(let flag): return flag ? "on" : "off"
    }
  }

  /// The accepted values in words: `a number in 0 … 1`, `one of standard, at, mat, trades`.
  package var accepted: String {
    switch kind {
    case .number(let range, _, _, let style):
      let lower = Fraction.decimal(range.lowerBound), upper = Fraction.decimal(range.upperBound)
      let what = style == .fraction ? "a number or a fraction such as 8/255" : "a number"
      return excludesLowerBound ? "\(what) above \(lower), up to \(upper)" : "\(what) in \(lower) … \(upper)"
    case .integer(let range, _, _): return "a whole number in \(range.lowerBound) … \(range.upperBound)"
    case .choice(let choices): return "one of " + choices.joined(separator: ", ")
    case .flag: return "on or off"
    case .text: return rule?.accepted ?? "text"
    }
  }

  /// The value moved by `presses` key presses, kept in range. Choices and flags move by one place.
  package func nudged(_ value: KnobValue, presses: Int, coarse: Bool) -> KnobValue {
    switch (kind, value) {
    case (.number(let range, let fine, let wide, let style), .number(let number)):
      var moved =
        switch style {
        case .logarithmic: multiplied(number, by: coarse ? wide : fine, presses: presses)
        case .decimal:
          ticks(from: number, fine: fine, coarse: coarse ? wide : fine, presses: presses, perUnit: tenths(fine))
        case .fraction: ticks(from: number, fine: fine, coarse: coarse ? wide : fine, presses: presses, perUnit: 510)
        }
      moved = min(max(moved, range.lowerBound), range.upperBound)
      if excludesLowerBound && moved <= range.lowerBound { moved = number }
      return .number(moved)
    case (.integer(let range, let fine, let wide), .integer(let integer)):
      return .integer(min(max(integer + presses * (coarse ? wide : fine), range.lowerBound), range.upperBound))
    case (.choice(let choices), .text(let choice)):
      guard let place = choices.firstIndex(of: choice) else { return value }
      return .text(choices[min(max(place + presses, 0), choices.count - 1)])
    case (.flag, .flag(let flag)): return presses == 0 ? value : .flag(!flag)
    default: return value
    }
  }

  /// Goes along the multiples of `fine`, so that ten presses of 0.01 give 0.1 and not 0.09999. From between two
  /// multiples the first press goes to the next one. `perUnit` is a whole number of which every result is a fraction.
  private func ticks(from number: Double, fine: Double, coarse: Double, presses: Int, perUnit: Double) -> Double {
    let place = number / fine, nearest = place.rounded()
    let start = abs(place - nearest) < 1e-6 ? nearest : presses > 0 ? place.rounded(.down) : place.rounded(.up)
    return ((start + Double(presses) * (coarse / fine).rounded()) * fine * perUnit).rounded() / perUnit
  }

  /// The smallest power of ten of which `increment` is a whole multiple, 1e9 at most.
  private func tenths(_ increment: Double) -> Double {
    var scale = 1.0
    while scale < 1e9, abs((increment * scale).rounded() - increment * scale) > 1e-9 * scale { scale *= 10 }
    return scale
  }

  /// `number` times `factor` for each press, each time to three digits. From 0, where factors lead nowhere, up to 1e-6.
  private func multiplied(_ number: Double, by factor: Double, presses: Int) -> Double {
    var moved = number
    for _ in 0..<abs(presses) {
      if moved == 0 {
        moved = presses > 0 ? 1e-6 : 0
      } else {
        moved = threeDigits(presses > 0 ? moved * factor : moved / factor)
        if moved < 1e-6 { moved = 0 }
      }
    }
    return moved
  }

  /// The nearest number of three decimal digits; for numbers in 1e-6 … 1e6.
  private func threeDigits(_ value: Double) -> Double {
    var scale = 1.0
    while value * scale < 100, scale < 1e9 { scale *= 10 }
    return value * scale >= 1000 ? value.rounded() : (value * scale).rounded() / scale
  }
}

extension SettingError {
  static func badValue(_ knob: AnyKnob, _ text: String) -> SettingError {
    var message = "\(knob.name): '\(text)' is not accepted; use \(knob.accepted)"
    if case .choice(let choices) = knob.kind, let near = nearestName(to: text, in: choices) {
      message += " (did you mean '\(near)'?)"
    }
    return SettingError(message)
  }

  /// No setting has that name.
  package static func unknown(_ name: String) -> SettingError {
    let near = nearestName(to: name, in: AnyKnob.all.map(\.name))
    let hint = near.map { "did you mean '\($0)'?" } ?? "'dualab presets show NAME' lists all settings"
    return SettingError("'\(name)' is not a setting; \(hint)")
  }
}
