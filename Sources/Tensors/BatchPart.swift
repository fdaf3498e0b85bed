/// The part of a batch that this process has: an aligned part of the batch's tree.
package struct BatchPart: Equatable {
  /// The tree of the whole batch.
  package let tree: BatchTree
  /// How many of the batch's images have clean rows next to their adversarial ones: its last.
  package let cleanRows: Int
  /// The processes that have the other parts.
  package let team: RankTeam

  /// This process's part of `images` images; nil where they have too few leaves to be shared out, and each process does
  /// them all.
  package init?(images: Int, cleanRows: Int, team: RankTeam) {
    tree = BatchTree(images: images)
    guard tree.leaves >= team.count else { return nil }
    (self.cleanRows, self.team) = (cleanRows, team)
  }

  package static func == (a: BatchPart, b: BatchPart) -> Bool {
    a.tree == b.tree && a.cleanRows == b.cleanRows && a.team === b.team
  }

  /// Its leaves.
  package var leaves: Range<Int> {
    let each = tree.leaves / team.count
    return team.rank * each..<(team.rank + 1) * each
  }

  /// Its images.
  package var images: Range<Int> {
    tree.images(ofLeaf: leaves.lowerBound).lowerBound..<tree.images(ofLeaf: leaves.upperBound - 1).upperBound
  }

  /// Which of the last `count` images of the batch it has.
  package func images(ofLast count: Int) -> Range<Int> {
    let own = images
    return min(own.upperBound, max(own.lowerBound, tree.images - count))..<own.upperBound
  }
}
