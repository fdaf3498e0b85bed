import CKernels
import Tensors

/// How many zeros surround the input of a convolution.
package enum Padding: Sendable, Hashable {
  /// As many in front of rows and columns as behind.
  case even(Int)
  /// Around a 3×3 filter: one each at stride 1; at larger strides none in front, and behind what ⌈side/stride⌉ outputs
  /// need. That is TensorFlow's `SAME` for even sides, which DeepMind's wide networks repeat in PyTorch.
  case same
  /// The same but for odd sides: at larger strides exactly one behind. DeepMind's PreActResNets.
  case behind

  /// Zeros in front, and how many outputs there are, for `side` inputs.
  func place(side: Int, kernel: Int, stride: Int) -> (zeros: Int, outputs: Int) {
    switch self {
    case .even(let zeros): (zeros, (side + 2 * zeros - kernel) / stride + 1)
    case .same where stride == 1, .behind where stride == 1: (1, side + 3 - kernel)
    case .same: (0, (side + stride - 1) / stride)
    case .behind: (0, (side + 1 - kernel) / stride + 1)
    }
  }
}

/// Convolution (cross-correlation) with zero padding: `y[o,p] = Σ_{i,k} w[o,i,k]·x[i, stride·p + k − padding] (+
/// b[o])`.
///
/// The first layer of a network reads planar images; all others read blocked activations.
package final class Convolution: Layer {
  private let shape: dl_conv_shape
  private let weight: Int
  private let bias: Int?
  private let weightCount: Int
  /// Made with the first weights: a network that is only planned takes no memory.
  private var packedForward = Storage(count: 0)
  private var packedBackward = Storage(count: 0)
  private let input: Activation
  package let output: Activation
  private var gradients: GradientPlan?

  /// `name.weight` [out, in, kernel, kernel] and, if it has one, `name.bias` [out].
  package init(
    _ name: String, _ input: Activation, to channels: Int, kernel: Int, stride: Int = 1, padding: Padding? = nil,
    bias hasBias: Bool = false, initial: Initial, _ builder: inout NetworkBuilder
  ) {
    let inputs = input.shape.channels, padding = padding ?? .even(kernel / 2)
    let (zeros, height) = padding.place(side: input.shape.height, kernel: kernel, stride: stride)
    let (_, width) = padding.place(side: input.shape.width, kernel: kernel, stride: stride)
    var shape = dl_conv_shape(
      in_channels: Int32(inputs), in_height: Int32(input.shape.height), in_width: Int32(input.shape.width),
      out_channels: Int32(channels), out_height: Int32(height), out_width: Int32(width),
      kernel: Int32(kernel), stride: Int32(stride), padding: Int32(zeros), planar: input.isPlanar,
      winograd: false)
    shape.winograd = builder.convolution == .fast && dl_conv_suits_winograd(&shape)
    self.shape = shape
    self.input = input
    output = Activation(keeping: Shape(channels, height, width), &builder.plan)
    weightCount = dl_conv_weight_count(&shape)
    let taps = kernel * kernel, fixed = shape
    weight = builder.parameter(
      "\(name).weight", shape: [channels, inputs, kernel, kernel], room: weightCount, initial: initial
    ) { index in
      let (tap, plane) = (index % taps, index / taps)
      return withUnsafePointer(to: fixed) {
        dl_conv_weight_index(
          $0, Int32(plane / inputs), Int32(plane % inputs), Int32(tap / kernel), Int32(tap % kernel))
      }
    }
    let room = Shape(channels, 1, 1).blockedCount
    bias =
      hasBias
      ? builder.parameter("\(name).bias", shape: [channels], room: room, initial: .pyTorch(fanIn: inputs * taps)) : nil
  }

  /// Arithmetic of one image, two a multiplication, whichever way it is computed.
  var flops: Double {
    2 * Double(shape.in_channels) * Double(shape.kernel * shape.kernel) * Double(output.shape.planarCount)
  }

  package var scratchCount: Int { withUnsafePointer(to: shape) { dl_conv_scratch_count($0) } }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    let gradients = separateGradients(from: gradient, to: input, &plan)
    self.gradients = gradients
    return gradients.input
  }

  /// As `planBackward`, for an output gradient that others still need and an input gradient that has its memory.
  func planBackward(sharing gradient: Activation, into sum: Activation) {
    gradients = GradientPlan(output: gradient, input: sum)
  }

  package func prepareWeights(_ memory: NetworkMemory) {
    if packedForward.count == 0 {
      let count = withUnsafePointer(to: shape) { dl_conv_packed_count($0) }
      packedForward = Storage(count: count)
      packedBackward = Storage(count: count)
    }
    withUnsafePointer(to: shape) {
      dl_conv_pack_forward($0, memory.parameters.pointer + weight, packedForward.pointer)
      dl_conv_pack_backward($0, memory.parameters.pointer + weight, packedBackward.pointer)
    }
  }

  // MARK: forward

  package func forward(_ pass: Pass) { forward(pass, adding: nil) }

  /// y = x∗w + b + residual.
  func forward(_ pass: Pass, adding residual: Activation?) {
    let shape = shape
    let bias = bias.map { pass.memory.parameters.pointer + $0 }
    pass.eachChunk { _, images, scratch in
      withUnsafePointer(to: shape) {
        dl_conv_forward(
          $0, pass.pointer(input, image: images.lowerBound), packedForward.pointer, bias,
          residual.map { pass.pointer($0, image: images.lowerBound) }, pass.pointer(output, image: images.lowerBound),
          images.count, scratch)
      }
    }
  }

  // MARK: backward

  package func backward(_ pass: Pass) { backward(pass, adding: false) }

  /// dx = dy∗wᵀ, added to what stands there already if `adding`; dw, db when parameters are wanted. The first layer
  /// computes dx only when the input's gradient is wanted.
  func backward(_ pass: Pass, adding: Bool) {
    guard let gradients else { return }
    if pass.wanted.contains(.parameters) { weightGradient(pass) }
    guard !shape.planar || pass.wanted.contains(.input) else { return }
    let shape = shape
    pass.eachChunk { _, images, scratch in
      let dx = pass.pointer(gradients.input, image: images.lowerBound)
      withUnsafePointer(to: shape) {
        dl_conv_input_gradient(
          $0, pass.pointer(gradients.output, image: images.lowerBound), packedBackward.pointer, adding ? dx : nil, dx,
          images.count, scratch)
      }
    }
  }

  /// Into how many tasks the weight gradient is cut: parts of its rows, times parts of the batch's tree where those are
  /// fewer than threads. No bits depend on it.
  private func cut(leaves: Int, threads: Int) -> (parts: Int, subtrees: Int) {
    let (all, areFew) = withUnsafePointer(to: shape) {
      (dl_conv_gradient_parts($0), dl_conv_gradient_by_images($0))
    }
    let parts = areFew ? 1 : min(all, shape.winograd ? 4 : 16)
    guard parts < threads else { return (parts, 1) }
    var subtrees = 1
    while subtrees < leaves, parts * subtrees < 2 * threads { subtrees *= 2 }
    return (parts, subtrees)
  }

  package func sumRoom(leaves: Int, threads: Int) -> SumRoom {
    let (parts, subtrees) = cut(leaves: leaves, threads: threads)
    return withUnsafePointer(to: shape) {
      let most = (dl_conv_gradient_parts($0) + parts - 1) / parts
      return SumRoom(
        own: dl_conv_sums_count($0, most, leaves / subtrees), shared: subtrees > 1 ? subtrees * weightCount : 0)
    }
  }

  /// dw = Σ x⊗dy. Tasks own different rows of dw and, where these are few, different parts of the batch.
  private func weightGradient(_ pass: Pass) {
    guard let gradients, let rows = pass.rows, let sums = pass.sums else { return }
    let shape = shape, dw = pass.memory.gradients.pointer + weight, count = weightCount
    let all = withUnsafePointer(to: shape) { dl_conv_gradient_parts($0) }
    let (parts, subtrees) = cut(leaves: rows.leafCount, threads: pass.pool?.threads ?? 1)
    let leaves = rows.leafCount / subtrees, target = subtrees > 1 ? sums.shared.pointer : dw
    pass.eachSum(parts * subtrees) { task, scratch, own in
      let part = task % parts, subtree = task / parts
      withUnsafePointer(to: shape) {
        dl_conv_weight_gradient(
          $0, pass.pointer(input), pass.pointer(gradients.output), rows.leaves + subtree * leaves, leaves,
          all * part / parts, all * (part + 1) / parts, target + subtree * count, scratch, own)
      }
    }
    if subtrees > 1 {
      let piece = 1 << 14
      pass.eachTask((count + piece - 1) / piece) { task, _ in
        let first = task * piece, floats = min(piece, count - first)
        BatchTree.pairs(subtrees) { dl_add(target + $1 * count + first, floats, target + $0 * count + first) }
        (dw + first).update(from: target + first, count: floats)
      }
    }
    if let bias {
      withUnsafePointer(to: shape) {
        dl_conv_bias_gradient(
          $0, pass.pointer(gradients.output), rows.leaves, rows.leafCount, pass.memory.gradients.pointer + bias)
      }
    }
  }
}
