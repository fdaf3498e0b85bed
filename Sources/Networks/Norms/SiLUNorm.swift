import CKernels
import Tensors

/// A normalization layer followed by SiLU, y = z·sigmoid(z) with z the normalized input: takes the place of one with a
/// fused ReLU in networks whose activation is SiLU. Elfwing et al. 2018.
///
///     dz = dy·(σ + z·σ·(1 − σ)),   σ = sigmoid(z)
package final class SiLUNorm<Norm: NormLayer>: NormLayer {
  package static var kindName: String { Norm.kindName }
  package static var kind: NormKind { NormKind(Norm.self) }
  package static var hasTwoSets: Bool { Norm.hasTwoSets }
  package static var hasStatistics: Bool { Norm.hasStatistics }
  package static var infersDomains: Bool { Norm.infersDomains }
  package static var replacesBias: Bool { Norm.replacesBias }
  package static var affines: [NormAffine] { Norm.affines }
  package static func groups(of channels: Int, _ wanted: Int?) -> Int? { Norm.groups(of: channels, wanted) }

  private let norm: Norm
  package let children: [any Layer]
  package let output: Activation
  private var gradient: Activation?
  private var normGradient: Activation?

  /// The tensors of `Norm`. Without `relu` there is nothing to activate, and `Norm` itself should be used.
  package init(
    _ name: String, _ input: Activation, relu: Bool, affine: NormAffine, _ builder: inout NetworkBuilder
  ) {
    norm = Norm(name, input, relu: false, affine: affine, &builder)
    children = [norm]
    output = Activation(keeping: input.shape, &builder.plan)
  }

  package var name: String { norm.name }
  package var input: Activation { norm.input }

  package func planBackward(_ places: GradientPlaces, _ plan: inout ArenaPlan) {
    (gradient, normGradient) = (places.output, places.input)
    norm.planBackward(GradientPlaces(output: places.input, input: places.input, residual: places.residual), &plan)
  }

  package func forward(_ pass: Pass) {
    norm.forward(pass)
    pass.eachChunk { _, images, _ in
      dl_silu(
        pass.pointer(norm.output, image: images.lowerBound), images.count * output.count,
        pass.pointer(output, image: images.lowerBound))
    }
  }

  package func backward(_ pass: Pass) {
    guard let gradient, let normGradient else { return }
    pass.eachChunk { _, images, _ in
      let first = images.lowerBound
      dl_silu_gradient(
        pass.pointer(norm.output, image: first), pass.pointer(gradient, image: first), images.count * output.count,
        pass.pointer(normGradient, image: first))
    }
    norm.backward(pass)
  }
}
