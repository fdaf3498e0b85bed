import Foundation

/// How strongly a series is smoothed.
package enum Smoothing: Double, Sendable, Hashable, CaseIterable {
  case off = 0, light = 0.6, medium = 0.9, heavy = 0.97

  /// The next one, and after the strongest none.
  package var next: Smoothing {
    let all = Smoothing.allCases
    return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
  }
}

/// A debiased exponential moving average: the first value counts whole, a constant series comes out unchanged.
package struct ExponentialMean: Sendable {
  private let keep: Double
  private var mean = 0.0
  private var unseen = 1.0

  /// `keep` is the share of the past that stays, in [0, 1).
  package init(keep: Double) { self.keep = keep }

  /// Takes a finite value, gives the average so far.
  package mutating func add(_ value: Double) -> Double {
    unseen *= keep
    mean += (1 - keep) / (1 - unseen) * (value - mean)
    return mean
  }
}

/// A series with its smoothed versions, each computed from every value before anything is thinned.
package struct SmoothedSeries: Sendable {
  /// As it came.
  package private(set) var raw = History(capacity: 4096)
  private var versions = Smoothing.allCases.dropFirst().map(Version.init)

  /// An empty series.
  package init() {}

  /// Adds a value; a value that is not finite is a gap in every version.
  package mutating func append(x: Double, y: Double) {
    raw.append(x: x, y: y)
    for index in versions.indices { versions[index].append(x: x, y: y) }
  }

  /// The version to draw; nil when smoothing is off. On a logarithmic axis the logarithms are averaged.
  package func smoothed(_ smoothing: Smoothing, logarithmic: Bool) -> History? {
    guard let version = versions.first(where: { $0.smoothing == smoothing }) else { return nil }
    return logarithmic ? version.logarithmic : version.linear
  }

  private struct Version: Sendable {
    let smoothing: Smoothing
    var linear = History(), logarithmic = History()
    private var mean, logarithmicMean: ExponentialMean

    init(_ smoothing: Smoothing) {
      self.smoothing = smoothing
      mean = ExponentialMean(keep: smoothing.rawValue)
      logarithmicMean = ExponentialMean(keep: smoothing.rawValue)
    }

    mutating func append(x: Double, y: Double) {
      linear.append(x: x, y: y.isFinite ? mean.add(y) : y)
      logarithmic.append(x: x, y: y.isFinite && y > 0 ? exp(logarithmicMean.add(log(y))) : .nan)
    }
  }
}
