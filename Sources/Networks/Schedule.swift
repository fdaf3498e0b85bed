/// How the learning rate goes over a run: a factor of its peak.
package enum Schedule: Sendable, Hashable {
  /// Always the peak.
  case constant
  /// Up to the peak at `warmup`, then down to 0 at the end; 0.02 of the peak in the last fiftieth. Shares of the run.
  case oneCycle(warmup: Double)
  /// Up to the peak at `warmup`, flat until `flat`, then down to 0 at the end. Shares of the run.
  case trapezoid(warmup: Double, flat: Double)
  /// A tenth after each share of the run.
  case piecewise(drops: [Double])

  /// The factor for step `step` (from 0) of `steps`.
  package func factor(step: Int, of steps: Int) -> Double {
    let t = Double(step) / Double(max(1, steps))
    switch self {
    case .constant: return 1
    case .oneCycle(let warmup):
      if t >= 0.98 { return 0.02 }
      return t < warmup ? t / warmup : (1 - t) / (1 - warmup)
    case .trapezoid(let warmup, let flat):
      // The first step already moves, so that a warm-up of n steps has n rising ones.
      if t < warmup { return Double(step + 1) / (warmup * Double(steps)) }
      return t < flat ? 1 : (1 - t) / (1 - flat)
    case .piecewise(let drops):
      return drops.reduce(1) { t >= $1 - 1e-12 ? $0 * 0.1 : $0 }
    }
  }
}
