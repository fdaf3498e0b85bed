import Datasets
import Foundation
import Recipe
import TestSupport
import Testing

@Suite struct SplitTests {
  @Test func `training and validation are disjoint and cover the set`() throws {
    for (count, fraction) in [(64, 0.1), (64, 0.001), (64, 0.5), (100, 0.25), (333, 0.1)] {
      let data = try mirage(count: count, fraction: fraction, seed: 3)
      #expect((data.train.indices + data.validation.indices).sorted() == Array(0..<count))
      #expect(data.validation.count == max(1, Int((Double(count) * fraction).rounded())))
      #expect(data.train.indices == data.train.indices.sorted())
      #expect(data.test.indices == Array(0..<data.test.images.count))
    }
  }

  @Test func `the choice follows the run's seed alone`() throws {
    let first = try mirage(count: 200, fraction: 0.1, seed: 0), again = try mirage(count: 200, fraction: 0.1, seed: 0)
    let other = try mirage(count: 200, fraction: 0.1, seed: 1)
    #expect(first.validation.indices == again.validation.indices)
    #expect(first.validation.indices != other.validation.indices)
    // A larger share keeps what a smaller one had.
    let larger = try mirage(count: 200, fraction: 0.2, seed: 0)
    #expect(Array(larger.validation.indices.prefix(20)) == first.validation.indices)
  }

  @Test func `an example is found by position, its dataset index stays known`() throws {
    let data = try mirage(count: 64, fraction: 0.2, seed: 5)
    let size = data.train.images.imageSize
    for split in [data.train, data.validation.prefix(3)] {
      for position in 0..<split.count {
        let index = split.indices[position]
        #expect(split.label(position) == Int(split.images.labels[index]))
        #expect(
          try image(size) { try split.copyImage(position, to: $0) }
            == image(size) { try split.images.copyImage(index, to: $0) })
      }
    }
    #expect(data.validation.prefix(3).count == 3)
  }

  @Test func `each file of Sources is listed, and the names are the choices of the data setting`() throws {
    let folder = Repository.root.appendingPathComponent("Sources/Datasets/Sources")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).map { String($0.dropLast(6)) }
    #expect(files.sorted() == dataSources.map { String(describing: $0) }.sorted())
    guard case .choice(let choices)? = AnyKnob.named("data")?.kind else {
      Issue.record("the data setting is not a choice")
      return
    }
    #expect(choices == dataSources.map { $0.name })
    for source in dataSources {
      let isOwn = ["folder", "npz", "idx"].contains(source.name)
      let classes = isOwn ? 0 : source.name == "cifar100" ? 100 : 10
      #expect(!source.summary.isEmpty && source.classNames.count == classes)
      #expect(Set(source.classNames).count == source.classNames.count)
    }
  }

  private func mirage(count: Int, fraction: Double, seed: Int) throws -> DataSplits {
    var settings = Settings()
    try settings.set("data.size", to: .integer(8))
    try settings.set("data.train", to: .integer(count))
    try settings.set("data.test", to: .integer(16))
    try settings.set("validation.fraction", to: .number(fraction))
    try settings.set("seed", to: .integer(seed))
    return try loadData(settings, folders: nowhere)
  }

  private func image(_ size: Int, _ copy: (UnsafeMutablePointer<Float>) throws -> Void) rethrows -> [Float] {
    var pixels = [Float](repeating: -1, count: size)
    try pixels.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { try copy(base) } }
    return pixels
  }
}

@Suite struct EpochOrderTests {
  @Test func `every epoch is a permutation, its last batch may be smaller`() {
    for (count, batch) in [(1, 1), (5, 1), (5, 2), (5, 5), (5, 8), (64, 16), (65, 16)] {
      var order = EpochOrder(count: count, batch: batch, seed: 9)
      #expect(order.stepsPerEpoch == (count + batch - 1) / batch)
      for epoch in 0..<4 {
        var seen: [Int] = []
        for place in 1...order.stepsPerEpoch {
          let step = epoch * order.stepsPerEpoch + place
          let positions = order.batch(step: step)
          #expect(order.epoch(ofStep: step) == epoch)
          #expect(positions.count == (place < order.stepsPerEpoch ? batch : count - (place - 1) * batch))
          seen += positions
        }
        #expect(seen.sorted() == Array(0..<count))
      }
    }
  }

  @Test func `a batch depends on the seed and the step, not on what was asked before`() {
    var forwards = EpochOrder(count: 50, batch: 8, seed: 1), backwards = EpochOrder(count: 50, batch: 8, seed: 1)
    let ahead = (1...30).map { forwards.batch(step: $0) }
    let behind = (1...30).reversed().map { backwards.batch(step: $0) }
    #expect(ahead == behind.reversed())
    var other = EpochOrder(count: 50, batch: 8, seed: 2)
    #expect(ahead != (1...30).map { other.batch(step: $0) })
  }

  @Test func `epochs go in different orders`() {
    var order = EpochOrder(count: 40, batch: 40, seed: 0)
    #expect(Set((1...20).map { order.batch(step: $0) }).count == 20)
  }
}
