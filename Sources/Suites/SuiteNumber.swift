import Networks
import Presets
import Readout

extension SuiteColumn {
  /// What a suite has to measure to report it.
  var measure: SuiteMeasure {
    switch self {
    case .w2CleanPGD, .w2CleanAA, .w2PGDAA, .w2BrokenCleanPGD, .w2BrokenCleanAA, .w2BrokenPGDAA: .w2
    case .explained1, .explained2, .separationCleanPGD, .separationCleanAA, .separationPGDAA: .scatter
    case .runningCleanMedian, .runningCleanLargest, .runningCleanLast, .runningAdversarialMedian,
      .runningAdversarialLargest, .runningAdversarialLast:
      .running
    }
  }

  /// The columns of some measures, in order.
  static func of(_ measures: [SuiteMeasure]) -> [SuiteColumn] { allCases.filter { measures.contains($0.measure) } }
}

extension DistanceRecord {
  /// Sums over the layers.
  var numbers: [SuiteColumn: Double] {
    var numbers: [SuiteColumn: Double] = [
      .w2CleanPGD: asReturned.cleanPGD.sum, .w2CleanAA: asReturned.cleanAA.sum, .w2PGDAA: asReturned.pgdAA.sum,
    ]
    if let broken = brokenOnly {
      numbers[.w2BrokenCleanPGD] = broken.cleanPGD.sum
      numbers[.w2BrokenCleanAA] = broken.cleanAA.sum
      numbers[.w2BrokenPGDAA] = broken.pgdAA.sum
    }
    return numbers
  }
}

extension ScatterRecord {
  /// Numbers of the last layer, the one closest to the logits.
  var numbers: [SuiteColumn: Double] {
    guard let last = layers.last, last.explained.count == 2 else { return [:] }
    return [
      .explained1: last.explained[0], .explained2: last.explained[1],
      .separationCleanPGD: Layer.separation(last.clean, last.pgd),
      .separationCleanAA: Layer.separation(last.clean, last.aa),
      .separationPGDAA: Layer.separation(last.pgd, last.aa),
    ]
  }
}

extension RunningRecord {
  /// Median, largest and last of the sums over the layers, over all measured steps.
  var numbers: [SuiteColumn: Double] {
    var numbers: [SuiteColumn: Double] = [:]
    let parts: [(values: [Double], median: SuiteColumn, largest: SuiteColumn, last: SuiteColumn)] = [
      (points.compactMap(\.clean?.sum), .runningCleanMedian, .runningCleanLargest, .runningCleanLast),
      (
        points.compactMap(\.adversarial?.sum), .runningAdversarialMedian, .runningAdversarialLargest,
        .runningAdversarialLast
      ),
    ]
    for part in parts {
      guard let last = part.values.last, let largest = part.values.max() else { continue }
      let sorted = part.values.sorted(), middle = sorted.count / 2
      numbers[part.median] = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      numbers[part.largest] = largest
      numbers[part.last] = last
    }
    return numbers
  }
}
