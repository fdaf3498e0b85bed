import Plotting
import Testing

@Suite struct HistoryTests {
  /// A walk without pattern: multiplication by a primitive root modulo a prime.
  private func value(_ index: Int) -> Double { Double((index * 7919) % 1009) - 500 }

  @Test func everyLengthInEveryCapacityKeepsCountExtentAndExtremes() {
    for capacity in [2, 3, 4, 8, 16] {
      var history = History(capacity: capacity)
      var all: [Double] = []
      for index in 0..<200 {
        all.append(value(index))
        history.append(x: Double(index), y: value(index))
        #expect(history.buckets.count <= capacity)
        #expect(history.buckets.map(\.count).reduce(0, +) == all.count)
        #expect(history.bounds == all.min().flatMap { low in all.max().map { low...$0 } })
        #expect(history.positiveBounds?.lowerBound == all.filter { $0 > 0 }.min())
        #expect(history.extent == 0...Double(index))
        #expect(history.buckets.first?.first == all.first)
        #expect(history.buckets.last?.last == all.last)
      }
    }
  }

  @Test func bucketsHoldTheExtremesOfExactlyTheirOwnValues() {
    var history = History(capacity: 8)
    let all = (0..<1000).map(value)
    for (index, value) in all.enumerated() { history.append(x: Double(index), y: value) }
    for bucket in history.buckets {
      let own = all[Int(bucket.firstX)...Int(bucket.lastX)]
      #expect(own.count == bucket.count)
      #expect(bucket.minimum == own.min() && bucket.maximum == own.max())
      #expect(bucket.first == own.first && bucket.last == own.last)
    }
  }

  @Test func aSpikeOfOneStepInAHundredThousandIsStillDrawn() {
    var history = History()
    for index in 0..<100_000 { history.append(x: Double(index), y: index == 31_415 ? 9 : 1) }
    #expect(history.count == 100_000)
    #expect(history.buckets.count <= 1024)
    let chart = Chart(lines: [Chart.Line(background: history)])
    var buffer = CellBuffer(width: 40, height: 10)
    chart.draw(into: &buffer, in: buffer.bounds, theme: .mono, symbols: .braille)
    let top = (0..<40).filter { (0x2800...0x28FF).contains(buffer[$0, 0].scalar.value) }
    #expect(top.count == 1)
  }

  @Test func valuesThatAreNotFiniteAreGapsAndOutsideTheBounds() {
    for bad in [Double.nan, .infinity, -.infinity] {
      var history = History()
      for (x, y) in [(1.0, 1.0), (2, bad), (3, 2), (4, 3)] { history.append(x: x, y: y) }
      #expect(history.bounds == 1...3)
      #expect(history.nonFinite == 1)
      #expect(history.buckets.map(\.followsGap) == [false, true, false])
    }
  }

  @Test func memoryIsBoundedWhereEveryOtherValueIsAGap() {
    var history = History(capacity: 8)
    for index in 0..<1000 { history.append(x: Double(index), y: index % 2 == 0 ? value(index) : .nan) }
    #expect(history.buckets.count <= 8)
    #expect(history.count == 500 && history.nonFinite == 500)
  }
}
