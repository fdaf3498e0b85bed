import Tensors

/// MART: BCE(x′) + β·mean of KL_i·(1.0000001 − p_y); the attack ascends CE. Wang et al. 2020; docs/algorithms.md §2.
///
/// BCE is CE boosted by a margin: −log q_y − log(1.0001 − q_k + 1e-12), k the top class other than y. KL_i has
/// log(q + 1e-12) in place of log q, so that it stays finite where q is 0.
struct MART: Objective {
  static let name = "mart"
  static let title = "MART"
  static let formula = "boosted CE(x′) + β·(1 − p_y)·KL(clean‖adversarial)"
  static let weights: Set<LossWeight> = [.beta]
  static let paperBeta: Double? = 5
  static let rows = BatchRows.both
  static let innerLoss = InnerLoss.crossEntropy
  private let beta: Double

  init(_ weights: LossWeights) { beta = weights.beta }

  var comparesDomains: Bool { beta > 0 }

  func evaluate(_ batch: ObjectiveBatch) -> LossParts {
    // Neither CE is part of the loss; both are shown next to it.
    let clean = batch.cleanCrossEntropy(weight: 0), adversarial = batch.adversarialCrossEntropy(weight: 0)
    let boosted = batch.meanOverRows(batch.adversarial) { row, label, gradient, share in
      MART.boostedCrossEntropy(row, classes: batch.classes, label: label, weight: share, gradient)
    }
    let pairs = batch.meansOverPairs { pair, share in
      let row = MART.weightedDivergence(pair, classes: batch.classes, weight: beta * share)
      return SIMD2(row.divergence, row.loss)
    }
    return LossParts(
      total: (boosted ?? 0) + beta * (pairs?.y ?? 0), clean: clean, adversarial: adversarial, divergence: pairs?.x)
  }

  private static let margin = 1.0001, floor = 1e-12, trust = 1.0000001

  /// −log q_y − log(margin − q_k + floor); adds `weight` times
  /// ∂/∂z′_j = q_j − [j = y] + q_k([j = k] − q_j)/(margin − q_k + floor).
  private static func boostedCrossEntropy(
    _ logits: UnsafePointer<Float>, classes: Int, label: Int, weight: Double, _ gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    RowLosses.withLogSoftmax(logits, classes) { logq in
      var rival = label == 0 ? 1 : 0
      for k in 0..<classes where k != label && logq[k] > logq[rival] { rival = k }
      let q = exponential(logq[rival]), room = margin - q + floor
      for j in 0..<classes {
        let own = exponential(logq[j])
        let pull = q * ((j == rival ? 1 : 0) - own) / room
        gradient[j] += Float(weight * (own - (j == label ? 1 : 0) + pull))
      }
      return -logq[label] - logarithm(room)
    }
  }

  /// KL_i, and KL_i·(trust − p_y), of which `weight` times the gradient is added. With s = Σ_k p_k q_k/(q_k + floor):
  /// ∂KL/∂z′_j = q_j s − p_j q_j/(q_j + floor), ∂KL/∂z_j = p_j(log p_j − log(q_j + floor) − KL), ∂p_y/∂z_j = p_y([j =
  /// y] − p_j).
  private static func weightedDivergence(
    _ pair: ObjectiveBatch.Pair, classes: Int, weight: Double
  ) -> (divergence: Double, loss: Double) {
    var loss = 0.0
    let divergence = RowLosses.withLogSoftmax(pair.clean, classes) { logp in
      RowLosses.withLogSoftmax(pair.adversarial, classes) { logq in
        var divergence = 0.0, spread = 0.0
        for k in 0..<classes {
          let p = exponential(logp[k]), q = exponential(logq[k])
          // Terms with p = 0 contribute 0, also where log p is −∞.
          if p > 0 { divergence += p * (logp[k] - logarithm(q + floor)) }
          spread += p * q / (q + floor)
        }
        let doubt = trust - exponential(logp[pair.label])
        for j in 0..<classes {
          let p = exponential(logp[j]), q = exponential(logq[j])
          pair.adversarialGradient[j] += Float(weight * doubt * (q * spread - p * q / (q + floor)))
          let doubtGradient = -exponential(logp[pair.label]) * ((j == pair.label ? 1 : 0) - p)
          let own = p > 0 ? p * (logp[j] - logarithm(q + floor) - divergence) : 0
          pair.cleanGradient[j] += Float(weight * (doubt * own + divergence * doubtGradient))
        }
        loss = divergence * doubt
        return divergence
      }
    }
    return (divergence, loss)
  }
}
