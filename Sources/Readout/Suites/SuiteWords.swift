import Events
import Spelling

/// What is said about a suite while it runs.
package enum SuiteWords {
  /// What is going to happen.
  package static func beginning(
    suite: String, scale: String, rows: Int, runs: Int, images: Int, folder: String
  ) -> String {
    "\(suite), \(scale) scale: \(NumberText.count(rows, "row")), \(NumberText.count(runs, "run")), "
      + "\(NumberText.count(images, "test image")); results in \(folder)"
  }

  /// `trained 400 steps in 0:12`.
  package static func trained(steps: Int, seconds: Double) -> String {
    "trained \(NumberText.count(steps, "step")) in \(NumberText.duration(seconds))"
  }

  /// `PGD-10 66.4 % [62.1, 70.4], n 500`.
  package static func evaluated(_ attack: String, _ robust: Proportion) -> String {
    "\(attack) \(Notation.table.accuracy(robust)), n \(robust.n)"
  }

  /// What a run is doing: training.
  package static func training(step: Int, of steps: Int) -> String { "step \(step)/\(steps)" }

  /// What a run is doing: an attack, with the images that have withstood it so far.
  package static func evaluating(_ measure: String, robust: Int, of images: Int) -> String {
    "\(measure), \(robust)/\(images) robust"
  }

  /// What a run is doing: a measurement inside the network.
  package static func measuring(_ measure: String, step: Int, of steps: Int) -> String {
    "\(measure), step \(step)/\(steps)"
  }

  /// The progress line of all runs, cut to `columns`.
  package static func progress(done: Int, of runs: Int, active: [String: String], columns: Int) -> String {
    let parts = ["\(done)/\(NumberText.count(runs, "run"))"] + active.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
    return String(parts.joined(separator: " · ").prefix(max(0, columns)))
  }
}
