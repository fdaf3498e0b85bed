import CKernels
import Tensors

/// No normalization: the optional ReLU alone. Convolutions of such a network have a bias. docs/demo.md §2.
package final class IdentityNorm: NormLayer {
  package static let kindName = "none"
  package static let replacesBias = false

  package let name: String
  package let input: Activation
  package let output: Activation
  private let relu: Bool
  private var places: GradientPlaces?

  /// Has no tensors.
  package init(
    _ name: String, _ input: Activation, relu: Bool, affine: NormAffine = .habitual, _ builder: inout NetworkBuilder
  ) {
    self.name = name
    self.input = input
    self.relu = relu
    // Of its own even without a ReLU: a residual block makes its sum there, and the input must stay as it is.
    output = Activation(keeping: input.shape, &builder.plan)
  }

  package func planBackward(_ places: GradientPlaces, _ plan: inout ArenaPlan) {
    self.places = places
  }

  package func forward(_ pass: Pass) {
    pass.eachChunk { _, images, _ in
      let x = pass.pointer(input, image: images.lowerBound), y = pass.pointer(output, image: images.lowerBound)
      if relu {
        dl_relu(x, images.count * input.count, y)
      } else {
        y.update(from: x, count: images.count * input.count)
      }
    }
  }

  package func backward(_ pass: Pass) {
    guard let places else { return }
    pass.eachChunk { _, images, _ in
      let first = images.lowerBound, count = images.count * input.count
      let dy = pass.pointer(places.output, image: first), dx = pass.pointer(places.input, image: first)
      if relu {
        dl_relu_gradient(pass.pointer(input, image: first), dy, count, dx)
      } else if dx != dy {
        dx.update(from: dy, count: count)
      }
      if let residual = places.residual { dl_add(pass.pointer(residual, image: first), count, dx) }
    }
  }
}

extension NormKind {
  package static let identity = NormKind(IdentityNorm.self)
}
