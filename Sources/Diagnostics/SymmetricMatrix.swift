/// A symmetric matrix in double, row-major [n][n], and its largest eigenpairs.
struct SymmetricMatrix {
  let n: Int
  private(set) var elements: [Double]

  /// From all its elements; only symmetric ones make sense.
  init(n: Int, elements: [Double]) {
    precondition(elements.count == n * n, "\(elements.count) elements for \(n) rows")
    self.n = n
    self.elements = elements
  }

  /// K = X_c X_cᵀ of rows [n][D] whose column means `mean` are taken off: columns go through in chunks, centred and
  /// summed in double.
  init(gramOf rows: [Float], n: Int, mean: [Double]) {
    let width = mean.count, chunk = 512
    var gram = [Double](repeating: 0, count: n * n)
    var part = [Double](repeating: 0, count: n * chunk)
    for first in stride(from: 0, to: width, by: chunk) {
      let columns = min(chunk, width - first)
      for row in 0..<n {
        for column in 0..<columns {
          part[row * chunk + column] = Double(rows[row * width + first + column]) - mean[first + column]
        }
        for column in columns..<chunk { part[row * chunk + column] = 0 }
      }
      part.withUnsafeBufferPointer { part in
        for row in 0..<n {
          for other in 0...row { gram[row * n + other] += dot(part, row * chunk, other * chunk, chunk) }
        }
      }
    }
    for row in 0..<n {
      for other in 0..<row { gram[other * n + row] = gram[row * n + other] }
    }
    self.init(n: n, elements: gram)
  }

  /// The sum of the diagonal: of all eigenvalues.
  var trace: Double { (0..<n).reduce(0) { $0 + elements[$1 * n + $1] } }

  /// A x.
  func times(_ x: [Double]) -> [Double] {
    (0..<n).map { row in
      var sum = 0.0
      for column in 0..<n { sum += elements[row * n + column] * x[column] }
      return sum
    }
  }

  /// An eigenvalue and its vector of length 1.
  struct Eigenpair {
    let value: Double
    let vector: [Double]
  }

  /// The `count` largest eigenpairs of a positive semidefinite matrix, largest first. Each is sought in what is
  /// orthogonal to those before, so that equal eigenvalues have vectors of their own.
  func largest(_ count: Int) -> [Eigenpair] {
    var found: [Eigenpair] = []
    for number in 0..<min(count, n) { found.append(largest(besides: found.map(\.vector), number)) }
    return found
  }

  /// Lanczos with full reorthogonalisation: exact after n steps, usually far earlier.
  private func largest(besides known: [[Double]], _ number: Int) -> Eigenpair {
    let start = (0..<n).map { scattered(UInt64($0) &+ UInt64(number) << 32) }
    var basis: [[Double]] = []
    var next = orthogonal(start, to: known)
    var diagonal: [Double] = [], beside: [Double] = []
    var top = (value: 0.0, weights: [Double]())
    while basis.count < n - known.count {
      let length = norm(next)
      // What is left of a vector after orthogonalisation is rounding when it is this short: the space is exhausted.
      guard length > 1e-13 * max(1, abs(top.value)), length > 0 else { break }
      if !basis.isEmpty { beside.append(length) }
      let vector = next.map { $0 / length }
      basis.append(vector)
      let image = times(vector)
      diagonal.append(product(image, vector))
      next = orthogonal(image, to: known + basis)
      guard basis.count % 8 == 0 || basis.count == n - known.count || norm(next) <= 1e-13 * abs(top.value) else {
        continue
      }
      top = Tridiagonal(diagonal: diagonal, beside: beside).largest()
      // The residual ‖A v − λ v‖ of the vector that the weights make.
      if norm(next) * abs(top.weights.last ?? 0) <= 1e-13 * abs(top.value) { break }
    }
    if top.weights.count != basis.count { top = Tridiagonal(diagonal: diagonal, beside: beside).largest() }
    var vector = [Double](repeating: 0, count: n)
    for (weight, direction) in zip(top.weights, basis) {
      for i in 0..<n { vector[i] += weight * direction[i] }
    }
    let length = norm(vector)
    return Eigenpair(value: max(0, top.value), vector: vector.map { length > 0 ? $0 / length : 0 })
  }

