/// Group normalization in 32 groups, or in as many as divide the channels: gcd(32, C). See `ImageNorm`.
package final class GroupNorm: ImageNorm, NormLayer {
  package static let kindName = "gn"
  package static let affines = [NormAffine.on, .off]

  /// `name.weight` and `name.bias`, unless affine is off.
  package convenience init(
    _ name: String, _ input: Activation, relu: Bool, affine: NormAffine = .habitual, _ builder: inout NetworkBuilder
  ) {
    self.init(
      name, input, relu: relu, groups: GroupNorm.groupCount(input.shape.channels), hasAffine: affine != .off, &builder)
  }

  /// The greatest common divisor of 32 and the channels.
  package static func groupCount(_ channels: Int) -> Int { min(32, channels & -channels) }

  package static func groups(of channels: Int) -> Int? { groupCount(channels) }
}

extension NormKind {
  package static let group = NormKind(GroupNorm.self)
}
