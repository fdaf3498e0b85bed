/// The fixed binary tree in which everything is added that is summed over the images of a batch: gradients, moments,
/// losses. docs/algorithms.md §2.6.
///
/// Its leaves are runs of neighboring images, `2^m` of them, the fewest with at most eight images each; their lengths
/// differ by at most one. A leaf adds its images in order, and two neighbors are added to each other until one sum is
/// left. So the tree is a function of the number of images alone, and a sum has the same bits no matter who adds which
/// part of it, on however many threads.
package struct BatchTree: Sendable, Hashable {
  /// The most images of a leaf.
  package static let leafLimit = 8

  /// Images of the batch.
  package let images: Int
  /// Leaves, a power of two.
  package let leaves: Int

  /// The tree of a batch.
  package init(images: Int) {
    self.images = images
    var leaves = 1
    while leaves * BatchTree.leafLimit < images { leaves *= 2 }
    self.leaves = leaves
  }

  /// The images of a leaf.
  package func images(ofLeaf leaf: Int) -> Range<Int> {
    images * leaf / leaves..<images * (leaf + 1) / leaves
  }

  /// Calls `body` with two neighbors in the tree whose sums are to be added, the left one getting the total, until leaf
  /// 0 has the sum of all `count` leaves, a power of two.
  package static func pairs(_ count: Int, _ body: (_ left: Int, _ right: Int) -> Void) {
    var distance = 1
    while distance < count {
      var left = 0
      while left < count {
        body(left, left + distance)
        left += 2 * distance
      }
      distance *= 2
    }
  }

  /// The sum of what `leaf` gives for the leaves in `range`, an aligned part of the tree.
  package static func sum<Value>(
    _ range: Range<Int>, _ add: (Value, Value) -> Value, _ leaf: (_ leaf: Int) -> Value
  ) -> Value {
    guard range.count > 1 else { return leaf(range.lowerBound) }
    let middle = range.lowerBound + range.count / 2
    return add(sum(range.lowerBound..<middle, add, leaf), sum(middle..<range.upperBound, add, leaf))
  }
}
