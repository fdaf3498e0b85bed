import Tensors

/// Floats that a layer's parameter gradients need for their sums over a batch.
package struct SumRoom {
  /// Of each worker.
  package var own = 0
  /// Of all workers together.
  package var shared = 0

  /// Enough for this and for another layer, one after the other.
  mutating func widen(for other: SumRoom) {
    own = max(own, other.own)
    shared = max(shared, other.shared)
  }
}

/// Memory for the sums of parameter gradients over a batch, which the layers use one after the other.
package final class SumMemory {
  private(set) var own: [Storage] = []
  private(set) var shared = Storage(count: 0)
  private var leaves = 0

  /// No memory yet.
  package init() {}

  /// Makes room for the parameter gradients of `layers` over a batch of that many leaves.
  package func prepare(for layers: [any Layer], leaves: Int, threads: Int) {
    // Fewer leaves need less.
    guard leaves > self.leaves || own.count != threads else { return }
    self.leaves = leaves
    var room = SumRoom()
    for layer in layers { room.widen(for: layer.sumRoom(leaves: leaves, threads: threads)) }
    // First what is given back, then what is taken.
    own = []
    shared = Storage(count: 0)
    own = (0..<threads).map { _ in Storage(count: room.own) }
    shared = Storage(count: room.shared)
  }
}
