import CKernels
import Networks

/// The fast gradient (sign) method: one step of size ε from the image itself. docs/algorithms.md §1; Goodfellow et al.
/// 2015.
///
///     ℓ∞: x′ = clip01(x + ε·sign g);   ℓ2: x′ = clip01(x + ε·g/(‖g‖ + 1e-12))
package struct FGSM: Attack, Hashable {
  /// `fgsm`.
  package static let name = "fgsm"

  package static let isIterative = false

  /// Norm of the ball.
  package var norm: BallNorm
  /// ε.
  package var epsilon: Float

  package init(norm: BallNorm = .linf, epsilon: Float) {
    self.norm = norm
    self.epsilon = epsilon
  }

  package init(_ settings: TrainingAttackSettings) { self.init(norm: settings.norm, epsilon: settings.epsilon) }

  package var startsAtImage: Bool { true }

  /// `FGSM`, or `FGM` in ℓ2.
  package var title: String { norm == .linf ? "FGSM" : "FGM" }

  /// A forward and a backward.
  package var passes: Int { 2 }

  /// Writes the adversarial images; see `Attack`.
  package func perturb(
    _ batch: AttackBatch, on network: Network, into adversarial: UnsafeMutablePointer<Float>, poll: () throws -> Void
  ) throws {
    try poll()
    let pixels = network.settings.input.planarCount
    adversarial.update(from: batch.images, count: batch.count * pixels)
    try network.eachGradient(batch, at: batch.images, poll: poll) { image, _, gradient in
      let place = image * pixels
      switch norm {
      case .linf: dl_linf_step(adversarial + place, batch.images + place, gradient, pixels, epsilon, epsilon)
      case .l2:
        let factor = Float(Double(epsilon) / (norm2(gradient, pixels) + 1e-12))
        for i in 0..<pixels { adversarial[place + i] = clip01(batch.images[place + i] + factor * gradient[i]) }
      }
    }
  }
}
