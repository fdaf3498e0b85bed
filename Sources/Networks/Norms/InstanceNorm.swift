/// Instance normalization: every channel of every image by itself. See `ImageNorm`.
package final class InstanceNorm: ImageNorm, NormLayer {
  package static let kindName = "in"
  package static let affines = [NormAffine.on, .off]

  package static func groups(of channels: Int, _ wanted: Int?) -> Int? { channels }

  /// `name.weight` and `name.bias` if affine is on; by default there are none.
  package convenience init(
    _ name: String, _ input: Activation, relu: Bool, affine: NormAffine = .habitual, _ builder: inout NetworkBuilder
  ) {
    self.init(name, input, relu: relu, groups: input.shape.channels, hasAffine: affine == .on, &builder)
  }
}

extension NormKind {
  package static let instance = NormKind(InstanceNorm.self)
}
