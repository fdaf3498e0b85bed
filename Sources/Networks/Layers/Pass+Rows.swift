import Tensors

/// Rows of one domain, and memory in double.
extension Pass {
  /// Calls `body` for the runs of neighbouring images of one domain; once, with nil, when nobody knows the domains.
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

  /// As `eachChunk`, for the clean rows alone (true), the adversarial ones (false), or all (nil): perhaps several times
  /// per chunk, on one thread.
  func eachChunk(
    ofRows rows: Bool?,
    _ body: (_ chunk: Int, _ images: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
  ) {
    eachChunk { chunk, images, scratch in
      guard let rows else { return body(chunk, images, scratch) }
      eachRun(in: images) { run, isClean in if isClean == rows { body(chunk, run, scratch) } }
    }
  }

  /// How many images these rows are.
  func count(ofRows rows: Bool?) -> Int {
    guard let rows, let clean = domains.cleanRows(of: images) else { return images }
    return rows ? clean : images - clean
  }

  /// The first image of these rows; 0 when there is none.
  func firstImage(ofRows rows: Bool?) -> Int {
    rows.flatMap { rows in (0..<images).first { domains.isClean($0) == rows } } ?? 0
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
