import Diagnostics
import Networks
import Tensors

/// The passes of the step that was done last, as they stand in the network's slots: what the batch's distance from the
/// running statistics is read from. ALGORITHMS §11.2. Writing it down costs a step no pass and no allocation.
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
  private var read: BatchDistances?

  /// An empty book; a `tracker` is told of every pass when it comes.
  init(tracker: DistanceTracker?) {
    self.tracker = tracker
    passes.reserveCapacity(Network.slotCount)
  }

  /// Starts the page of a step. `several`: more than one of its passes will move the running statistics.
  func open(_ step: Int, of steps: Int, several: Bool, on network: Network) {
    self.step = step
    isTracked = tracker?.isDue(step, of: steps) ?? false
    passes.removeAll(keepingCapacity: true)
    read = nil
    keepsStatistics = several
    if several, statistics.first?.count != network.statisticsCount {
      statistics = (0..<Network.slotCount).map { _ in network.makeStatisticsCopy() }
    }
  }

  /// Writes down the pass that has just gone through a slot.
  func note(_ network: Network, cleanRows: Range<Int>, adversarialRows: Range<Int>, slot: Int) {
    if isTracked {
      tracker?.note(step, network, cleanRows: cleanRows, adversarialRows: adversarialRows, slot: slot)
    }
    if keepsStatistics { network.copyStatistics(to: statistics[passes.count]) }
    passes.append(Pass(cleanRows: cleanRows, adversarialRows: adversarialRows, slot: slot))
  }

  /// The step is done; what goes through the network from now on makes its slots unreadable.
  func close(on network: Network) { stamp = network.passNumber }

  /// How far the rows of `step` are from the running statistics; nil when it was not the last one, or something else has
  /// gone through the network before this was asked for the first time.
  func distances(ofStep step: Int, on network: Network) -> BatchDistances? {
    guard step == self.step else { return nil }
    if read == nil, stamp == network.passNumber {
      read = BatchDistances(
        passes.enumerated().map { number, pass in
          BatchDistances(
            network, cleanRows: pass.cleanRows, adversarialRows: pass.adversarialRows, slot: pass.slot,
            statistics: keepsStatistics ? Array(statistics[number].buffer) : nil)
        })
    }
    return read
  }

  /// Rows of a domain in the batch.
  var rows: Int? { passes.map { max($0.cleanRows.count, $0.adversarialRows.count) }.max() }

  /// The network is another one: nothing of it was seen.
  func clear() {
    step = 0
    read = nil
  }
}
