import CKernels
import Tensors

/// What GroupNorm and InstanceNorm have in common: every image is normalized by its own moments, over groups of
/// channels and all pixels, with optional ReLU. docs/algorithms.md §8; Wu and He 2018, Ulyanov et al. 2016.
///
///     y = γ·(x − μ)/√(v + ε) + β,    μ, v: mean and biased variance of the channel's group in the image
///
/// There are no running statistics: all modes are the same. A group of a single value becomes β.
package class ImageNorm: Layer {
  package let name: String
  package let input: Activation
  package let output: Activation
  private let relu: Bool
  private let groups: Int
  private let affine: (weight: Int, bias: Int)?
  /// scale, offset, mean, 1/σ of an image's channels, for the backward pass.
  private let coefficients: Slot
  private var places: GradientPlaces?
  /// Σg and Σg·(x − μ) of an image, in double.
  private var sums: Slot?

  /// `name.weight` and `name.bias` if `hasAffine`; `groups` divides the channels.
  package init(
    _ name: String, _ input: Activation, relu: Bool, groups: Int, hasAffine: Bool, _ builder: inout NetworkBuilder
  ) {
    self.name = name
    self.input = input
    self.relu = relu
    self.groups = groups
    affine = hasAffine ? builder.affine(name, input.shape) : nil
    output = Activation(keeping: input.shape, &builder.plan)
    coefficients = builder.plan.keep(4 * input.shape.blocks * Shape.lanes)
  }

  private var room: Int { input.shape.blocks * Shape.lanes }
  private var channelsOfGroup: Int { input.shape.channels / groups }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    planBackward(GradientPlaces(output: gradient, input: gradient), &plan)
    return gradient
  }

  package func planBackward(_ places: GradientPlaces, _ plan: inout ArenaPlan) {
    self.places = places
    let slot = plan.borrow(4 * room)
    plan.giveBack(slot)
    sums = slot
  }

  /// Sums of an image in double, and after them a shift or a slope and a constant.
  package var scratchCount: Int { 6 * room }

  // MARK: forward

  package func forward(_ pass: Pass) {
    let shape = input.shape
    pass.eachChunk { _, images, scratch in
      for image in images {
        let x = pass.pointer(input, image: image), own = pass.pointer(coefficients, image: image)
        setCoefficients(x, own, scratch, pass.memory)
        dl_scale_offset(x, 1, shape.blocks, shape.pixels, own, own + room, relu, pass.pointer(output, image: image))
      }
    }
  }

  private func setCoefficients(
    _ x: UnsafePointer<Float>, _ own: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>,
    _ memory: NetworkMemory
  ) {
    let shape = input.shape, sums = doubles(scratch), shift = scratch + 4 * room
    sums.update(repeating: 0, count: 2 * room)
    // The first pixel of every channel: near enough to the mean that no digits are lost to it.
    for block in 0..<shape.blocks {
      (shift + block * Shape.lanes).update(from: x + block * shape.pixels * Shape.lanes, count: Shape.lanes)
    }
    dl_moment_sums(x, 1, shape.blocks, shape.pixels, shift, sums)
    let pixels = Double(shape.pixels)
    own.update(repeating: 0, count: 4 * room)
    for group in 0..<groups {
      let channels = group * channelsOfGroup..<(group + 1) * channelsOfGroup
      var mean = 0.0, variance = 0.0
      for channel in channels { mean += Double(shift[channel]) + sums[place(channel)] / pixels }
      mean /= Double(channels.count)
      for channel in channels {
        let offset = sums[place(channel)] / pixels, distance = Double(shift[channel]) + offset - mean
        variance += max(0, sums[place(channel) + Shape.lanes] / pixels - offset * offset) + distance * distance
      }
      let inverse = 1 / (variance / Double(channels.count) + memory.norms.epsilon).squareRoot()
      for channel in channels {
        let scale = weight(channel, memory) * inverse
        own[channel] = Float(scale)
        own[room + channel] = Float(bias(channel, memory) - mean * scale)
        own[2 * room + channel] = Float(mean)
        own[3 * room + channel] = Float(inverse)
      }
    }
  }

  private func weight(_ channel: Int, _ memory: NetworkMemory) -> Double {
    affine.map { Double(memory.parameters.pointer[$0.weight + channel]) } ?? 1
  }

  private func bias(_ channel: Int, _ memory: NetworkMemory) -> Double {
    affine.map { Double(memory.parameters.pointer[$0.bias + channel]) } ?? 0
  }

  /// Where the first of a channel's two sums stands in `[block][2][16]`.
  private func place(_ channel: Int) -> Int { channel / Shape.lanes * 2 * Shape.lanes + channel % Shape.lanes }

  private func doubles(_ scratch: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Double.self)
  }

  // MARK: backward

  /// With û = (x − μ)/σ, g = dy where the ReLU was open, h = γ·g, and means over the group:
  /// dβ = Σg, dγ = Σgû, dx = (h − mean(h) − û·mean(hû))/σ.
  package func backward(_ pass: Pass) {
    guard let places, let sums else { return }
    let shape = input.shape
    pass.eachChunk { _, images, scratch in
      let slope = scratch, constant = scratch + room
      for image in images {
        let x = pass.pointer(input, image: image), dy = pass.pointer(places.output, image: image)
        let own = pass.pointer(coefficients, image: image), sums = pass.doubles(sums, at: image * 2 * room)
        sums.update(repeating: 0, count: 2 * room)
        dl_gradient_sums(x, dy, 1, shape.blocks, shape.pixels, own, own + room, own + 2 * room, relu, sums)
        setLinear(own, sums, slope, constant, pass.memory)
        dl_scale_gradient(
          x, dy, 1, shape.blocks, shape.pixels, own, own + room, slope, constant, relu,
          places.residual.map { UnsafePointer(pass.pointer($0, image: image)) },
          pass.pointer(places.input, image: image))
      }
    }
    if pass.wanted.contains(.parameters) { setGradients(pass) }
  }

  private func setLinear(
    _ own: UnsafePointer<Float>, _ sums: UnsafePointer<Double>, _ slope: UnsafeMutablePointer<Float>,
    _ constant: UnsafeMutablePointer<Float>, _ memory: NetworkMemory
  ) {
    slope.update(repeating: 0, count: room)
    constant.update(repeating: 0, count: room)
    let count = Double(channelsOfGroup * input.shape.pixels)
    for group in 0..<groups {
      let channels = group * channelsOfGroup..<(group + 1) * channelsOfGroup
      var sum = 0.0, product = 0.0
      for channel in channels {
        sum += weight(channel, memory) * sums[place(channel)]
        product += weight(channel, memory) * sums[place(channel) + Shape.lanes]
      }
      for channel in channels {
        let inverse = Double(own[3 * room + channel]), mean = Double(own[2 * room + channel])
        let tilt = -inverse * inverse * inverse * product / count
        slope[channel] = Float(tilt)
        constant[channel] = Float(-inverse * sum / count - tilt * mean)
      }
    }
  }

  private func setGradients(_ pass: Pass) {
    guard let affine, let sums else { return }
    let gradients = pass.memory.gradients.pointer
    // In double within a leaf, in float beyond, as the gradients of other layers.
    func sum(_ term: (_ image: Int) -> Double) -> Float {
      BatchTree.sum(0..<pass.leaves, +) { leaf in
        var sum = 0.0
        pass.eachRun(ofLeaf: leaf) { run in for image in run { sum += term(image) } }
        return Float(sum)
      }
    }
    for channel in 0..<input.shape.channels {
      let own = place(channel)
      gradients[affine.bias + channel] = sum { pass.doubles(sums, at: $0 * 2 * room)[own] }
      gradients[affine.weight + channel] = sum { image in
        pass.doubles(sums, at: image * 2 * room)[own + Shape.lanes]
          * Double(pass.pointer(coefficients, image: image)[3 * room + channel])
      }
    }
  }
}
