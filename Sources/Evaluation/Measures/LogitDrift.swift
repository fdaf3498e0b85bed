/// How far logits moved: what an operation on a network or a conversion changed of its function.
package struct LogitDrift: Sendable, Hashable {
  /// Root mean square of the differences.
  package let rms: Double
  /// Mean of the absolute differences.
  package let mean: Double
  /// Largest absolute difference.
  package let largest: Double

  /// Between two sets of logits of the same images.
  package init(from before: [Float], to after: [Float]) {
    precondition(before.count == after.count, "\(before.count) and \(after.count) logits")
    var sum = 0.0, squares = 0.0, largest = 0.0
    for (a, b) in zip(before, after) {
      let difference = abs(Double(a) - Double(b))
      sum += difference
      squares += difference * difference
      largest = max(largest, difference)
    }
    let count = Double(max(1, before.count))
    (rms, mean, self.largest) = ((squares / count).squareRoot(), sum / count, largest)
  }
}
