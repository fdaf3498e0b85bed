import CKernels
import Tensors

/// How the rows of a pass are divided among the leaves of the batch's tree.
///
/// Where clean and adversarial rows are together in a batch, the clean rows are those of its last images, or of all; a
/// leaf has both rows of its images. Other processes may have the rest of the batch.
package final class BatchRows {
  /// Rows here.
  private(set) var count = 0
  /// Which of them are clean.
  private(set) var domains = Domains.unknown
  /// Rows of the whole batch.
  private(set) var allRows = 0
  /// Its clean rows; nil when nobody says.
  private(set) var allCleanRows: Int?
  /// How many leaves are here.
  package private(set) var leafCount = 0
  /// These leaves, by rows that are here.
  private(set) var leaves = UnsafeMutablePointer<dl_leaf>.allocate(capacity: 1)
  private var capacity = 1
  /// Which part of the batch is here; nil for all of it.
  private var part: BatchPart?

  /// No rows.
  package init() {}

  deinit { leaves.deallocate() }

  /// The processes that have the other leaves.
  var team: RankTeam? { part?.team }

  /// Makes it that of `count` rows of these domains: all of a batch, or those of the images of `part`.
  package func prepare(_ count: Int, _ domains: Domains, part: BatchPart? = nil) {
    guard count != self.count || domains != self.domains || part != self.part else { return }
    (self.count, self.domains, self.part) = (count, domains, part)
    let isMixed = if case .cleanFirst = domains { true } else { false }
    let clean = isMixed ? domains.cleanRows(of: count) ?? 0 : 0
    let tree = part?.tree ?? BatchTree(images: max(clean, count - clean))
    // Rows of the whole batch: those of its images that are clean, in a batch of both kinds, and all others.
    let cleanRows = isMixed ? part?.cleanRows ?? clean : 0, others = part?.tree.images ?? count - clean
    allRows = cleanRows + others
    allCleanRows = isMixed ? cleanRows : domains.cleanRows(of: allRows)
    let own = part?.leaves ?? 0..<tree.leaves, first = tree.images(ofLeaf: own.lowerBound).lowerBound
    makeRoom(own.count)
    for (place, leaf) in own.enumerated() {
      let range = tree.images(ofLeaf: leaf)
      // The last `rows` images have one row each; those that are here begin with row `start`.
      func run(_ rows: Int, from start: Int) -> dl_run {
        let skipped = tree.images - rows, lower = max(range.lowerBound, skipped)
        return dl_run(start: start + lower - max(first, skipped), count: max(0, range.upperBound - lower))
      }
      (leaves + place).initialize(to: dl_leaf(runs: (run(cleanRows, from: 0), run(others, from: clean))))
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
