import Tensors
import Testing

struct ShapeAndArenaTests {
  @Test func blockingAndBackGivesTheSameImages() {
    for channels in [1, 3, 15, 16, 17, 33] {
      let shape = Shape(channels, 2, 3)
      let planar = (0..<2 * shape.planarCount).map { Float($0 + 1) }
      var blocked = [Float](repeating: -1, count: 2 * shape.blockedCount)
      shape.block(planar, images: 2, into: &blocked)
      var back = [Float](repeating: 0, count: planar.count)
      shape.unblock(blocked, images: 2, into: &back)
      #expect(back == planar)
      #expect(blocked.count { $0 == 0 } == blocked.count - planar.count, "the padding is zero")
    }
  }

  @Test func channelsStandBesideEachOther() {
    let shape = Shape(2, 1, 2)
    var blocked = [Float](repeating: -1, count: shape.blockedCount)
    shape.block([1, 2, 3, 4], images: 1, into: &blocked)
    #expect(Array(blocked[0..<3]) == [1, 3, 0])
    #expect(Array(blocked[16..<19]) == [2, 4, 0])
  }

  @Test func keptSlotsNeverOverlapAndBorrowedOnesAreUsedAgain() {
    var plan = ArenaPlan()
    let a = plan.keep(10), b = plan.keep(5)
    let first = plan.borrow(100)
    plan.giveBack(first)
    let second = plan.borrow(60)
    #expect(second == first)
    let third = plan.borrow(60)
    #expect(third != second)
    let workspace = Workspace(plan: plan, capacity: 3)
    #expect(workspace.pointer(b) - workspace.pointer(a) == 3 * 16)
    #expect(workspace.bytes == plan.count * 3 * 4)
  }
}
