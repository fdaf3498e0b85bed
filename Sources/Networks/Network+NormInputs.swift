import Tensors

/// A normalization layer of a network, by name, and what size of input it has for one image.
package struct NormPlace: Sendable, Hashable {
  /// PyTorch's name: `layer1.0.bn1`.
  package let name: String
  /// Channels, rows and columns of its input.
  package let shape: Shape
}

/// What enters one normalization layer for one image; valid inside the call that hands it out.
package struct NormInput {
  /// Its size.
  package let shape: Shape
  private let floats: UnsafePointer<Float>
  private let isPlanar: Bool

  init(_ floats: UnsafePointer<Float>, _ activation: Activation) {
    self.floats = floats
    shape = activation.shape
    isPlanar = activation.isPlanar
  }

  /// Calls `body` with every pixel of a channel, row after row.
  package func eachPixel(ofChannel channel: Int, _ body: (Float) -> Void) {
    let stride = isPlanar ? 1 : Shape.lanes
    let start =
      isPlanar
      ? channel * shape.pixels : channel / Shape.lanes * shape.pixels * Shape.lanes + channel % Shape.lanes
    for pixel in 0..<shape.pixels { body(floats[start + pixel * stride]) }
  }

  /// Writes it as [C][H][W].
  package func copy(to planar: UnsafeMutablePointer<Float>) {
    if isPlanar {
      planar.update(from: floats, count: shape.planarCount)
    } else {
      shape.unblock(floats, images: 1, into: planar)
    }
  }
}

/// Running moments of a normalization layer, per channel.
package struct RunningMoments: Sendable, Hashable {
  /// What tells several sets of one layer apart: `clean`, `adv`; empty where there is one.
  package let domain: String
  /// Running means [channels].
  package let mean: [Float]
  /// Running variances [channels], as stored: unbiased.
  package let variance: [Float]
}

extension Network {
  /// Every normalization layer, in the order of the forward pass. A layer that does nothing counts too: its input is
  /// where a normalization would stand.
  package var normPlaces: [NormPlace] { norms.map { NormPlace(name: $0.name, shape: $0.input.shape) } }

  /// Runs images [count][C][H][W] through the network in eval mode; `body` gets what enters layer `layer` (a position
  /// in
  /// `normPlaces`) for each image. It runs on several threads at once, in any order, each image and layer once.
  package func eachNormInput(
    _ images: UnsafePointer<Float>, count: Int, _ body: (_ layer: Int, _ image: Int, _ input: NormInput) -> Void
  ) {
    let norms = norms, pixels = settings.input.planarCount
    eachLane(count: count) { lane, range in
      lane.forward(images + range.lowerBound * pixels, count: range.count)
      for (layer, norm) in norms.enumerated() {
        for (row, image) in range.enumerated() {
          body(layer, image, NormInput(lane.pointer(norm.input, image: row), norm.input))
        }
      }
    }
  }

  /// What entered the layers in the last `forward` of a whole batch, in train mode too, for the given rows of the
  /// batch; with several passes alive, in the slot of the one that is meant.
  package func eachNormInput(
    ofLastPass rows: Range<Int>, slot: Int = 0, _ body: (_ layer: Int, _ row: Int, _ input: NormInput) -> Void
  ) {
    for (layer, norm) in norms.enumerated() {
      for row in rows { body(layer, row, NormInput(pointer(norm.input, image: row, slot: slot), norm.input)) }
    }
  }

  /// The running moments of layer `layer`: one set, several of a dual norm, none where nothing is tracked. `statistics`
  /// are those of another moment, a copy made by `runningStatistics()`; nil for the present ones.
  package func runningMoments(ofLayer layer: Int, in statistics: [Float]? = nil) -> [RunningMoments] {
    let prefix = norms[layer].name + ".running_mean"
    let buffers = statistics ?? runningStatistics()
    return tensors.filter { $0.name.hasPrefix(prefix) }.compactMap { mean in
      let suffix = String(mean.name.dropFirst(prefix.count))
      let name = norms[layer].name + ".running_var" + suffix
      guard let variance = tensors.first(where: { $0.name == name }) else { return nil }
      let read = { (tensor: NamedTensor) in (0..<tensor.count).map { buffers[tensor.place($0)] } }
      return RunningMoments(domain: String(suffix.drop { $0 == "_" }), mean: read(mean), variance: read(variance))
    }
  }

  private var norms: [any NormLayer] { norms(in: layers) }

  private func norms(in layers: [any Layer]) -> [any NormLayer] {
    layers.flatMap { layer in (layer as? any NormLayer).map { [$0] } ?? norms(in: layer.children) }
  }
}
