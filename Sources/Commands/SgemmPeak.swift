import COpenBLAS

/// What OpenBLAS reaches on this machine with a product of 1024×1024 matrices.
enum SgemmPeak {
  /// The best of five products on one thread, in 10⁹ operations per second.
  static func measure() -> Double {
    let n = 1024, count = n * n
    let a = [Float](repeating: 0.5, count: count), b = [Float](repeating: 0.25, count: count)
    var c = [Float](repeating: 0, count: count)
    openblas_set_num_threads(1)
    var best = Double.infinity
    for _ in 0..<5 {
      let start = ContinuousClock.now
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(n), Int32(n), Int32(n), 1, a, Int32(n), b, Int32(n), 0, &c,
        Int32(n))
      let passed = ContinuousClock.now - start
      best = min(best, Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18)
    }
    return 2 * Double(count) * Double(n) / best / 1e9
  }
}
