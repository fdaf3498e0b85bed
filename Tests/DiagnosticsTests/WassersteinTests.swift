import Diagnostics
import TestSupport
import Testing

/// W2² against the reference, and its laws.
struct WassersteinTests {
  private func moments(_ oracle: Oracle, _ layer: Int, _ set: String) throws -> ChannelMoments {
    ChannelMoments(
      mean: try oracle.floats("layer\(layer).mean_\(set)").map { Double($0) },
      variance: try oracle.floats("layer\(layer).var_\(set)").map { Double($0) })
  }

  @Test(arguments: ["ab", "ac", "bc"])
  func theDistanceMatchesTheReference(pair: String) throws {
    let oracle = try Oracle("diagnostics/wasserstein")
    let sets = try pair.map { set in try (0..<3).map { try moments(oracle, $0, String(set)) } }
    let distances = Wasserstein.squared(sets[0], sets[1])
    #expect(try oracle.excess(distances.layers.map { Float($0) }, "w2sq_\(pair)_per_layer") <= 1)
    #expect(try oracle.excess([Float(distances.sum)], "w2sq_\(pair)") <= 1)
  }

  @Test func theDistanceMatchesTheFormulaByHand() {
    let first = ChannelMoments(mean: [0, 1], variance: [1, 4]),
      second = ChannelMoments(mean: [0.5, 0], variance: [4, 1])
    #expect(Wasserstein.squared(first, second) == 3.25)
  }

  /// [n][channels][pixels], channel c around c, spread by c + 1.
  private func values(_ n: Int, channels: Int, pixels: Int, seed: Int) -> [Float] {
    (0..<n * channels * pixels).map { place in
      let channel = place / pixels % channels
      return Float(channel) + Float(channel + 1) * (Float((place * 7919 + seed * 104_729) % 1000) / 1000 - 0.5)
    }
  }

  @Test func theDistanceIsSymmetricZeroOnItselfAndGrowsByASquaredShift() {
    for seed in 0..<5 {
      let one = values(6, channels: 3, pixels: 8, seed: seed), other = values(5, channels: 3, pixels: 8, seed: seed + 9)
      let first = ChannelMoments(planar: one, channels: 3, pixels: 8)
      let second = ChannelMoments(planar: other, channels: 3, pixels: 8)
      let distance = Wasserstein.squared(first, second)
      #expect(distance == Wasserstein.squared(second, first) && distance > 0)
      #expect(Wasserstein.squared(first, first) == 0)
      let shifted = ChannelMoments(planar: one.map { $0 + 2 }, channels: 3, pixels: 8)
      #expect(abs(Wasserstein.squared(first, shifted) - 3 * 4) < 1e-5)
      // Scaling both by 3 scales the squared distance by 9.
      let scaled = [one, other].map { ChannelMoments(planar: $0.map { 3 * $0 }, channels: 3, pixels: 8) }
      #expect(abs(Wasserstein.squared(scaled[0], scaled[1]) / distance - 9) < 1e-4)
    }
  }

  @Test func aLargeMeanCostsNoDigits() {
    let small = values(8, channels: 1, pixels: 16, seed: 1)
    let near = ChannelMoments(planar: small.map { ($0 * 64).rounded() / 64 }, channels: 1, pixels: 16)
    let far = ChannelMoments(planar: small.map { ($0 * 64).rounded() / 64 + 65_536 }, channels: 1, pixels: 16)
    #expect(abs(far.variance[0] / near.variance[0] - 1) < 1e-9)
  }
}
