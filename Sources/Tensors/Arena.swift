/// A piece of every image's memory in a workspace: `count` floats an image, images one after another.
package struct Slot: Sendable, Hashable {
  let offset: Int
  /// Floats of one image.
  package let count: Int
}

/// A piece of a workspace's memory that does not depend on the number of images.
package struct CommonSlot: Sendable, Hashable {
  let offset: Int
}

/// Plans the memory of a workspace while a network is compiled: what every pass keeps, and what is only borrowed.
///
/// Slots are counted in floats per image; a workspace for N images has N times as much. Borrowed slots are shared by
/// each user in turn, so that gradients take the memory of the few that live at the same time.
package struct ArenaPlan {
  /// Floats per image so far.
  package private(set) var count = 0
  /// Floats that do not depend on the number of images.
  package private(set) var commonCount = 0
  private var free: [Slot] = []

  /// An empty plan.
  package init() {}

  /// Memory that keeps its values from the forward to the last backward pass.
  package mutating func keep(_ floats: Int) -> Slot {
    let slot = Slot(offset: count, count: floats)
    count += (floats + Shape.lanes - 1) / Shape.lanes * Shape.lanes
    return slot
  }

  /// Memory of the whole pass, whatever the number of images: batch moments.
  package mutating func keepCommon(_ floats: Int) -> CommonSlot {
    let slot = CommonSlot(offset: commonCount)
    commonCount += (floats + Shape.lanes - 1) / Shape.lanes * Shape.lanes
    return slot
  }

  /// Memory until `giveBack`; the smallest free piece that is large enough, or a new one.
  package mutating func borrow(_ floats: Int) -> Slot {
    let fitting = free.indices.filter { free[$0].count >= floats }.min { free[$0].count < free[$1].count }
    guard let place = fitting else { return keep(floats) }
    // The whole piece is handed out, so that it can be given back whole.
    return free.remove(at: place)
  }

  /// Ends the use of a borrowed slot.
  package mutating func giveBack(_ slot: Slot) { free.append(slot) }
}

/// The memory of one pass through a network: activations and gradients of up to `capacity` images.
package final class Workspace {
  /// How many images fit.
  package let capacity: Int
  private let storage: Storage
  private let start: UnsafeMutablePointer<Float>
  private let common: UnsafeMutablePointer<Float>

  /// Memory of its own for `capacity` images of a plan.
  package convenience init(plan: ArenaPlan, capacity: Int) {
    self.init(plan: plan, capacity: capacity, storage: Storage(count: Workspace.floats(plan, capacity)), offset: 0)
  }

  /// Part `number` of `parts` equal ones of another workspace's memory, for work that is never under way while the
  /// other's is; nil if `capacity` images do not fit.
  package convenience init?(plan: ArenaPlan, capacity: Int, part number: Int, of parts: Int, in other: Workspace) {
    let room = other.storage.count / parts / Shape.lanes * Shape.lanes
    guard Workspace.floats(plan, capacity) <= room else { return nil }
    self.init(plan: plan, capacity: capacity, storage: other.storage, offset: number * room)
  }

  private init(plan: ArenaPlan, capacity: Int, storage: Storage, offset: Int) {
    self.capacity = capacity
    self.storage = storage
    start = storage.pointer + offset
    common = start + plan.count * capacity
  }

  /// Floats for `capacity` images of a plan.
  private static func floats(_ plan: ArenaPlan, _ capacity: Int) -> Int { plan.count * capacity + plan.commonCount }

  /// Where a common slot starts.
  package func pointer(_ slot: CommonSlot) -> UnsafeMutablePointer<Float> { common + slot.offset }

  /// Where a slot starts.
  package func pointer(_ slot: Slot) -> UnsafeMutablePointer<Float> { start + slot.offset * capacity }

  /// Bytes of memory.
  package var bytes: Int { storage.count * MemoryLayout<Float>.stride }
}
