import Tensors
import Testing

/// docs/algorithms.md §2.6.
struct BatchTreeTests {
  @Test(arguments: [1, 7, 8, 9, 16, 17, 100, 128, 129, 1000])
  func leavesAreThePowerOfTwoThatHasAtMostEightImagesEach(images: Int) {
    let tree = BatchTree(images: images)
    #expect(tree.leaves.nonzeroBitCount == 1)
    let lengths = (0..<tree.leaves).map { tree.images(ofLeaf: $0).count }
    #expect(lengths.allSatisfy { (1...8).contains($0) })
    #expect(tree.leaves == 1 || images > 4 * tree.leaves, "half as many would do")
    #expect((lengths.max() ?? 0) - (lengths.min() ?? 0) <= 1)
    #expect((0..<tree.leaves).flatMap { tree.images(ofLeaf: $0) } == Array(0..<images))
  }

  @Test func neighborsAreAddedFirst() {
    let words = { (leaf: Int) in "\(leaf)" }
    #expect(BatchTree.sum(0..<8, { "(\($0)+\($1))" }, words) == "(((0+1)+(2+3))+((4+5)+(6+7)))")
    var sums = (0..<8).map(words)
    BatchTree.pairs(8) { sums[$0] = "(\(sums[$0])+\(sums[$1]))" }
    #expect(sums[0] == "(((0+1)+(2+3))+((4+5)+(6+7)))")
    BatchTree.pairs(1) { _, _ in Issue.record("one leaf has no neighbor") }
  }
}
