import Tensors

/// The gradients that a backward pass leaves whole although other processes have parts of the batch: they come from
/// sums over all of it. Kept while the others are added up.
final class WholeGradients {
  private let ranges: [Range<Int>]
  private let kept: Storage

  init(_ layers: [any Layer]) {
    ranges = layers.flatMap(\.wholeGradients)
    kept = Storage(count: ranges.reduce(0) { $0 + $1.count })
  }

  func keep(_ gradients: Storage) {
    var place = kept.pointer
    for range in ranges {
      place.update(from: gradients.pointer + range.lowerBound, count: range.count)
      place += range.count
    }
  }

  func putBack(_ gradients: Storage) {
    var place = kept.pointer
    for range in ranges {
      (gradients.pointer + range.lowerBound).update(from: place, count: range.count)
      place += range.count
    }
  }
}
