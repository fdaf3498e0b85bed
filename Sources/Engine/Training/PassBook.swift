import Diagnostics
import Networks
import Tensors

/// The passes of the last step, whose activations are still in the network's slots: the batch's distance from the
/// running statistics is read from there. docs/algorithms.md §11.2. Noting them costs a step no pass and no allocation.
final class PassBook: PassObserver {
  /// One pass that moved the running statistics.
  private struct Pass {
    let cleanRows: Range<Int>
    let adversarialRows: Range<Int>
    let slot: Int
  }

  private let tracker: DistanceTracker?
  private var step = 0
  private var isTracked = false
  private var passes: [Pass] = []
  /// The running statistics that each pass left, where a later one moved them again; empty otherwise.
  private var statistics: [Storage] = []
  private var keepsStatistics = false
  /// The network's `passNumber` when the step was done.
  private var stamp = 0
  private var known: BatchDistances?

  /// An empty book; a `tracker` is told of every pass at once.
  init(tracker: DistanceTracker?) {
    self.tracker = tracker
    passes.reserveCapacity(Network.slotCount)
  }

  /// Opens the page of a step. `several`: more than one of its passes will move the running statistics.
  func open(_ step: Int, of steps: Int, several: Bool, on network: Network) {
    self.step = step
    isTracked = tracker?.isDue(step, of: steps) ?? false
    passes.removeAll(keepingCapacity: true)
    known = nil
    keepsStatistics = several
    if several, statistics.first?.count != network.statisticsCount {
      statistics = (0..<Network.slotCount).map { _ in network.makeStatisticsCopy() }
    }
  }

  /// Notes the pass that has just gone through a slot.
  func note(_ network: Network, cleanRows: Range<Int>, adversarialRows: Range<Int>, slot: Int) {
    if isTracked {
      tracker?.note(step, network, cleanRows: cleanRows, adversarialRows: adversarialRows, slot: slot)
    }
    if keepsStatistics { network.copyStatistics(to: statistics[passes.count]) }
    passes.append(Pass(cleanRows: cleanRows, adversarialRows: adversarialRows, slot: slot))
  }

  /// The step is done; the next pass through the network overwrites its slots.
  func close(on network: Network) { stamp = network.passNumber }

  /// How far the rows of `step` are from the running statistics; nil when it was not the last step, or when something
  /// else went through the network before this was first asked.
  func distances(ofStep step: Int, on network: Network) -> BatchDistances? {
    guard step == self.step else { return nil }
    if known == nil, stamp == network.passNumber {
      known = BatchDistances(
        passes.enumerated().map { number, pass in
          BatchDistances(
            network, cleanRows: pass.cleanRows, adversarialRows: pass.adversarialRows, slot: pass.slot,
            statistics: keepsStatistics ? Array(statistics[number].buffer) : nil)
        })
    }
    return known
  }

  /// Rows of each domain in the batch.
  var rows: Int? { passes.map { max($0.cleanRows.count, $0.adversarialRows.count) }.max() }

  /// Forgets the last step: the network is another one.
  func clear() {
    step = 0
    known = nil
  }
}
