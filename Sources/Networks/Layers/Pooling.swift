import CKernels
import Tensors

/// Mean over all pixels: `y[c] = (1/HW) Σ_p x[c,p]`.
package final class GlobalAveragePool: Layer {
  private let input: Activation
  package let output: Activation
  private var gradients: GradientPlan?

  package init(_ input: Activation, _ builder: inout NetworkBuilder) {
    self.input = input
    output = Activation(keeping: Shape(input.shape.channels, 1, 1), &builder.plan)
  }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    let gradients = separateGradients(from: gradient, to: input, &plan)
    self.gradients = gradients
    return gradients.input
  }

  package func forward(_ pass: Pass) {
    let shape = input.shape
    pass.eachChunk { _, images, _ in
      dl_global_average(
        pass.pointer(input, image: images.lowerBound), images.count, shape.blocks, shape.pixels,
        pass.pointer(output, image: images.lowerBound))
    }
  }

  package func backward(_ pass: Pass) {
    guard let gradients else { return }
    let shape = input.shape
    pass.eachChunk { _, images, _ in
      dl_global_average_gradient(
        pass.pointer(gradients.output, image: images.lowerBound), images.count, shape.blocks, shape.pixels,
        pass.pointer(gradients.input, image: images.lowerBound))
    }
  }
}

/// Mean over squares of `window` pixels, stride `window`.
package final class AveragePool: Layer {
  private let window: Int
  private let input: Activation
  package let output: Activation
  private var gradients: GradientPlan?

  package init(_ input: Activation, window: Int, _ builder: inout NetworkBuilder) {
    self.window = window
    self.input = input
    let shape = Shape(input.shape.channels, input.shape.height / window, input.shape.width / window)
    output = Activation(keeping: shape, &builder.plan)
  }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    let gradients = separateGradients(from: gradient, to: input, &plan)
    self.gradients = gradients
    return gradients.input
  }

  package func forward(_ pass: Pass) {
    let shape = input.shape
    pass.eachChunk { _, images, _ in
      dl_average_pool(
        pass.pointer(input, image: images.lowerBound), images.count, shape.blocks, shape.height, shape.width, window,
        pass.pointer(output, image: images.lowerBound))
    }
  }

  package func backward(_ pass: Pass) {
    guard let gradients else { return }
    let shape = input.shape
    pass.eachChunk { _, images, _ in
      dl_average_pool_gradient(
        pass.pointer(gradients.output, image: images.lowerBound), images.count, shape.blocks, shape.height,
        shape.width, window, pass.pointer(gradients.input, image: images.lowerBound))
    }
  }
}

/// Mean over the parts of a grid of `size`×`size` that covers the image; parts may overlap, and repeat pixels of small
/// images. PyTorch's AdaptiveAvgPool2d: output i covers pixels ⌊i·side/size⌋ ..< ⌈(i + 1)·side/size⌉ of a side.
package final class AdaptiveAveragePool: Layer {
  private let size: Int
  private let input: Activation
  package let output: Activation
  private var gradients: GradientPlan?

  package init(_ input: Activation, size: Int, _ builder: inout NetworkBuilder) {
    self.size = size
    self.input = input
    output = Activation(keeping: Shape(input.shape.channels, size, size), &builder.plan)
  }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    let gradients = separateGradients(from: gradient, to: input, &plan)
    self.gradients = gradients
    return gradients.input
  }

  package func forward(_ pass: Pass) {
    let shape = input.shape
    pass.eachChunk { _, images, _ in
      dl_adaptive_pool(
        pass.pointer(input, image: images.lowerBound), images.count, shape.blocks, shape.height, shape.width, size,
        pass.pointer(output, image: images.lowerBound))
    }
  }

  package func backward(_ pass: Pass) {
    guard let gradients else { return }
    let shape = input.shape
    pass.eachChunk { _, images, _ in
      dl_adaptive_pool_gradient(
        pass.pointer(gradients.output, image: images.lowerBound), images.count, shape.blocks, shape.height,
        shape.width, size, pass.pointer(gradients.input, image: images.lowerBound))
    }
  }
}

/// Largest of window×window pixels, stride 2, (window − 1)/2 pixels of padding: 3×3 in the stem of residual networks,
/// 2×2 in VGG. With equal values the first one gets the gradient.
package final class MaxPool: Layer {
  private let window: Int
  private let input: Activation
  package let output: Activation
  /// Which pixel won; whole numbers in the memory of floats of the same size.
  private let winners: Activation
  private var gradients: GradientPlan?

  package init(_ input: Activation, window: Int = 3, _ builder: inout NetworkBuilder) {
    self.window = window
    self.input = input
    let outputs = { (side: Int) in dl_max_pool_size(side, window) }
    let shape = Shape(input.shape.channels, outputs(input.shape.height), outputs(input.shape.width))
    output = Activation(keeping: shape, &builder.plan)
    winners = Activation(keeping: shape, &builder.plan)
  }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    let gradients = separateGradients(from: gradient, to: input, &plan)
    self.gradients = gradients
    return gradients.input
  }

  package func forward(_ pass: Pass) {
    let shape = input.shape
    pass.eachChunk { _, images, _ in
      withWinners(pass, images) { winners in
        dl_max_pool(
          pass.pointer(input, image: images.lowerBound), images.count, shape.blocks, shape.height, shape.width,
          window, pass.pointer(output, image: images.lowerBound), winners)
      }
    }
  }

  package func backward(_ pass: Pass) {
    guard let gradients else { return }
    let shape = input.shape
    pass.eachChunk { _, images, _ in
      withWinners(pass, images) { winners in
        dl_max_pool_gradient(
          pass.pointer(gradients.output, image: images.lowerBound), winners, images.count, shape.blocks, shape.height,
          shape.width, window, pass.pointer(gradients.input, image: images.lowerBound))
      }
    }
  }

  private func withWinners(_ pass: Pass, _ images: Range<Int>, _ body: (UnsafeMutablePointer<Int32>) -> Void) {
    pass.pointer(winners, image: images.lowerBound)
      .withMemoryRebound(to: Int32.self, capacity: images.count * winners.count, body)
  }
}
