import CKernels
import Networks
import Tensors

/// The fast gradient (sign) method: one step of size ε from the image itself. ALGORITHMS §1; Goodfellow et al. 2015.
///
///     ℓ∞: x′ = clip01(x + ε·sign g);   ℓ2: x′ = clip01(x + ε·g/(‖g‖ + 1e-12))
public struct FGSM: Attack, Hashable {
  /// `fgsm`.
  public static let name = "fgsm"

  /// Norm of the ball.
  public var norm: Norm
  /// ε.
  public var epsilon: Float

  /// All settings.
  public init(norm: Norm = .linf, epsilon: Float) {
    self.norm = norm
    self.epsilon = epsilon
  }

  /// `FGSM`, or `FGM` in ℓ2.
  public var title: String { norm == .linf ? "FGSM" : "FGM" }

  /// A forward and a backward.
  public var passes: Int { 2 }

  /// Writes the adversarial images; see `Attack`.
  public func perturb(
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
