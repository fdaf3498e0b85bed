import Foundation
import Tensors

/// A tensor under PyTorch's name, and where its elements stand in a network's memory.
package struct NamedTensor {
  /// `layer1.0.conv1.weight`.
  package let name: String
  /// PyTorch's shape.
  package let shape: [Int]
  /// Trained, or a running statistic.
  package let isParameter: Bool
  /// The place in memory of element `i` of PyTorch's row-major order.
  package let place: (Int) -> Int
  /// How it is drawn at the start.
  package let initial: Initial

  /// Elements in all.
  package var count: Int { shape.reduce(1, *) }
}

/// How a tensor starts. docs/algorithms.md §12.5.
package enum Initial {
  case constant(Float)
  /// N(0, deviation²).
  case normal(Float)
  /// Uniform in ±bound.
  case uniform(Float)
}

/// How 3×3 convolutions are computed: a choice between speed and the last digits, made when a network is made.
package enum ConvolutionKind: String, Sendable, Hashable, CaseIterable {
  /// Winograd F(4×4,3×3) where the layer's shape suits it.
  case fast
  /// Gather and product everywhere: about ten times smaller rounding errors.
  case accurate

  /// What `DUALAB_CONV` asks for; `fast` when it is not set.
  package static var fromEnvironment: ConvolutionKind {
    ProcessInfo.processInfo.environment["DUALAB_CONV"].flatMap(ConvolutionKind.init) ?? .fast
  }
}

/// Collects the tensors of a network while its layers are made, gives each its place, and plans the activations.
package struct NetworkBuilder {
  /// The memory of a pass.
  package var plan = ArenaPlan()
  package private(set) var tensors: [NamedTensor] = []
  package private(set) var parameterCount = 0
  package private(set) var bufferCount = 0

  /// How 3×3 convolutions are computed.
  let convolution: ConvolutionKind
  /// Which norms, where, and with what γ and β.
  let normChoice: (kind: NormKind, placement: NormPlacement, affine: NormAffine)
  /// What a normalization layer with `relu` is followed by.
  let activation: ActivationKind
  /// What the shortcut of a pre-activation block takes.
  let shortcut: ShortcutSource
  /// In how many groups GroupNorm is asked to divide channels; nil for its own choice.
  var normGroups: Int?
  /// The norm places so far: names, and the shape of what is normalized.
  private(set) var normPlaces: [(name: String, shape: Shape)] = []

  package init(
    convolution: ConvolutionKind = .fast, norm: NormKind = .batch, placement: NormPlacement = .stageEnds,
    affine: NormAffine = .habitual, activation: ActivationKind = .relu, shortcut: ShortcutSource = .activated
  ) {
    (self.activation, self.shortcut) = (activation, shortcut)
    self.convolution = convolution
    normChoice = (norm, placement, affine)
  }

  /// A builder for the norms of `settings`.
  init(_ settings: ModelSettings, convolution: ConvolutionKind = .fast) {
    self.init(
      convolution: convolution, norm: settings.norm, placement: settings.normLayers,
      affine: settings.normAffine, activation: settings.activation, shortcut: settings.shortcut)
    normGroups = settings.normGroups
  }

  /// Convolutions have a bias of their own where no norm follows that has one. docs/demo.md §2.
  var convolutionsHaveBias: Bool { !normChoice.kind.layer.replacesBias }

  /// Counts a norm place.
  mutating func addNormPlace(_ name: String, _ shape: Shape) { normPlaces.append((name, shape)) }

  /// Room for a trained tensor of `room` floats (padding included); returns where it starts.
  package mutating func parameter(
    _ name: String, shape: [Int], room: Int, initial: Initial, place: @escaping (Int) -> Int = { $0 }
  ) -> Int {
    let offset = parameterCount
    parameterCount += padded(room)
    tensors.append(
      NamedTensor(name: name, shape: shape, isParameter: true, place: { offset + place($0) }, initial: initial))
    return offset
  }

  /// Room for a running statistic; returns where it starts.
  package mutating func buffer(_ name: String, shape: [Int], room: Int, initial: Initial) -> Int {
    let offset = bufferCount
    bufferCount += padded(room)
    tensors.append(NamedTensor(name: name, shape: shape, isParameter: false, place: { offset + $0 }, initial: initial))
    return offset
  }

  private func padded(_ count: Int) -> Int { (count + Shape.lanes - 1) / Shape.lanes * Shape.lanes }
}

/// The numbers of a network: parameters, their gradients and momenta, running statistics.
package final class NetworkMemory {
  package let parameters: Storage
  package let gradients: Storage
  package let momentum: Storage
  package let buffers: Storage
  /// How norms behave.
  package var norms = NormControls()

  package init(_ builder: NetworkBuilder) {
    parameters = Storage(count: builder.parameterCount)
    gradients = Storage(count: builder.parameterCount)
    momentum = Storage(count: builder.parameterCount)
    buffers = Storage(count: builder.bufferCount)
  }
}
