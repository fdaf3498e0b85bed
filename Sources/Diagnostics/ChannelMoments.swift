import Networks

/// Mean and variance of every channel over images and pixels, in double. Merged by Chan's update, so that batches of
/// any size give the same as one pass over everything.
package struct ChannelMoments: Sendable, Hashable, Codable {
  /// Values per channel: images × rows × columns.
  package private(set) var count: Int
  /// Means [channels].
  package private(set) var mean: [Double]
  /// Σ (x − mean)² [channels].
  package private(set) var squares: [Double]

  /// Of no values yet.
  package init(channels: Int) {
    count = 0
    mean = [Double](repeating: 0, count: channels)
    squares = mean
  }

  /// Running statistics of a layer.
  package init(_ running: RunningMoments) {
    self.init(mean: running.mean.map { Double($0) }, variance: running.variance.map { Double($0) })
  }

  /// Known moments. `count` matters only when they are merged with others.
  package init(mean: [Double], variance: [Double], count: Int = 1) {
    precondition(mean.count == variance.count, "\(mean.count) means and \(variance.count) variances")
    self.count = count
    self.mean = mean
    squares = variance.map { $0 * Double(count) }
  }

  /// Of one image's input to a layer, in two passes so that a large mean loses no digits.
  package init(_ input: NormInput) {
    count = input.shape.pixels
    mean = []
    squares = []
    for channel in 0..<input.shape.channels {
      var sum = 0.0, square = 0.0
      input.eachPixel(ofChannel: channel) { sum += Double($0) }
      let center = sum / Double(count)
      input.eachPixel(ofChannel: channel) { square += (Double($0) - center) * (Double($0) - center) }
      mean.append(center)
      squares.append(square)
    }
  }

  /// Of values [n][channels][pixels].
  package init(planar values: [Float], channels: Int, pixels: Int) {
    self.init(channels: channels)
    for image in 0..<values.count / max(1, channels * pixels) {
      var one = ChannelMoments(channels: channels)
      one.count = pixels
      for channel in 0..<channels {
        let part = values[(image * channels + channel) * pixels..<(image * channels + channel + 1) * pixels]
        let center = part.reduce(0.0) { $0 + Double($1) } / Double(pixels)
        one.mean[channel] = center
        one.squares[channel] = part.reduce(0.0) { $0 + (Double($1) - center) * (Double($1) - center) }
      }
      merge(one)
    }
  }

  /// Biased variances [channels].
  package var variance: [Double] { squares.map { count == 0 ? 0 : $0 / Double(count) } }

  /// Merges the values behind other moments (Chan, Golub and LeVeque 1979):
  /// δ = m₂ − m₁;  m = m₁ + δ·n₂/n;  S = S₁ + S₂ + δ²·n₁n₂/n.
  package mutating func merge(_ other: ChannelMoments) {
    precondition(mean.count == other.mean.count, "moments of \(mean.count) and \(other.mean.count) channels")
    guard other.count > 0 else { return }
    let total = count + other.count
    let share = Double(other.count) / Double(total)
    for channel in mean.indices {
      let delta = other.mean[channel] - mean[channel]
      mean[channel] += delta * share
      squares[channel] += other.squares[channel] + delta * delta * Double(count) * share
    }
    count = total
  }
}

extension Network {
  /// The moments of every normalization layer's inputs over images [count][C][H][W] in eval mode. They are taken per
  /// image and merged in order, so the bits depend on neither threads nor lanes. `poll` is called between groups of
  /// images.
  package func normInputMoments(
    _ images: UnsafePointer<Float>, count: Int, poll: () throws -> Void = {}
  ) throws -> [ChannelMoments] {
    let places = normPlaces, pixels = settings.input.planarCount
    var result = places.map { ChannelMoments(channels: $0.shape.channels) }
    for first in stride(from: 0, to: count, by: 64) {
      try poll()
      let here = min(64, count - first)
      let empty = ChannelMoments(channels: 0)
      var single = [ChannelMoments](repeating: empty, count: places.count * here)
      single.withUnsafeMutableBufferPointer { single in
        // Every image and layer writes to a separate element.
        nonisolated(unsafe) let single = single
        eachNormInput(images + first * pixels, count: here) { layer, image, input in
          single[layer * here + image] = ChannelMoments(input)
        }
      }
      for layer in places.indices {
        for image in 0..<here { result[layer].merge(single[layer * here + image]) }
      }
    }
    return result
  }

  /// The moments of every normalization layer's inputs over rows of the last whole-batch pass in a slot.
  package func normInputMoments(ofLastPass rows: Range<Int>, slot: Int = 0) -> [ChannelMoments] {
    var result = normPlaces.map { ChannelMoments(channels: $0.shape.channels) }
    eachNormInput(ofLastPass: rows, slot: slot) { layer, _, input in result[layer].merge(ChannelMoments(input)) }
    return result
  }
}
