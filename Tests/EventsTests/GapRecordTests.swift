import Events
import Testing

/// What a session told about the gap, as its end repeats it.
@Suite struct GapRecordTests {
  private func probe(_ step: Int, _ state: GapState, quick: Int, deep: Int? = nil) -> Event {
    let some = Proportion(correct: 64, n: 128)
    return .probe(
      Probe(
        step: step, split: .probe, weights: .current, clean: some, adversarial: some, attack: "PGD-10",
        quick: reading(step, .quick, 128, quick), deep: deep.map { reading(step, .deep, 32, $0) }, gapState: state,
        seconds: 1))
  }

  private func reading(_ step: Int, _ tier: GapTier, _ n: Int, _ broken: Int) -> GapReading {
    GapReading(step: step, tier: tier, n: n, survivors: n / 2, broken: broken, interval: 0...1)
  }

  private func alarm(_ step: Int, _ from: GapState, _ to: GapState, _ reading: GapReading? = nil) -> Event {
    .alarm(GapChange(step: step, from: from, state: to, reading: reading))
  }

  @Test func nothingMeasuredIsNoState() {
    #expect(GapRecord([alarm(1, .calm, .calm)]).strongest == nil)
    #expect(GapRecord([Event]()).state == nil)
  }

  @Test func whileItIsCalmTheLastReadingCounts() {
    let record = GapRecord([probe(1, .calm, quick: 9), probe(2, .calm, quick: 1, deep: 0)])
    #expect(record.state == .calm && record.strongest == reading(2, .quick, 128, 1))
    #expect(GapRecord([probe(2, .calm, quick: 1, deep: 4)]).strongest == reading(2, .deep, 32, 4))
  }

  @Test func onceItIsOpenTheLargestGapCountsUntilItHasClosed() {
    let full = reading(3, .full, 128, 60)
    var record = GapRecord([
      probe(1, .watch, quick: 20), probe(2, .alarm, quick: 50), alarm(2, .watch, .alarm, reading(2, .quick, 128, 50)),
      probe(4, .alarm, quick: 40), alarm(3, .alarm, .confirmed, full), probe(5, .confirmed, quick: 45),
    ])
    #expect(record.state == .confirmed && record.strongest == full)
    record.take(alarm(6, .confirmed, .acknowledged))
    #expect(record.state == .acknowledged && record.strongest == full)
    record.take(probe(7, .calm, quick: 2))
    record.take(alarm(7, .acknowledged, .calm, reading(7, .quick, 128, 2)))
    #expect(record.state == .calm && record.strongest == reading(7, .quick, 128, 2))
  }
}
