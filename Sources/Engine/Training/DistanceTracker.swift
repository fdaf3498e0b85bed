import Diagnostics
import Networks
import Synchronization

/// Follows how far training batches are from the running statistics: the curves of the paper's Fig. 4.
/// docs/algorithms.md §11.2.
///
/// A trainer tells it of every pass that moved the statistics, right after it. Training does not depend on it.
package final class DistanceTracker: Sendable {
  /// The distances at one step.
  package struct Point: Sendable, Hashable, Codable {
    /// The step.
    package let step: Int
    /// Clean rows against the running statistics, layer by layer; nil when there were none.
    package let clean: LayerDistances?
    /// Adversarial rows against them; nil when there were none.
    package let adversarial: LayerDistances?

    package init(step: Int, clean: LayerDistances?, adversarial: LayerDistances?) {
      (self.step, self.clean, self.adversarial) = (step, clean, adversarial)
    }
  }

  /// Points per run, approximately.
  package static let points = 40

  private let found = Mutex<(layers: [String], points: [Int: Point])>(([], [:]))

  /// A tracker that has seen nothing.
  package init() {}

  /// Names of the layers with running statistics; empty until there are points.
  package var layers: [String] { found.withLock { $0.layers } }

  /// What was measured, by step.
  package var points: [Point] { found.withLock { $0.points.values.sorted { $0.step < $1.step } } }

  func isDue(_ step: Int, of steps: Int) -> Bool { step % max(1, steps / Self.points) == 0 }

  /// Measures the rows of the pass that just went through a slot. A step that is rerun replaces its point.
  func note(_ step: Int, _ network: Network, cleanRows: Range<Int>, adversarialRows: Range<Int>, slot: Int) {
    let seen = BatchDistances(network, cleanRows: cleanRows, adversarialRows: adversarialRows, slot: slot)
    guard !seen.layers.isEmpty else { return }
    found.withLock { found in
      found.layers = seen.layers
      let earlier = found.points[step]
      found.points[step] = Point(
        step: step, clean: seen.clean ?? earlier?.clean, adversarial: seen.adversarial ?? earlier?.adversarial)
    }
  }
}
