import Tensors

/// Which examples each training step gets: every epoch goes once through all of them in an order of its own.
///
/// A pure function of (seed, step); the last batch of an epoch is used although it may be smaller.
package struct EpochOrder: Sendable {
  /// Examples of an epoch.
  package let count: Int
  /// Examples of a full batch.
  package let batch: Int
  private let seed: UInt32
  private var cachedEpoch = -1
  private var order: [Int] = []

  /// The order of `count` examples in batches of `batch`, both at least 1.
  package init(count: Int, batch: Int, seed: UInt32) {
    precondition(count > 0 && batch > 0, "an epoch needs examples and batches")
    self.count = count
    self.batch = batch
    self.seed = seed
  }

  /// Steps of one epoch.
  package var stepsPerEpoch: Int { (count + batch - 1) / batch }

  /// The epoch, from 0, that step `step`, from 1, belongs to.
  package func epoch(ofStep step: Int) -> Int { (step - 1) / stepsPerEpoch }

  /// How many examples step `step` gets.
  package func images(ofStep step: Int) -> Int { min(batch, count - (step - 1) % stepsPerEpoch * batch) }

  /// The positions in the training split, in 0 ..< count, of step `step`, from 1.
  package mutating func batch(step: Int) -> [Int] {
    var positions: [Int] = []
    batch(step: step, into: &positions)
    return positions
  }

  /// The same, in an array's own memory where it has enough.
  package mutating func batch(step: Int, into positions: inout [Int]) {
    precondition(step > 0, "steps are counted from 1")
    let epoch = epoch(ofStep: step)
    if cachedEpoch != epoch {
      var stream = RandomStream(seed: seed, purpose: .order, step: UInt32(truncatingIfNeeded: epoch))
      stream.permute(count, into: &order)
      cachedEpoch = epoch
    }
    let start = (step - 1) % stepsPerEpoch * batch
    positions.removeAll(keepingCapacity: true)
    positions.append(contentsOf: order[start..<min(start + batch, count)])
  }
}
