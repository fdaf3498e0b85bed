import Tensors

/// The norms, in the order of the knob `norm`.
package let norms: [any NormLayer.Type] = [
  BatchNorm.self, DualNorm.self, SplitNorm.self, InstanceNorm.self, GroupNorm.self, IdentityNorm.self,
]

extension NetworkBuilder {
  /// The norm of the next norm place: what the settings say, or BN where a dual or split norm is not to stand.
  ///
  /// Places are counted in the order of the calls. `isStageEnd` is true for the last norm of a stage, and for every
  /// norm of a network without stages.
  package mutating func norm(
    _ name: String, _ input: Activation, relu: Bool, isStageEnd: Bool
  ) -> any NormLayer {
    let isPlaced =
      !normChoice.kind.hasTwoSets || normChoice.placement.contains(normPlaces.count, isStageEnd: isStageEnd)
    addNormPlace(name, input.shape)
    let kind = isPlaced ? normChoice.kind : .batch
    if relu, activation == .silu { return siluNorm(kind.layer, name, input) }
    return kind.layer.init(name, input, relu: relu, affine: normChoice.affine, &self)
  }
}

extension NetworkBuilder {
  private mutating func siluNorm<Norm: NormLayer>(
    _ type: Norm.Type, _ name: String, _ input: Activation
  ) -> any NormLayer {
    SiLUNorm<Norm>(name, input, relu: true, affine: normChoice.affine, &self)
  }
}

extension Network {
  /// The names of a network's norm places, in the order in which `norm.layers` counts them; empty for an unknown model.
  package static func normPlaces(_ settings: ModelSettings) -> [String] { plannedNorms(settings).map { $0.name } }

  /// The same with the shape of what is normalized.
  static func plannedNorms(_ settings: ModelSettings) -> [(name: String, shape: Shape)] {
    guard let model = models.first(where: { $0.name == settings.name }) else { return [] }
    var builder = NetworkBuilder(settings)
    let input = Activation(keeping: settings.input, planar: true, &builder.plan)
    _ = model.make(settings, input, &builder)
    return builder.normPlaces
  }
}
