import Objectives

/// Difference-of-logits-ratio losses (Croce and Hein 2020), to be maximized. docs/algorithms.md §3. With z₁ ≥ z₂ ≥ …
/// the sorted logits, n = z_y − z_o and D the denominator, both are −n/D, invariant to shift and positive rescaling:
///
///     DLR   = −(z_y − max_{k≠y} z_k) / (z₁ − z₃ + 1e-12)
///     DLR_t = −(z_y − z_t) / (z₁ − (z₃ + z₄)/2 + 1e-12)
///
/// The gradient goes through the denominator: ∂z_y = −1/D, ∂z_o = 1/D, ∂z₁ = n/D², ∂z₃ = −n/D² (targeted: half of it
/// each on z₃, z₄), summed where one logit plays two parts.
extension RowLosses {
  /// DLR of one example with three or more classes. Adds its gradient to `gradient`.
  package static func dlr(
    _ logits: UnsafePointer<Float>, classes: Int, label: Int, addingTo gradient: UnsafeMutablePointer<Float>? = nil
  ) -> Double {
    let order = largest(logits, classes)
    let other = order[0] == label ? order[1] : order[0]
    return ratio(logits, label: label, over: other, first: order[0], low: [order[2]], gradient)
  }

  /// Targeted DLR of one example with four or more classes. Adds its gradient to `gradient`.
  package static func targetedDLR(
    _ logits: UnsafePointer<Float>, classes: Int, label: Int, target: Int,
    addingTo gradient: UnsafeMutablePointer<Float>? = nil
  ) -> Double {
    let order = largest(logits, classes)
    return ratio(logits, label: label, over: target, first: order[0], low: [order[2], order[3]], gradient)
  }

  /// −(z_y − z_o) / (z_first − mean z_low + 1e-12).
  private static func ratio(
    _ logits: UnsafePointer<Float>, label: Int, over other: Int, first: Int, low: [Int],
    _ gradient: UnsafeMutablePointer<Float>?
  ) -> Double {
    let share = 1 / Double(low.count)
    let difference = Double(logits[label]) - Double(logits[other])
    let denominator = Double(logits[first]) - share * low.reduce(0.0) { $0 + Double(logits[$1]) } + 1e-12
    if let gradient {
      let slope = difference / (denominator * denominator)
      gradient[label] -= Float(1 / denominator)
      gradient[other] += Float(1 / denominator)
      gradient[first] += Float(slope)
      for k in low { gradient[k] -= Float(share * slope) }
    }
    return -difference / denominator
  }

  /// The indices of the four largest logits, largest first, the lowest index of equals first; 0 if there are fewer.
  private static func largest(_ logits: UnsafePointer<Float>, _ classes: Int) -> SIMD4<Int> {
    var order = SIMD4<Int>.zero, known = 0
    for k in 0..<classes {
      var place = known
      while place > 0 && logits[k] > logits[order[place - 1]] { place -= 1 }
      guard place < 4 else { continue }
      known = min(4, known + 1)
      for behind in stride(from: known - 1, to: place, by: -1) { order[behind] = order[behind - 1] }
      order[place] = k
    }
    return order
  }
}
