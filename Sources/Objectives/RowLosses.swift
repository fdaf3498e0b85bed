import Tensors

/// Losses of one example, and their gradients with respect to its logits. Computed in double; docs/algorithms.md §2.
package enum RowLosses {
  /// CE = −log softmax(z)_y. Adds `weight · ∂CE/∂z = weight · (softmax(z) − onehot(y))` to `gradient`.
  package static func crossEntropy(
    _ logits: UnsafePointer<Float>, classes: Int, label: Int, weight: Double = 1,
    addingTo gradient: UnsafeMutablePointer<Float>? = nil
  ) -> Double {
    withLogSoftmax(logits, classes) { logp in
      if let gradient {
        for k in 0..<classes { gradient[k] += Float(weight * (exponential(logp[k]) - (k == label ? 1 : 0))) }
      }
      return -logp[label]
    }
  }

  /// KL(p‖q) = Σ_k p_k (log p_k − log q_k) with p of the clean and q of the adversarial logits.
  ///
  /// Adds `weight · ∂KL/∂z = weight · p ⊙ (log p − log q − KL)` to `cleanGradient` and
  /// `weight · ∂KL/∂z′ = weight · (q − p)` to `adversarialGradient`, where they are given.
  package static func divergence(
    clean: UnsafePointer<Float>, adversarial: UnsafePointer<Float>, classes: Int, weight: Double = 1,
    cleanGradient: UnsafeMutablePointer<Float>? = nil, adversarialGradient: UnsafeMutablePointer<Float>? = nil
  ) -> Double {
    withLogSoftmax(clean, classes) { logp in
      withLogSoftmax(adversarial, classes) { logq in
        var divergence = 0.0
        for k in 0..<classes {
          let p = exponential(logp[k])
          // Terms with p = 0 contribute 0, also where log p is −∞.
          if p > 0 { divergence += p * (logp[k] - logq[k]) }
        }
        for k in 0..<classes {
          let p = exponential(logp[k])
          if let cleanGradient, p > 0 { cleanGradient[k] += Float(weight * p * (logp[k] - logq[k] - divergence)) }
          if let adversarialGradient { adversarialGradient[k] += Float(weight * (exponential(logq[k]) - p)) }
        }
        return divergence
      }
    }
  }

  /// log softmax(z), without overflow: z − max − log Σ exp(z − max).
  package static func withLogSoftmax(
    _ logits: UnsafePointer<Float>, _ classes: Int, _ body: (UnsafeMutableBufferPointer<Double>) -> Double
  ) -> Double {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { logp in
      var largest = -Double.infinity
      for k in 0..<classes { largest = max(largest, Double(logits[k])) }
      var sum = 0.0
      for k in 0..<classes { sum += exponential(Double(logits[k]) - largest) }
      let logSum = logarithm(sum)
      for k in 0..<classes { logp.initializeElement(at: k, to: Double(logits[k]) - largest - logSum) }
      return body(logp)
    }
  }
}
