/// Points X [count][width]. X_c is X without its column means; sums are in double.
struct PointCloud {
  let count: Int
  let width: Int
  /// Column means [width].
  let mean: [Double]
  private let points: [Float]

  /// From all coordinates, point by point.
  init(_ points: [Float], count: Int) {
    precondition(count > 0 && points.count % count == 0, "\(points.count) numbers are not \(count) points")
    let width = points.count / count
    var mean = [Double](repeating: 0, count: width)
    for row in 0..<count {
      for column in 0..<width { mean[column] += Double(points[row * width + column]) }
    }
    for column in 0..<width { mean[column] /= Double(count) }
    self.points = points
    self.count = count
    self.width = width
    self.mean = mean
  }

  /// Rows or columns that are centered and multiplied at a time: X_c as a whole would take twice the memory of X.
  private static let chunk = 512

  /// The Gram matrix X_c X_cᵀ [count][count].
  func gramMatrix() -> SymmetricMatrix {
    var matrix = SymmetricMatrix(order: count), part: [Double] = []
    for first in stride(from: 0, to: width, by: Self.chunk) {
      let columns = first..<min(first + Self.chunk, width)
      center(0..<count, columns, into: &part)
      matrix.addRowProducts(part, columns: columns.count)
    }
    return matrix
  }

  /// The scatter matrix X_cᵀX_c [width][width].
  func scatterMatrix() -> SymmetricMatrix {
    var matrix = SymmetricMatrix(order: width), part: [Double] = []
    for first in stride(from: 0, to: count, by: Self.chunk) {
      let rows = first..<min(first + Self.chunk, count)
      center(rows, 0..<width, into: &part)
      matrix.addColumnProducts(part, rows: rows.count)
    }
    return matrix
  }

  private func center(_ rows: Range<Int>, _ columns: Range<Int>, into part: inout [Double]) {
    part.removeAll(keepingCapacity: true)
    part.reserveCapacity(rows.count * columns.count)
    for row in rows {
      for column in columns { part.append(Double(points[row * width + column]) - mean[column]) }
    }
  }

  /// X_cᵀ w [width]: the centered points, weighted and added.
  func combination(_ weights: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: width)
    for (row, weight) in weights.enumerated() {
      for column in 0..<width { sum[column] += weight * (Double(points[row * width + column]) - mean[column]) }
    }
    return sum
  }

  /// X_c a [count]: how far every point lies along an axis.
  func scores(along axis: [Double]) -> [Double] {
    (0..<count).map { row in
      var score = 0.0
      for column in 0..<width { score += (Double(points[row * width + column]) - mean[column]) * axis[column] }
      return score
    }
  }
}
