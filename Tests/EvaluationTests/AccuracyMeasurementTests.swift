import Attacks
import Datasets
import Evaluation
import Networks
import Tensors
import Testing

/// The one measurement of accuracy and logit drift.
struct AccuracyMeasurementTests {
  private let attack = PGD(epsilon: 0.1, stepSize: 0.03, steps: 4)

  @Test func itCountsWhatAPassOverAllImagesCounts() throws {
    let small = try SmallNetwork(count: 300), set = try small.set()
    let found = try AccuracyMeasurement(set, seed: 9).run(on: small.network, under: [attack, FGSM(epsilon: 0.1)])
    #expect(found.clean.correct == 240 && found.clean.n == 300)
    #expect(found.logits == small.network.evaluate(small.images, count: 300))
    for (number, attack) in ([attack, FGSM(epsilon: 0.1)] as [any Attack]).enumerated() {
      let points = Storage(count: set.images.count)
      try attack.perturb(set.batch(seed: 9), on: small.network, into: points.pointer, poll: {})
      let right = small.network.correctPositions(at: points.pointer, labels: small.labels)
      #expect(found.attacked[number].correct == right.count && found.attacked[number].n == 300)
      #expect(right.count < 240)
    }
  }

  @Test func aSplitGivesTheSameAsASetOfItsImages() throws {
    let small = try SmallNetwork(count: 150)
    let images = ImageSet(
      channels: 1, height: 8, width: 8, pixels: .values(small.images), labels: small.labels,
      classes: 4)
    let split = Split(images, indices: Array((0..<150).reversed()))
    let some = try AccuracyMeasurement(split, limit: 140, seed: 3).run(on: small.network, under: [attack])
    let order = Array((10..<150).reversed())
    let set = try EvaluationSet(
      images: order.flatMap { small.images[$0 * 64..<($0 + 1) * 64] }, shape: SmallNetwork.shape,
      labels: order.map { small.labels[$0] }, indices: order)
    #expect(try AccuracyMeasurement(set, seed: 3).run(on: small.network, under: [attack]) == some)
    #expect(some.clean.n == 140 && AccuracyMeasurement(split, limit: 999, seed: 3).count == 150)
  }

  @Test func progressGrowsFromGroupToGroupAndFromIterationToIteration() throws {
    let small = try SmallNetwork(count: 300), measurement = AccuracyMeasurement(try small.set(), seed: 0)
    var told: [Int] = []
    _ = try measurement.run(on: small.network, under: [attack, attack], progress: { told.append($0) })
    #expect(told == told.sorted() && told.first == 0 && told.allSatisfy { $0 < 300 })
    // 128 images under the first of two attacks, one of four iterations over.
    #expect(told.contains(16) && told.contains(64) && told.contains(128) && told.contains(256 + 22))
  }

  @Test func aPollEndsIt() throws {
    struct Enough: Error {}
    let small = try SmallNetwork(count: 300)
    let measurement = AccuracyMeasurement(try small.set(), seed: 0)
    for allowed in [0, 2, 5] {
      var polls = 0
      #expect(throws: Enough.self) {
        try measurement.run(
          on: small.network, under: [attack],
          poll: {
            polls += 1
            if polls > allowed { throw Enough() }
          })
      }
      #expect(polls == allowed + 1)
    }
  }

  @Test func driftIsTheRootMeanSquareTheMeanAndTheLargestChange() throws {
    // (3, 0, −4, 0): RMS √(25/4), mean 7/4.
    let drift = LogitDrift(from: [1, 2, 3, 4], to: [4, 2, -1, 4])
    #expect(drift.rms == 2.5 && drift.mean == 1.75 && drift.largest == 4)
    let none = LogitDrift(from: [], to: [])
    #expect(none.rms == 0 && none.mean == 0 && none.largest == 0)
    let small = try SmallNetwork(count: 20), measurement = AccuracyMeasurement(try small.set(), seed: 0)
    let before = try measurement.run(on: small.network)
    #expect(before.drift(from: before) == none && before.attacked.isEmpty)
    let after = try measurement.run(on: SmallNetwork(count: 20, seed: 3).network)
    let moved = after.drift(from: before)
    #expect(moved.rms > 0 && moved.largest >= moved.rms)
    #expect(moved == LogitDrift(from: before.logits, to: after.logits))
  }
}
