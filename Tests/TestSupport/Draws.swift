import Tensors

extension RandomStream {
  /// The next `count` uniform numbers.
  public mutating func uniforms(_ count: Int, in range: ClosedRange<Float> = 0...1) -> [Float] {
    (0..<count).map { _ in uniform(range.lowerBound, range.upperBound) }
  }

  /// The next `count` standard normal numbers.
  public mutating func normals(_ count: Int) -> [Float] { (0..<count).map { _ in normal() } }
}

/// Uniform numbers that are the same in every run.
public func uniforms(_ count: Int, seed: UInt32, in range: ClosedRange<Float> = 0...1) -> [Float] {
  var random = RandomStream(seed: seed, purpose: .test)
  return random.uniforms(count, in: range)
}
