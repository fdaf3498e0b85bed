/// Finding values in a history.
extension History {
  /// The buckets that have values in a range of x, with one more on each side, so that lines go on to the edges.
  package func buckets(in range: ClosedRange<Double>) -> ArraySlice<Bucket> {
    let from = first { $0.lastX >= range.lowerBound }, to = first { $0.firstX > range.upperBound }
    return buckets[max(0, from - 1)..<min(buckets.count, to + 1)]
  }

  /// The value whose x is the nearest one; of equally near ones the earlier. Nil when there is none.
  package func nearest(to x: Double) -> (x: Double, y: Double)? {
    let next = first { $0.lastX >= x }
    let ends = buckets[max(0, next - 1)..<min(buckets.count, next + 1)].flatMap { bucket in
      [(x: bucket.firstX, y: bucket.first), (x: bucket.lastX, y: bucket.last)]
    }
    return ends.min { abs($0.x - x) < abs($1.x - x) }
  }

  /// The smallest and largest value in a range of x, and, with `positive`, above 0; nil when there is none.
  package func bounds(in range: ClosedRange<Double>, positive: Bool = false) -> ClosedRange<Double>? {
    var low = Double.infinity, high = -Double.infinity
    for bucket in buckets(in: range) where bucket.lastX >= range.lowerBound && bucket.firstX <= range.upperBound {
      low = min(low, positive ? bucket.smallestPositive : bucket.minimum)
      if !positive || bucket.maximum > 0 { high = max(high, bucket.maximum) }
    }
    return low.isFinite && low <= high ? low...high : nil
  }

  /// Index of the first bucket that satisfies a condition which holds from some bucket on.
  private func first(where holds: (Bucket) -> Bool) -> Int {
    var low = 0, high = buckets.count
    while low < high {
      let middle = (low + high) / 2
      if holds(buckets[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
