import Tensors

/// A normalisation layer with optional ReLU: what stands in a network's norm places.
package protocol NormLayer: Layer, SendableMetatype {
  /// Which one it is.
  static var kind: NormKind { get }
  /// Makes it on `input`; its tensors stand below `name`.
  init(_ name: String, _ input: Activation, relu: Bool, affine: NormAffine, _ builder: inout NetworkBuilder)
  /// PyTorch's name of the layer: `layer1.0.bn1`.
  var name: String { get }
  /// What enters it; a forward pass leaves it as it is until the next.
  var input: Activation { get }
  /// As `planBackward`; what stands in `residual` is added to the input's gradient.
  func planBackward(_ gradient: Activation, adding residual: Activation, _ plan: inout ArenaPlan)
  /// As `planBackward`, for an output gradient that others still need and an input gradient with memory of its own.
  func planBackward(sharing gradient: Activation, into inputGradient: Activation, _ plan: inout ArenaPlan)
}

extension NetworkBuilder {
  /// `name.weight` and `name.bias` of a norm: γ = 1 and β = 0 per channel; where they start.
  mutating func affine(_ name: String, _ shape: Shape, suffix: String = "") -> (weight: Int, bias: Int) {
    let room = shape.blocks * Shape.lanes
    let weight = parameter("\(name).weight\(suffix)", shape: [shape.channels], room: room, initial: .constant(1))
    let bias = parameter("\(name).bias\(suffix)", shape: [shape.channels], room: room, initial: .constant(0))
    return (weight, bias)
  }

  /// `name.running_mean` and `name.running_var`: 0 and 1 per channel; where they start.
  mutating func statistics(_ name: String, _ shape: Shape, suffix: String = "") -> (mean: Int, variance: Int) {
    let room = shape.blocks * Shape.lanes
    let mean = buffer("\(name).running_mean\(suffix)", shape: [shape.channels], room: room, initial: .constant(0))
    let variance = buffer("\(name).running_var\(suffix)", shape: [shape.channels], room: room, initial: .constant(1))
    return (mean, variance)
  }
}

/// A norm that infers the domain of every pixel.
package protocol PosteriorNorm: NormLayer {
  /// The NLL of the last pass that knew both domains, without λ.
  var nll: Double { get }
  /// What it made of that pass; nil before the first one.
  var posterior: PosteriorGauge? { get }
}
