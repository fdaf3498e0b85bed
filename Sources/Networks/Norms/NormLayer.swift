import Tensors

/// A normalisation layer with optional ReLU: what stands in a network's BN places.
package protocol NormLayer: Layer {
  /// As `planBackward`; what stands in `residual` is added to the input's gradient.
  func planBackward(_ gradient: Activation, adding residual: Activation)
  /// As `planBackward`, for an output gradient that others still need and an input gradient with memory of its own.
  func planBackward(sharing gradient: Activation, into inputGradient: Activation)
}
