/// How far logits moved: what an operation on a network or a conversion changed of its function.
package struct LogitDrift: Sendable, Hashable, Codable {
  /// Root mean square of the differences.
  package let rms: Double
  /// Largest difference.
  package let largest: Double

  package init(rms: Double, largest: Double) {
    self.rms = rms
    self.largest = largest
  }

  /// Between two sets of logits of the same images.
  package init(from before: [Float], to after: [Float]) {
    precondition(before.count == after.count, "\(before.count) and \(after.count) logits")
    var sum = 0.0, largest = 0.0
    for (a, b) in zip(before, after) {
      let difference = abs(Double(a) - Double(b))
      sum += difference * difference
      largest = max(largest, difference)
    }
    self.init(rms: (sum / Double(max(1, before.count))).squareRoot(), largest: largest)
  }
}
