import Diagnostics
import Tensors
import TestSupport
import Testing

/// Means and variances, and what becomes of them when they are merged.
struct ChannelMomentsTests {
  private func moments(_ values: [Float]) -> ChannelMoments { ChannelMoments(planar: values, channels: 1, pixels: 1) }

  /// docs/algorithms.md §2.1: (0, 2) and (10, 14) have variances 1 and 4, together 32.75 = (1 + 4)/2 + 11²/4.
  @Test func theVarianceOfAMixtureHasTheTermBetweenItsMeans() {
    for (first, second) in [
      (moments([0, 2]), moments([10, 14])),
      (ChannelMoments(mean: [1], variance: [1], count: 2), ChannelMoments(mean: [12], variance: [4], count: 2)),
    ] {
      #expect(first.mean == [1] && first.variance == [1] && second.mean == [12] && second.variance == [4])
      var merged = first
      merged.merge(second)
      #expect(merged.count == 4 && merged.mean == [6.5] && merged.variance == [32.75])
    }
  }

  /// One value beside three: means 0 and 8, variances 0 and 6, together mean 6 and (3·6 + 36 + 3·4)/4 = 16.5.
  @Test func theLargerPartCountsMore() {
    var merged = moments([0])
    merged.merge(moments([5, 8, 11]))
    #expect(merged.count == 4 && merged.mean == [6] && merged.variance == [16.5])
    var other = moments([5, 8, 11])
    other.merge(moments([0]))
    #expect(other == merged)
  }

  @Test func nothingChangesNothing() {
    let some = moments([3, 7])
    var merged = some
    merged.merge(ChannelMoments(channels: 1))
    #expect(merged == some)
    var empty = ChannelMoments(channels: 1)
    empty.merge(some)
    #expect(empty == some && ChannelMoments(channels: 1).variance == [0])
  }

  /// Against two plain passes over all values, for every cut into two and for single images one after another. Images
  /// differ in their means, so that what is between them matters.
  @Test func anyPartsMergeIntoTheMomentsOfThePlainDefinition() {
    let images = 9, channels = 3, pixels = 5, each = channels * pixels
    let noise = uniforms(images * each, seed: 3, in: -1...1)
    let values = noise.indices.map { noise[$0] + Float($0 / each * $0 / each % 7) + 4 * Float($0 / pixels % channels) }
    let columns = (0..<channels).map { channel in
      values.indices.filter { $0 / pixels % channels == channel }.map { Double(values[$0]) }
    }
    let means = columns.map { $0.reduce(0, +) / Double($0.count) }
    let variances = zip(columns, means).map { column, mean in
      column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
    }
    func part(_ range: Range<Int>) -> ChannelMoments {
      ChannelMoments(
        planar: Array(values[range.lowerBound * each..<range.upperBound * each]), channels: channels, pixels: pixels)
    }
    var single = ChannelMoments(channels: channels)
    for image in 0..<images { single.merge(part(image..<image + 1)) }
    let cuts = (0...images).map { cut in
      var merged = part(0..<cut)
      merged.merge(part(cut..<images))
      return merged
    }
    for merged in cuts + [single] {
      #expect(merged.count == images * pixels)
      for channel in 0..<channels {
        #expect(abs(merged.mean[channel] - means[channel]) < 1e-12)
        #expect(abs(merged.variance[channel] - variances[channel]) < 1e-11, "\(merged.variance)")
      }
    }
  }
}
