import CKernels
import Tensors

/// `z = x·wᵀ + b`, from features to logits, or to hidden units. Features with pixels are flattened in PyTorch's order,
/// C, H, W.
package final class Linear: Layer {
  private let input: Activation
  package let output: Activation
  /// Rows of the weights; those of the padding are zeros.
  private let outputs: Int
  private let weight: Int
  private let bias: Int
  private var gradients: GradientPlan?

  /// `name.weight` [outputs, features] and `name.bias` [outputs]; PyTorch's start, uniform in ±1/√features. Logits are
  /// planar; what another layer takes is blocked.
  package init(
    _ name: String, _ input: Activation, to outputs: Int, isHidden: Bool = false, _ builder: inout NetworkBuilder
  ) {
    self.input = input
    output = Activation(keeping: Shape(outputs, 1, 1), planar: !isHidden, &builder.plan)
    self.outputs = output.count
    let shape = input.shape, features = shape.planarCount, stride = input.count
    let initial = Initial.uniform(1 / Float(features).squareRoot())
    weight = builder.parameter(
      "\(name).weight", shape: [outputs, features], room: output.count * stride, initial: initial
    ) { index in
      let (channel, pixel) = (index % features / shape.pixels, index % shape.pixels)
      let block = channel / Shape.lanes * shape.pixels + pixel
      return index / features * stride + block * Shape.lanes + channel % Shape.lanes
    }
    bias = builder.parameter("\(name).bias", shape: [outputs], room: output.count, initial: initial)
  }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    let gradients = separateGradients(from: gradient, to: input, &plan)
    self.gradients = gradients
    return gradients.input
  }

  package func forward(_ pass: Pass) {
    let w = pass.memory.parameters.pointer + weight, b = pass.memory.parameters.pointer + bias
    pass.eachChunk { _, images, _ in
      dl_linear(
        pass.pointer(input, image: images.lowerBound), w, b, images.count, input.count, outputs,
        pass.pointer(output, image: images.lowerBound))
    }
  }

  package func backward(_ pass: Pass) {
    guard let gradients else { return }
    if pass.wanted.contains(.parameters) {
      weightGradient(pass, gradients)
    }
    let w = pass.memory.parameters.pointer + weight
    pass.eachChunk { _, images, _ in
      dl_linear_input_gradient(
        pass.pointer(gradients.output, image: images.lowerBound), w, images.count, input.count, outputs,
        pass.pointer(gradients.input, image: images.lowerBound))
    }
  }

  /// dw = Σ dy⊗x, db = Σ dy. Tasks own different outputs.
  private func weightGradient(_ pass: Pass, _ gradients: GradientPlan) {
    guard let rows = pass.rows else { return }
    let dw = pass.memory.gradients.pointer + weight, db = pass.memory.gradients.pointer + bias, piece = 4
    pass.eachTask((outputs + piece - 1) / piece) { task, _ in
      dl_linear_weight_gradient(
        pass.pointer(input), pass.pointer(gradients.output), rows.leaves, rows.leafCount, input.count, outputs,
        task * piece, min(outputs, (task + 1) * piece), dw, db)
    }
  }
}
