import Tensors

/// A normalisation layer with optional ReLU: what stands in a network's BN places.
package protocol NormLayer: Layer {
  /// PyTorch's name of the layer: `layer1.0.bn1`.
  var name: String { get }
  /// What enters it; a forward pass leaves it as it is until the next.
  var input: Activation { get }
  /// As `planBackward`; what stands in `residual` is added to the input's gradient.
  func planBackward(_ gradient: Activation, adding residual: Activation)
  /// As `planBackward`, for an output gradient that others still need and an input gradient with memory of its own.
  func planBackward(sharing gradient: Activation, into inputGradient: Activation)
}
