import Tensors

/// A normalization layer with optional ReLU, and everything that is known of its kind.
package protocol NormLayer: Layer, SendableMetatype {
  /// What the setting `norm` calls it.
  static var kindName: String { get }
  /// Which one it is.
  static var kind: NormKind { get }
  /// Two sets of statistics, one per domain.
  static var hasTwoSets: Bool { get }
  /// Running statistics, one set or two.
  static var hasStatistics: Bool { get }
  /// Infers the domain of every pixel: trained, it needs both domains in one pass.
  static var infersDomains: Bool { get }
  /// A shift β per channel may follow the normalization, so that convolutions before it need no bias.
  static var replacesBias: Bool { get }
  /// What `norm.affine` may say next to `default`.
  static var affines: [NormAffine] { get }
  /// In how many groups the channels of one image are normalized together, if `wanted` is asked for; nil where the whole
  /// batch is.
  static func groups(of channels: Int, _ wanted: Int?) -> Int?
  /// Makes it on `input`; its tensors stand below `name`.
  init(_ name: String, _ input: Activation, relu: Bool, affine: NormAffine, _ builder: inout NetworkBuilder)
  /// PyTorch's name of the layer: `layer1.0.bn1`.
  var name: String { get }
  /// What enters it; a forward pass leaves it as it is until the next.
  var input: Activation { get }
  /// Plans where the gradients stand, after which `backward` can run.
  func planBackward(_ places: GradientPlaces, _ plan: inout ArenaPlan)
}

/// Where a norm's backward pass finds and leaves gradients.
package struct GradientPlaces {
  /// The gradient of the output.
  let output: Activation
  /// Where that of the input goes: in its place, unless others still need the output's.
  let input: Activation
  /// What is added to the input's gradient; nil for nothing.
  var residual: Activation?
}

extension NormLayer {
  package static var kind: NormKind { NormKind(Self.self) }
  package static var hasTwoSets: Bool { false }
  package static var hasStatistics: Bool { hasTwoSets }
  package static var infersDomains: Bool { false }
  package static var replacesBias: Bool { true }
  package static var affines: [NormAffine] { [] }
  package static func groups(of channels: Int, _ wanted: Int?) -> Int? { nil }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    planBackward(GradientPlaces(output: gradient, input: gradient), &plan)
    return gradient
  }

  /// As `planBackward`; what stands in `residual` is added to the input's gradient.
  func planBackward(_ gradient: Activation, adding residual: Activation, _ plan: inout ArenaPlan) {
    planBackward(GradientPlaces(output: gradient, input: gradient, residual: residual), &plan)
  }

  /// As `planBackward`, for an output gradient that others still need and an input gradient with memory of its own.
  func planBackward(sharing gradient: Activation, into inputGradient: Activation, _ plan: inout ArenaPlan) {
    planBackward(GradientPlaces(output: gradient, input: inputGradient), &plan)
  }
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
