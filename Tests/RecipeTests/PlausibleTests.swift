import Recipe
import Testing

/// A held key cannot take a setting anywhere unnoticed.
@Suite struct PlausibleTests {
  private func presses(_ name: String, _ settings: Settings = Settings()) throws -> Int? {
    let knob = try #require(AnyKnob.named(name))
    var value = settings[knob]
    for press in 1...60 {
      let next = knob.nudged(value, presses: 1, coarse: true)
      if knob.leavesPlausible(from: value, to: next, in: settings) { return press }
      value = next
    }
    return nil
  }

  @Test func aHeldKeyComesToAQuestion() throws {
    for (name, most) in [
      ("lr", 4), ("beta", 21), ("eps", 18), ("attack.step", 20), ("attack.steps", 9), ("momentum", 1),
    ] {
      let count = try presses(name)
      #expect(count.map { $0 <= most } ?? false, "\(name): \(String(describing: count))")
    }
    #expect(try presses("gamma") == nil)
  }

  @Test func goingBackIsNeverAsked() throws {
    let rate = try #require(AnyKnob.named("lr"))
    #expect(rate.leavesPlausible(from: .number(0.8), to: .number(1.6), in: Settings()))
    #expect(rate.leavesPlausible(from: .number(1.6), to: .number(3.2), in: Settings()))
    #expect(!rate.leavesPlausible(from: .number(3.2), to: .number(1.6), in: Settings()))
    #expect(rate.plausibleWords(in: Settings()) == "beyond the usual 0 … 1")
  }

  @Test func aRadiusInL2MayBeLarge() throws {
    var settings = Settings()
    try settings.set("attack.norm", to: .text("l2"))
    #expect(try presses("eps", settings) == nil)
  }
}
