import CKernels

/// Stochastic gradient descent with momentum and weight decay. docs/algorithms.md §13; torch.optim.SGD.
///
///     g ← g + wd·θ;  v ← μ·v + g;  θ ← θ − lr·v      (Nesterov: θ ← θ − lr·(g + μ·v))
package struct SGD: Sendable, Hashable {
  /// Learning rate.
  package var learningRate: Float
  /// μ; the first step has v = g because v starts at 0.
  package var momentum: Float
  /// wd.
  package var weightDecay: Float
  /// wd on biases and the γ and β of norms too, not on weights of two or more dimensions alone.
  package var decaysNorms: Bool
  /// Nesterov's form.
  package var nesterov: Bool

  package init(
    learningRate: Float, momentum: Float = 0.9, weightDecay: Float = 5e-4, decaysNorms: Bool = true,
    nesterov: Bool = false
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.decaysNorms = decaysNorms
    self.nesterov = nesterov
  }

  /// Moves the parameters by the gradients of the last backward pass.
  package func step(_ network: Network) {
    let memory = network.memory, count = memory.parameters.count
    if !decaysNorms { addDecay(of: network) }
    let decay = decaysNorms ? weightDecay : 0
    // Pieces that do not depend on the number of threads; each parameter is on its own, so neither do the bits.
    let piece = 1 << 16
    network.pool.run(tasks: (count + piece - 1) / piece) { task, _ in
      let start = task * piece
      dl_sgd(
        memory.parameters.pointer + start, memory.gradients.pointer + start, memory.momentum.pointer + start,
        min(piece, count - start), learningRate, momentum, decay, nesterov)
    }
    network.parametersDidChange()
  }

  /// g ← g + wd·θ for the weights of two or more dimensions.
  private func addDecay(of network: Network) {
    let weights = network.memory.parameters.pointer, gradients = network.memory.gradients.pointer
    network.pool.run(tasks: network.tensors.count) { index, _ in
      let tensor = network.tensors[index]
      guard tensor.isParameter, tensor.shape.count >= 2 else { return }
      for element in 0..<tensor.count {
        let place = tensor.place(element)
        gradients[place] += weightDecay * weights[place]
      }
    }
  }
}
