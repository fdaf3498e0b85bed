import Recipe
import Spelling
import Testing

private func knob(_ name: String) throws -> AnyKnob { try #require(AnyKnob.named(name)) }

@Suite struct NudgeTests {
  private func nudged(_ name: String, _ from: KnobValue, _ presses: Int, coarse: Bool = false) throws -> KnobValue {
    try knob(name).nudged(from, presses: presses, coarse: coarse)
  }

  @Test func `ten fine presses are one coarse press, exactly`() throws {
    var value = KnobValue.number(0.5)
    for _ in 0..<10 { value = try nudged("gamma", value, 1) }
    #expect(value == .number(0.6))
    #expect(try nudged("gamma", .number(0.5), 10) == .number(0.6))
    #expect(try nudged("gamma", .number(0.5), 1, coarse: true) == .number(0.6))
    #expect(try nudged("gamma", .number(0.5), -5, coarse: true) == .number(0))
    #expect(try nudged("beta", .number(0), 3) == .number(0.3))
  }

  @Test func `every press up to the end and back shows clean numbers`() throws {
    for (name, from, count) in [("gamma", 0.0, 100), ("momentum", 0.0, 99), ("data.noise", 0, 100), ("beta", 0, 1000)] {
      var value = KnobValue.number(from)
      for press in 1...count {
        value = try nudged(name, value, 1)
        #expect(value == .number(Double(press) / (name == "beta" ? 10 : 100)))
      }
    }
  }

  @Test func `values stay in their range`() throws {
    #expect(try nudged("gamma", .number(0.95), 1, coarse: true) == .number(1))
    #expect(try nudged("gamma", .number(0.005), -1) == .number(0))
    #expect(try nudged("momentum", .number(0.9), 1, coarse: true) == .number(0.9999))
    #expect(try nudged("momentum", .number(0.9999), -1) == .number(0.99))
    #expect(try nudged("attack.steps", .integer(3), -1, coarse: true) == .integer(1))
    #expect(try nudged("attack.steps", .integer(999), 1, coarse: true) == .integer(1000))
  }

  @Test func `between two steps the first press goes to the next one`() throws {
    #expect(try nudged("beta", .number(0.05), 1) == .number(0.1))
    #expect(try nudged("beta", .number(0.05), -1) == .number(0))
    #expect(try nudged("eps", .number(0.3), 1) == .number(77.0 / 255))
    #expect(try nudged("eps", .number(0.3), -1) == .number(76.0 / 255))
  }

  @Test func `fractions move by levels of 255`() throws {
    #expect(try nudged("eps", .number(8.0 / 255), 1) == .number(9.0 / 255))
    #expect(try nudged("eps", .number(8.0 / 255), 1, coarse: true) == .number(12.0 / 255))
    #expect(try nudged("attack.step", .number(4.0 / 255), 1) == .number(4.5 / 255))
    #expect(try nudged("attack.step", .number(4.0 / 255), -1, coarse: true) == .number(2.0 / 255))
    // ε must stay above 0: the last press down does nothing.
    #expect(try nudged("eps", .number(1.0 / 255), -1) == .number(1.0 / 255))
    #expect(try nudged("eps", .number(254.0 / 255), 3) == .number(1))
    for level in 1..<255 {
      #expect(try nudged("eps", .number(Double(level) / 255), 1) == .number(Double(level + 1) / 255))
    }
  }

  @Test func `factors keep three digits and come back`() throws {
    #expect(try nudged("lr", .number(0.1), 1) == .number(0.11))
    #expect(try nudged("lr", .number(0.1), 1, coarse: true) == .number(0.2))
    #expect(try nudged("lr", .number(0.11), -1) == .number(0.1))
    #expect(try nudged("weight_decay", .number(5e-4), 2) == .number(6.05e-4))
    #expect(try nudged("lr", .number(80), 1, coarse: true) == .number(100))
    #expect(try nudged("weight_decay", .number(0.9), 3) == .number(1))
    var value = KnobValue.number(0.1)
    for _ in 0..<400 {
      value = try nudged("lr", value, -1)
      guard case .number(let number) = value else { return }
      #expect(Fraction.decimal(number).count <= 9)
    }
    // Down to 0, where factors lead nowhere, and up again.
    #expect(value == .number(0))
    #expect(try nudged("lr", value, 1) == .number(1e-6))
  }

  @Test func `choices and flags move by one place`() throws {
    #expect(try nudged("objective", .text("at"), 1) == .text("mat"))
    #expect(try nudged("objective", .text("mart"), 1) == .text("mart"))
    #expect(try nudged("objective", .text("standard"), -1) == .text("standard"))
    #expect(try nudged("nesterov", .flag(true), 1) == .flag(false))
    #expect(try nudged("nesterov", .flag(true), 0) == .flag(true))
    #expect(try nudged("data.dir", .text("x"), 1) == .text("x"))
  }

  @Test func `whatever is pressed, the value is accepted`() throws {
    for knob in AnyKnob.all {
      for coarse in [false, true] {
        for presses in [-1000, -7, -1, 0, 1, 3, 1000] {
          let moved = knob.nudged(knob.initial, presses: presses, coarse: coarse)
          #expect(try knob.validated(moved) == moved, "\(knob.name) \(presses)")
          if presses == 0 { #expect(moved == knob.initial) }
        }
      }
    }
  }

  /// Keys lead to numbers that a person would write: 71.2, not 71.24999999999999.
  @Test func noNumberOfDigitsAccumulates() {
    for knob in AnyKnob.all {
      guard case .number = knob.kind else { continue }
      for (presses, coarse) in [(1, true), (1, false), (-1, true), (-1, false), (3, true), (-2, false)] {
        var value = knob.initial
        for _ in 0..<200 {
          value = knob.nudged(value, presses: presses, coarse: coarse)
          #expect(knob.format(value).count <= 9, "\(knob.name) \(knob.format(value))")
        }
      }
    }
  }
}
