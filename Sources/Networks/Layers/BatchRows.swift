import CKernels
import Tensors

/// How the rows of a pass are divided among the leaves of the batch's tree.
///
/// Where clean and adversarial rows are together in a batch, the clean rows are those of its last images, or of all; a
/// leaf has both rows of its images.
package final class BatchRows {
  /// Rows.
  private(set) var count = 0
  /// Which of them are clean.
  private(set) var domains = Domains.unknown
  /// How many leaves there are.
  package private(set) var leafCount = 0
  /// These leaves.
  private(set) var leaves = UnsafeMutablePointer<dl_leaf>.allocate(capacity: 1)
  private var capacity = 1

  /// No rows.
  package init() {}

  deinit { leaves.deallocate() }

  /// Makes it that of `count` rows of these domains.
  package func prepare(_ count: Int, _ domains: Domains) {
    guard count != self.count || domains != self.domains else { return }
    (self.count, self.domains) = (count, domains)
    let clean = if case .cleanFirst(let rows) = domains { min(max(rows, 0), count) } else { 0 }
    let tree = BatchTree(images: max(clean, count - clean))
    makeRoom(tree.leaves)
    for leaf in 0..<tree.leaves {
      let range = tree.images(ofLeaf: leaf)
      // The last `rows` images have one row each, from row `start` on.
      func run(_ rows: Int, from start: Int) -> dl_run {
        let skipped = tree.images - rows, lower = max(range.lowerBound, skipped)
        return dl_run(start: start + lower - skipped, count: max(0, range.upperBound - lower))
      }
      (leaves + leaf).initialize(to: dl_leaf(runs: (run(clean, from: 0), run(count - clean, from: clean))))
    }
  }

  private func makeRoom(_ leafCount: Int) {
    self.leafCount = leafCount
    guard capacity < leafCount else { return }
    leaves.deallocate()
    leaves = .allocate(capacity: leafCount)
    capacity = leafCount
  }
}
