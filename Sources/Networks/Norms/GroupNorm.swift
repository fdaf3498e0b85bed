/// Group normalization in 32 groups, or in as many as divide the channels: gcd(32, C); or in as many as a file or a
/// person says. See `ImageNorm`.
package final class GroupNorm: ImageNorm, NormLayer {
  package static let kindName = "gn"
  package static let affines = [NormAffine.on, .off]

  /// `name.weight` and `name.bias`, unless affine is off.
  package convenience init(
    _ name: String, _ input: Activation, relu: Bool, affine: NormAffine = .habitual, _ builder: inout NetworkBuilder
  ) {
    let groups = GroupNorm.groupCount(input.shape.channels, builder.normGroups)
    self.init(name, input, relu: relu, groups: groups, hasAffine: affine != .off, &builder)
  }

  /// The `wanted` groups where they divide the channels, otherwise the greatest common divisor of 32 and the channels.
  package static func groupCount(_ channels: Int, _ wanted: Int? = nil) -> Int {
    if let wanted, wanted > 0, channels.isMultiple(of: wanted) { return wanted }
    return min(32, channels & -channels)
  }

  package static func groups(of channels: Int, _ wanted: Int?) -> Int? { groupCount(channels, wanted) }
}

extension NormKind {
  package static let group = NormKind(GroupNorm.self)
}
