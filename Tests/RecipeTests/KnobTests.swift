import Recipe
import Spelling
import Testing

private func knob(_ name: String) throws -> AnyKnob { try #require(AnyKnob.named(name)) }

@Suite struct KnobTests {
  @Test func `names are unique, documented and found`() {
    #expect(Set(AnyKnob.all.map(\.name)).count == AnyKnob.all.count)
    for knob in AnyKnob.all {
      #expect(AnyKnob.named(knob.name)?.name == knob.name)
      #expect(knob.help.count > 8 && !knob.help.contains("\n") && !knob.symbol.isEmpty && !knob.accepted.isEmpty)
      #expect(knob.name.allSatisfy { $0.isLowercase || "._0123456789".contains($0) })
      #expect(knob.isLive == (knob.effect != .atStart))
    }
    #expect(AnyKnob.named("gama") == nil)
  }

  @Test func `initial values are accepted and read back as they are written`() throws {
    for knob in AnyKnob.all {
      #expect(try knob.validated(knob.initial) == knob.initial)
      #expect(try knob.parse(knob.format(knob.initial)) == knob.initial)
    }
  }

  @Test func `ranges end where they say`() throws {
    for knob in AnyKnob.all {
      switch knob.kind {
      case .number(let range, let fine, let coarse, _):
        #expect(throws: SettingError.self) { try knob.validated(.number(range.upperBound.nextUp)) }
        #expect(throws: SettingError.self) { try knob.validated(.number(range.lowerBound.nextDown)) }
        #expect(throws: SettingError.self) { try knob.validated(.number(.nan)) }
        #expect(throws: SettingError.self) { try knob.validated(.number(.infinity)) }
        #expect(try knob.validated(.number(range.upperBound)) == .number(range.upperBound))
        #expect(((try? knob.validated(.number(range.lowerBound))) == nil) == knob.excludesLowerBound)
        #expect(fine > 0 && coarse > fine)
      case .integer(let range, _, _):
        #expect(throws: SettingError.self) { try knob.validated(.integer(range.upperBound + 1)) }
        #expect(throws: SettingError.self) { try knob.validated(.integer(range.lowerBound - 1)) }
        #expect(try knob.validated(.integer(range.lowerBound)) == .integer(range.lowerBound))
      case .choice(let choices):
        for choice in choices { #expect(try knob.parse(choice) == .text(choice)) }
        #expect(throws: SettingError.self) { try knob.parse("") }
      case .flag, .text: break
      }
    }
  }

  @Test(arguments: [
    ("8/255", 8.0 / 255), ("0.0314", 0.0314), (" 16 / 255 ", 16.0 / 255), ("1e-3", 0.001), ("1", 1), (".5", 0.5),
    ("20/300", 20.0 / 300),
  ]) func `numbers may be fractions`(text: String, value: Double) throws {
    #expect(try knob("eps").parse(text) == .number(value))
  }

  @Test(arguments: [
    "8/0", "0/0", "0", "-1/255", "-0.1", "1.0001", "256/255", "", "/", "8/", "/255", "1/2/3", "eight", "nan", "inf",
    "1,5",
  ])
  func `an ε that cannot be is refused with the remedy`(text: String) throws {
    let error = #expect(throws: SettingError.self) { try knob("eps").parse(text) }
    #expect(
      error?.description
        == "eps: '\(text)' is not accepted; use a number or a fraction such as 8/255 above 1e-07, up to 1")
  }

  @Test(arguments: ["-0.01", "1.01", "half"]) func `a γ outside 0 … 1 is refused`(text: String) throws {
    let error = #expect(throws: SettingError.self) { try knob("gamma").parse(text) }
    #expect(error?.description == "gamma: '\(text)' is not accepted; use a number in 0 … 1")
  }

  @Test func `τ is no smaller than numbers can divide by`() throws {
    let temperature = try knob("dbn.temperature")
    #expect(try temperature.parse("1e-6") == .number(1e-6))
    for text in ["1e-320", "0", "9e-7"] {
      #expect(throws: SettingError.self, "\(text)") { try temperature.parse(text) }
    }
    #expect(temperature.nudged(.number(2e-6), presses: -9, coarse: true) == .number(1e-6))
  }

  @Test func `values of another kind are refused, whole numbers stand for real ones`() throws {
    #expect(try knob("gamma").validated(.integer(1)) == .number(1))
    #expect(throws: SettingError.self) { try knob("attack.steps").validated(.number(5)) }
    #expect(throws: SettingError.self) { try knob("nesterov").validated(.integer(1)) }
    #expect(throws: SettingError.self) { try knob("objective").validated(.flag(true)) }
    #expect(throws: SettingError.self) { try knob("data.dir").validated(.number(1)) }
  }

  @Test(arguments: ["", "0.5", "0.5,0.75", "1/2,3/4, 0.9"]) func `drops of lr are rising shares`(text: String) throws {
    #expect(try knob("lr.drops").parse(text) == .text(text))
  }

  @Test(arguments: ["x", "0.5,", "0.5,0.5", "0.7,0.5", "-0.1", "1.1", "0.5;0.7"])
  func `other drops are refused`(text: String) throws {
    let error = #expect(throws: SettingError.self) { try knob("lr.drops").parse(text) }
    #expect(
      error?.description
        == "lr.drops: '\(text)' is not accepted; use comma-separated increasing numbers in 0 … 1, or nothing")
  }

  @Test(arguments: [
    (8.0 / 255, "8/255"), (4.5 / 255, "4.5/255"), (0.3, "0.3"), (0.2, "0.2"), (0.35, "0.35"), (1, "1"),
    (0.031, "0.031"),
    (254.0 / 255, "254/255"), (0.175, "0.175"),
  ]) func `ε is shown as a person would write it`(value: Double, text: String) throws {
    #expect(try knob("eps").format(.number(value)) == text)
    #expect(try knob("eps").parse(text) == .number(value))
  }
}
