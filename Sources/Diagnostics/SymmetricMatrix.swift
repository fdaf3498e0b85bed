import COpenBLAS

/// A symmetric matrix in double, by BLAS and LAPACK. Always on the calling thread, so that its bits are the same on any
/// number of threads.
///
/// Of the row-major elements only those with row ≤ column are set. LAPACK, which counts by columns, calls them the
/// lower triangle.
struct SymmetricMatrix {
  /// An eigenvalue and its vector of length 1.
  struct Eigenpair {
    let value: Double
    let vector: [Double]
  }

  /// The status of a LAPACK routine that did not succeed.
  struct LAPACKError: Error {
    let info: Int
  }

  private let order: Int
  private var elements: [Double]

  /// Runs once per process. By default OpenBLAS uses every core, whatever number of threads the user asked for.
  private static let useOneThread: Void = openblas_set_num_threads(1)

  /// Zeros.
  init(order: Int) {
    _ = Self.useOneThread
    self.order = order
    elements = [Double](repeating: 0, count: order * order)
  }

  /// Adds P Pᵀ, for P [order][columns].
  mutating func addRowProducts(_ part: [Double], columns: Int) {
    guard order > 0, columns > 0 else { return }
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasNoTrans, Int32(order), Int32(columns), 1, part, Int32(columns), 1, &elements,
      Int32(order))
  }

  /// Adds PᵀP, for P [rows][order].
  mutating func addColumnProducts(_ part: [Double], rows: Int) {
    guard order > 0, rows > 0 else { return }
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasTrans, Int32(order), Int32(rows), 1, part, Int32(order), 1, &elements,
      Int32(order))
  }

  /// The sum of the diagonal, which is that of all eigenvalues.
  var trace: Double { (0..<order).reduce(0) { $0 + elements[$1 * order + $1] } }

  /// The `count` largest eigenpairs, largest first; all when there are fewer. The elements must be finite.
  func largest(_ count: Int) throws(LAPACKError) -> [Eigenpair] {
    let count = min(count, order)
    guard count > 0 else { return [] }
    let n = [Int32(order)], first = [Int32(order - count + 1)], unused = [0.0], fullAccuracy = [0.0]
    // dsyevr destroys the matrix it is given.
    var matrix = elements, found: Int32 = 0, info: Int32 = 0
    var values = [Double](repeating: 0, count: order), vectors = [Double](repeating: 0, count: count * order)
    var support = [Int32](repeating: 0, count: 2 * count)
    // A first call with these lengths only asks how much memory the second one needs.
    var work = [0.0], integers: [Int32] = [0], lengths: (work: Int32, integers: Int32) = (-1, -1)
    for isQuestion in [true, false] {
      dsyevr_(
        "V", "I", "L", n, &matrix, n, unused, unused, first, n, fullAccuracy, &found, &values, &vectors, n, &support,
        &work, [lengths.work], &integers, [lengths.integers], &info, 1, 1, 1)
      guard info == 0 else { throw LAPACKError(info: Int(info)) }
      if isQuestion {
        lengths = (Int32(work[0]), integers[0])
        work = [Double](repeating: 0, count: Int(lengths.work))
        integers = [Int32](repeating: 0, count: Int(lengths.integers))
      }
    }
    guard Int(found) == count else { throw LAPACKError(info: 0) }
    // LAPACK has the smallest first.
    return (0..<count).reversed().map { pair in
      Eigenpair(value: values[pair], vector: Array(vectors[pair * order..<(pair + 1) * order]))
    }
  }
}
