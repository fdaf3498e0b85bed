import Attacks
import Evaluation
import Events
import Foundation
import Networks
import Readout
import Tensors
import Testing

/// What the terminal is told while attacks run, from a small evaluation inside the tests.
struct AttackProgressTests {
  private func evaluation(_ suite: AttackSuite, individual: Bool = false) throws -> RobustnessEvaluation {
    let shape = Shape(1, 8, 8)
    var model = ModelSettings(name: "small-cnn", input: shape, classes: 3, width: 4)
    model.mean = [0]
    let network = try #require(Network(model, pool: ThreadPool(threads: 1)))
    network.initialize(seed: 2)
    var random = RandomStream(seed: 5, purpose: .test)
    let images = (0..<12 * 64).map { _ in random.uniform() }
    let logits = network.evaluate(images, count: 12)
    let labels = (0..<12).map { image in
      logits.withUnsafeBufferPointer { predictedClass($0.baseAddress.unsafelyUnwrapped + image * 3, classes: 3) }
    }
    let set = try EvaluationSet(images: images, shape: shape, labels: labels)
    return try RobustnessEvaluation(
      network, set, settings: EvaluationSettings(epsilon: 1e-6, suite: suite, individual: individual))
  }

  @Test func aLineNamesAttackImagesAndWhatIsBroken() throws {
    let suite = try AttackSuite(named: "pgd,square", classes: 3)
    let evaluation = try evaluation(suite)
    var seen: [EvaluationProgress] = []
    try evaluation.run(observe: { seen.append($0) })
    var progress = AttackProgress(suite)
    let notes = seen.compactMap { progress.note($0) }
    #expect(notes.first == "PGD-10 1/2: 12 images, 12 of 12 robust so far")
    #expect(notes.contains { $0.hasPrefix("Square 2/2: 12 images") } && notes.count == 2)
    let last = try #require(seen.last)
    let line = progress.line(last, columns: 200)
    #expect(line.hasPrefix("Square 2/2  images \(last.finished)/12  broken 0  robust 12/12"), "\(line)")
    for columns in 0...120 { #expect(progress.line(last, columns: columns) == String(line.prefix(columns))) }
  }

  @Test func anInterruptedEvaluationIsCarriedOverAsItIs() throws {
    struct Enough: Error {}
    let suite = try AttackSuite(named: "pgd,square", classes: 3)
    var polls = 0
    try evaluation(suite, individual: true).run(poll: { polls += 1 })
    let middle = polls / 2
    let first = try evaluation(suite, individual: true)
    polls = 0
    #expect(throws: Enough.self) {
      try first.run(poll: {
        polls += 1
        if polls > middle { throw Enough() }
      })
    }
    let data = try JSONEncoder().encode(first.record.examples)
    #expect(try JSONDecoder().decode([ExampleVerdict].self, from: data) == first.record.examples)
    let report = first.report()
    #expect(!report.isComplete)
  }
}
