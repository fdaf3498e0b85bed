/// Adversarial weight perturbation (Wu et al. 2020; docs/algorithms.md §2.5).
extension Network {
  /// Moves every weight tensor of two or more dimensions by γ·d up the gradient g of the last backward pass:
  ///
  ///     d = ‖w‖·g/(‖g‖ + 1e-20)
  ///
  /// Biases and the γ and β of norms stay. The caller keeps a copy and goes back to it.
  package func perturbWeights(by gamma: Double) {
    let weights = memory.parameters.pointer, gradients = memory.gradients.pointer
    // A tensor is one task, summed in its own order, so the bits do not depend on the number of threads.
    pool.run(tasks: tensors.count) { index, _ in
      let tensor = tensors[index]
      guard tensor.isParameter, tensor.shape.count >= 2 else { return }
      var weightSquare = 0.0, gradientSquare = 0.0
      for element in 0..<tensor.count {
        let place = tensor.place(element)
        weightSquare += Double(weights[place]) * Double(weights[place])
        gradientSquare += Double(gradients[place]) * Double(gradients[place])
      }
      let factor = Float(gamma * weightSquare.squareRoot() / (gradientSquare.squareRoot() + 1e-20))
      for element in 0..<tensor.count {
        let place = tensor.place(element)
        weights[place] += factor * gradients[place]
      }
    }
    parametersDidChange()
  }
}