  /// What is orthogonal to vectors of length 1: Gram and Schmidt, twice against rounding.
  private func orthogonal(_ vector: [Double], to others: [[Double]]) -> [Double] {
    var rest = vector
    for _ in 0..<2 {
      for other in others {
        let share = product(rest, other)
        for i in 0..<n { rest[i] -= share * other[i] }
      }
    }
    return rest
  }
}

/// A symmetric tridiagonal matrix.
struct Tridiagonal {
  let diagonal: [Double]
  /// Beside the diagonal, one fewer.
  let beside: [Double]

  /// The largest eigenvalue, by bisection, and its vector of length 1, by inverse iteration.
  func largest() -> (value: Double, weights: [Double]) {
    guard let first = diagonal.first else { return (0, []) }
    guard diagonal.count > 1 else { return (first, [1]) }
    // Gershgorin: all eigenvalues lie between.
    let reach = diagonal.indices.map { i in
      (i > 0 ? abs(beside[i - 1]) : 0) + (i < beside.count ? abs(beside[i]) : 0)
    }
    var low = zip(diagonal, reach).map { $0 - $1 }.min() ?? 0, high = zip(diagonal, reach).map { $0 + $1 }.max() ?? 0
    for _ in 0..<200 {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if isAboveAll(middle) { high = middle } else { low = middle }
    }
    // A little above the eigenvalue, T − shift is negative definite, and elimination needs no pivots.
    let shift = high + max(abs(high), 1e-300) * 1e-14
    var vector = [Double](repeating: 1, count: diagonal.count)
    for i in vector.indices where i % 2 == 1 { vector[i] = 0.7 }
    for _ in 0..<4 {
      vector = solve(shift, vector)
      let length = norm(vector)
      vector = vector.map { $0 / length }
    }
    return (high, vector)
  }

  /// Whether no eigenvalue is above `x`: all pivots of T − x are negative.
  private func isAboveAll(_ x: Double) -> Bool {
    var pivot = diagonal[0] - x
    guard pivot < 0 else { return false }
    for i in 1..<diagonal.count {
      pivot = diagonal[i] - x - beside[i - 1] * beside[i - 1] / pivot
      guard pivot < 0 else { return false }
    }
    return true
  }

  /// (T − shift)⁻¹ b.
  private func solve(_ shift: Double, _ b: [Double]) -> [Double] {
    var pivots = [diagonal[0] - shift], x = b
    for i in 1..<diagonal.count {
      let factor = beside[i - 1] / pivots[i - 1]
      // Rounding may bring the last pivot to 0, the eigenvalue itself: any tiny number then serves.
      let pivot = diagonal[i] - shift - factor * beside[i - 1]
      pivots.append(pivot == 0 ? -1e-300 : pivot)
      x[i] -= factor * x[i - 1]
    }
    x[x.count - 1] /= pivots[x.count - 1]
    for i in (0..<x.count - 1).reversed() { x[i] = (x[i] - beside[i] * x[i + 1]) / pivots[i] }
    return x
  }
}

/// A number in [−½, ½) without pattern, the same in every run (SplitMix64): where an iteration starts.
private func scattered(_ index: UInt64) -> Double {
  var z = (index &+ 1) &* 0x9e37_79b9_7f4a_7c15
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return Double((z ^ (z >> 31)) >> 11) * 0x1p-53 - 0.5
}

/// ‖v‖₂.
func norm(_ vector: [Double]) -> Double { product(vector, vector).squareRoot() }

/// Σ aᵢbᵢ.
func product(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}

/// Σ over `count` elements, a multiple of 32, in four sums that the compiler keeps in vector registers.
private func dot(_ values: UnsafeBufferPointer<Double>, _ a: Int, _ b: Int, _ count: Int) -> Double {
  guard let base = values.baseAddress else { return 0 }
  var sums = (SIMD8<Double>.zero, SIMD8<Double>.zero)
  let left = UnsafeRawPointer(base + a), right = UnsafeRawPointer(base + b)
  for i in stride(from: 0, to: count, by: 16) {
    let place = i * MemoryLayout<Double>.stride, then = place + 8 * MemoryLayout<Double>.stride
    sums.0 +=
      left.loadUnaligned(fromByteOffset: place, as: SIMD8<Double>.self)
      * right.loadUnaligned(fromByteOffset: place, as: SIMD8<Double>.self)
    sums.1 +=
      left.loadUnaligned(fromByteOffset: then, as: SIMD8<Double>.self)
      * right.loadUnaligned(fromByteOffset: then, as: SIMD8<Double>.self)
  }
  return (sums.0 + sums.1).sum()
}
