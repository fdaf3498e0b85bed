/// A series of any length in bounded memory.
///
/// Values are kept one by one until the memory is full; then neighbors are joined in pairs, again and again. What is
/// joined keeps its first, last, smallest and largest value, so a spike of one step stays visible for ever.
package struct History: Sendable {
  /// Consecutive values that share a place.
  package struct Bucket: Sendable, Hashable {
    /// The x of the first and of the last value.
    package var firstX, lastX: Double
    /// The first and the last value.
    package var first, last: Double
    /// The extremes.
    package var minimum, maximum: Double
    /// The smallest value above 0; infinite when there is none.
    package var smallestPositive: Double
    /// How many values are in it.
    package var count: Int
    /// True when a value that is not finite came before it: the line is not joined to what went before.
    package var followsGap: Bool

    init(x: Double, y: Double, followsGap: Bool) {
      (firstX, lastX, first, last, minimum, maximum) = (x, x, y, y, y, y)
      smallestPositive = y > 0 ? y : .infinity
      count = 1
      self.followsGap = followsGap
    }

    mutating func join(_ next: Bucket) {
      (lastX, last) = (next.lastX, next.last)
      minimum = min(minimum, next.minimum)
      maximum = max(maximum, next.maximum)
      smallestPositive = min(smallestPositive, next.smallestPositive)
      count += next.count
    }
  }

  /// What is kept, in order of x.
  package private(set) var buckets: [Bucket] = []
  /// How many finite values came.
  package private(set) var count = 0
  /// How many values were NaN or infinite; they are gaps.
  package private(set) var nonFinite = 0
  /// How many values were finite but not above 0; they have no place on a logarithmic axis.
  package private(set) var nonPositive = 0
  /// The last value that came, finite or not.
  package private(set) var lastValue: Double?

  /// The smallest and largest finite value, and the smallest above 0, so far.
  private var low = Double.infinity, high = -Double.infinity, lowPositive = Double.infinity
  private let capacity: Int
  private var share = 1
  private var gapIsPending = false

  /// An empty history of at most `capacity` buckets (at least 2).
  package init(capacity: Int = 1024) { self.capacity = max(2, capacity) }

  /// Adds a value. One whose x is before the last one's takes its place among those that came.
  package mutating func append(x: Double, y: Double) {
    lastValue = y
    if let last = buckets.last, x < last.lastX, x.isFinite, y.isFinite { return insert(x: x, y: y) }
    guard y.isFinite, x.isFinite else {
      nonFinite += 1
      gapIsPending = true
      return
    }
    note(y)
    let single = Bucket(x: x, y: y, followsGap: gapIsPending)
    if let last = buckets.indices.last, buckets[last].count < share, !gapIsPending {
      buckets[last].join(single)
    } else {
      if buckets.count == capacity { joinPairs() }
      buckets.append(single)
    }
    gapIsPending = false
  }

  /// The smallest and largest finite value; nil when there is none.
  package var bounds: ClosedRange<Double>? { low <= high ? low...high : nil }

  /// The smallest and largest value above 0; nil when there is none.
  package var positiveBounds: ClosedRange<Double>? {
    lowPositive.isFinite ? lowPositive...max(lowPositive, high) : nil
  }

  private mutating func note(_ y: Double) {
    count += 1
    if y <= 0 { nonPositive += 1 } else { lowPositive = min(lowPositive, y) }
    (low, high) = (min(low, y), max(high, y))
  }

  /// The first and last x; nil when nothing came.
  package var extent: ClosedRange<Double>? {
    guard let first = buckets.first?.firstX, let last = buckets.last?.lastX else { return nil }
    return first...max(first, last)
  }

  /// Puts a value before the first one of a larger x; where values share a place, into it.
  private mutating func insert(x: Double, y: Double) {
    note(y)
    let single = Bucket(x: x, y: y, followsGap: false)
    if buckets.count == capacity, share == 1 { joinPairs() }
    let place = buckets.firstIndex { $0.lastX > x } ?? buckets.count - 1
    guard share > 1 else { return buckets.insert(single, at: place) }
    let (firstX, lastX, first, last) = (
      min(buckets[place].firstX, x), buckets[place].lastX, buckets[place].first, buckets[place].last
    )
    buckets[place].join(single)
    (buckets[place].firstX, buckets[place].lastX) = (firstX, lastX)
    (buckets[place].first, buckets[place].last) = (first, last)
  }

  private mutating func joinPairs() {
    // Gaps can keep buckets below their share; it needs never be more than all values.
    share = min(share * 2, count)
    var joined: [Bucket] = []
    joined.reserveCapacity(capacity)
    for bucket in buckets {
      if let last = joined.indices.last, joined[last].count + bucket.count <= share, !bucket.followsGap {
        joined[last].join(bucket)
      } else {
        joined.append(bucket)
      }
    }
    // Where gaps keep neighbors apart, memory is bounded all the same: those gaps close.
    if joined.count == capacity {
      joined = stride(from: 0, to: capacity, by: 2).map { index in
        var bucket = joined[index]
        if index + 1 < capacity { bucket.join(joined[index + 1]) }
        return bucket
      }
    }
    buckets = joined
  }
}
