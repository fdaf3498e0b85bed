/// The norm of an attack's ball.
package enum BallNorm: String, Sendable, Hashable, Codable, CaseIterable {
  case linf, l2
}

extension BallNorm {
  /// ‖a − b‖, in double for ℓ2.
  package func distance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Double {
    switch self {
    case .linf:
      var largest: Float = 0
      for i in 0..<count { largest = max(largest, abs(a[i] - b[i])) }
      return Double(largest)
    case .l2:
      var sum = 0.0
      for i in 0..<count {
        let delta = Double(a[i]) - Double(b[i])
        sum += delta * delta
      }
      return sum.squareRoot()
    }
  }
}
