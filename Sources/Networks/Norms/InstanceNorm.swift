import Tensors

/// Instance normalisation: every channel of every image by itself. See `ImageNorm`.
package final class InstanceNorm: ImageNorm, NormLayer {
  package static let kind = NormKind.instance

  /// `name.weight` and `name.bias` if affine is on; by default there are none.
  package convenience init(
    _ name: String, _ input: Activation, relu: Bool, affine: NormAffine = .habitual, _ builder: inout NetworkBuilder
  ) {
    self.init(name, input, relu: relu, groups: input.shape.channels, hasAffine: affine == .on, &builder)
  }
}
