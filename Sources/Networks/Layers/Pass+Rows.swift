import Tensors

/// Rows of one domain, leaves of the batch's tree, and memory in double.
extension Pass {
  /// Calls `body` for the runs of neighboring images of one domain; once, with nil, when nobody knows the domains.
  func eachRun(in images: Range<Int>, _ body: (_ run: Range<Int>, _ isClean: Bool?) -> Void) {
    var first = images.lowerBound
    while first < images.upperBound {
      let isClean = domains.isClean(first)
      var last = first + 1
      while last < images.upperBound, domains.isClean(last) == isClean { last += 1 }
      body(first..<last, isClean)
      first = last
    }
  }

  /// As `eachChunk`, for some of the rows: possibly several times per chunk, on one thread.
  func eachChunk(
    of rows: RowSelection,
    _ body: (_ chunk: Int, _ images: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
  ) {
    eachChunk { chunk, images, scratch in
      guard rows != .all else { return body(chunk, images, scratch) }
      eachRun(in: images) { run, isClean in if rows.has(clean: isClean) { body(chunk, run, scratch) } }
    }
  }

  /// How many rows the batch has, here and elsewhere.
  var allRows: Int { rows?.allRows ?? images }

  /// How many of them are clean; nil when nobody says.
  var allCleanRows: Int? { rows?.allCleanRows ?? domains.cleanRows(of: images) }

  /// True when the batch has rows of both kinds, and it is known which they are.
  var hasBothDomains: Bool { allCleanRows.map { $0 > 0 && $0 < allRows } ?? false }

  /// How many rows of the batch are selected.
  func count(of selection: RowSelection) -> Int {
    guard selection != .all, let clean = allCleanRows else { return allRows }
    return selection == .clean ? clean : allRows - clean
  }

  /// Leaves of the batch's tree that are here.
  var leaves: Int { rows?.leafCount ?? 0 }

  /// Runs `body` for every leaf.
  func eachLeaf(_ body: (_ leaf: Int, _ scratch: UnsafeMutablePointer<Float>) -> Void) { eachTask(leaves, body) }

  /// Calls `body` for the rows of a leaf, in order, in runs of neighbors.
  func eachRun(ofLeaf leaf: Int, of selection: RowSelection = .all, _ body: (_ run: Range<Int>) -> Void) {
    guard let (first, second) = rows?.leaves[leaf].runs else { return }
    eachRun(first.start..<first.start + first.count, of: selection, body)
    eachRun(second.start..<second.start + second.count, of: selection, body)
  }

  private func eachRun(_ images: Range<Int>, of selection: RowSelection, _ body: (_ run: Range<Int>) -> Void) {
    guard !images.isEmpty else { return }
    guard selection != .all else { return body(images) }
    eachRun(in: images) { run, isClean in if selection.has(clean: isClean) { body(run) } }
  }

  /// Of sums of the leaves that are here, `stride` numbers each, makes those of the whole batch, in the place of the
  /// first.
  func addLeaves(
    _ numbers: UnsafeMutablePointer<Double>, stride: Int,
    _ add: (_ left: UnsafeMutablePointer<Double>, _ right: UnsafeMutablePointer<Double>) -> Void
  ) {
    BatchTree.pairs(leaves) { add(numbers + $0 * stride, numbers + $1 * stride) }
    rows?.team?.combine(numbers, count: stride, add)
  }

  /// The same for plain sums.
  func addLeaves(_ numbers: UnsafeMutablePointer<Double>, stride: Int) {
    addLeaves(numbers, stride: stride) { left, right in for index in 0..<stride { left[index] += right[index] } }
  }

  /// Where an image's part of a slot starts.
  func pointer(_ slot: Slot, image: Int) -> UnsafeMutablePointer<Float> {
    workspace.pointer(slot) + image * slot.count
  }

  /// A slot's memory from its `place`-th double on.
  func doubles(_ slot: Slot, at place: Int = 0) -> UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(workspace.pointer(slot)).assumingMemoryBound(to: Double.self) + place
  }
}
