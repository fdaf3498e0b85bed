import Plotting
import Testing

/// Values that come late, such as those of files that arrive in any order.
@Suite struct HistoryOrderTests {
  @Test func aLateValueTakesItsPlace() {
    var history = History()
    for x in [1.0, 5, 3, 3, 2, 9, 0] { history.append(x: x, y: 10 * x) }
    #expect(history.buckets.map(\.firstX) == [0, 1, 2, 3, 3, 5, 9])
    #expect(history.buckets.map(\.last) == [0, 10, 20, 30, 30, 50, 90])
    #expect(history.count == 7 && history.extent == 0...9 && history.nonPositive == 1 && history.lastValue == 0)
  }

  @Test(arguments: [2, 3, 4, 7, 16]) func inAnyOrderNothingIsLostAndXNeverGoesBack(_ capacity: Int) {
    var history = History(capacity: capacity)
    var x = 1
    for _ in 0..<200 {
      x = x * 37 % 211
      history.append(x: Double(x), y: Double(x))
      #expect(history.buckets.count <= capacity)
      #expect(history.buckets.allSatisfy { $0.firstX <= $0.lastX })
      #expect(zip(history.buckets, history.buckets.dropFirst()).allSatisfy { $0.lastX <= $1.firstX })
    }
    #expect(history.count == 200 && history.buckets.map(\.count).reduce(0, +) == 200)
    #expect(history.buckets.map(\.minimum).min() == history.extent?.lowerBound)
    #expect(history.buckets.map(\.maximum).max() == history.extent?.upperBound)
  }
}
