/// What a look consists of, each part a knob.
package struct LookParts: Sendable, Hashable, Codable {
  /// Replay the perturbations that broke an image before.
  package var replays: Bool
  /// The margin attack on the nearest classes; otherwise APGD-T, 10 iterations, 3 targets.
  package var usesMargin: Bool
  /// PGD with small steps, at the full and at a quarter of the radius.
  package var usesSmallSteps: Bool
  /// Queries of Square, which goes on from look to look; 0 leaves it out.
  package var squareQueries: Int
  /// From this many queries on, Square's windows do not shrink any more.
  package static let squareCap = 1000
  /// Iterations of the margin attack on each class.
  package static let marginIterations = 20
  /// The same in the last look of a run, on what is left, and the queries that Square makes there at most.
  package static let longMarginIterations = 50, longSquareQueries = 400

  package init(replays: Bool = true, usesMargin: Bool = true, usesSmallSteps: Bool = true, squareQueries: Int = 100) {
    self.replays = replays
    self.usesMargin = usesMargin
    self.usesSmallSteps = usesSmallSteps
    self.squareQueries = squareQueries
  }
}
