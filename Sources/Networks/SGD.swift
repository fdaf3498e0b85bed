import CKernels
import Tensors

/// Stochastic gradient descent with momentum and weight decay on all parameters. ALGORITHMS §13; torch.optim.SGD.
///
///     g ← g + wd·θ;  v ← μ·v + g;  θ ← θ − lr·v      (Nesterov: θ ← θ − lr·(g + μ·v))
public struct SGD: Sendable, Hashable {
  /// Learning rate.
  public var learningRate: Float
  /// μ; the first step has v = g because v starts at 0.
  public var momentum: Float
  /// wd, on norms and biases too.
  public var weightDecay: Float
  /// Nesterov's form.
  public var nesterov: Bool

  /// All settings.
  public init(learningRate: Float, momentum: Float = 0.9, weightDecay: Float = 5e-4, nesterov: Bool = false) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.nesterov = nesterov
  }

  /// Moves the parameters by the gradients of the last backward pass.
  public func step(_ network: Network) {
    let memory = network.memory, count = memory.parameters.count
    // Pieces that do not depend on the number of threads; each parameter is on its own, so neither do the bits.
    let piece = 1 << 16
    network.pool.run(tasks: (count + piece - 1) / piece) { task, _ in
      let start = task * piece
      dl_sgd(
        memory.parameters.pointer + start, memory.gradients.pointer + start, memory.momentum.pointer + start,
        min(piece, count - start), learningRate, momentum, weightDecay, nesterov)
    }
    network.parametersDidChange()
  }
}
