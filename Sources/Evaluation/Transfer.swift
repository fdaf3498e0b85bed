import Attacks
import Networks
import Tensors

/// Weights on which adversarial images are made that are tried on others: an earlier checkpoint of the same run.
package struct TransferSource {
  /// As shown: `step 200`.
  package let name: String
  package let classifier: any Classifier

  package init(name: String, classifier: any Classifier) {
    self.name = name
    self.classifier = classifier
  }
}

/// Adversarial images of earlier weights on these. docs/algorithms.md §7.5.
///
/// Weights whose gradients mislead may still be fooled by images that were made on weights whose gradients did not:
/// nothing but forward passes is asked of the present ones.
struct Transfer {
  static let name = "transfer"
  /// The number of its random stream, as in `EvaluationAttack.stream`; no attack of the catalogue has it.
  static let stream = 64
  static let steps = 50

  let evaluation: RobustnessEvaluation
  let sources: [TransferSource]
  /// Positions of the images to attack.
  let images: [Int]
  /// The last iterates: [image][source][C][H][W].
  private let points: Storage
  private var forwards = 0, backwards = 0

  init(_ evaluation: RobustnessEvaluation, from sources: [TransferSource], on images: [Int]) {
    self.evaluation = evaluation
    self.sources = sources
    self.images = images
    points = Storage(count: max(1, images.count * sources.count * evaluation.set.shape.planarCount))
  }

  /// Positions of the images that are broken, and the row of the table.
  mutating func run(poll: () throws -> Void) throws -> (broken: [Int], row: BestKnown.Row) {
    let start = ContinuousClock.now
    for place in sources.indices { try make(on: place, poll) }
    let broken = try replay(poll)
    let names = sources.map(\.name).joined(separator: ", ")
    return (
      broken,
      BestKnown.Row(
        name: Self.name, title: "transfer from \(names)", broken: broken.count, attacked: images.count,
        seconds: (ContinuousClock.now - start) / .seconds(1), forwards: forwards, backwards: backwards)
    )
  }

  /// PGD to its last step on one source, whatever it breaks there on the way: an iterate that only just crosses the
  /// source's boundary rarely crosses another's.
  private mutating func make(on place: Int, _ poll: () throws -> Void) throws {
    let pixels = evaluation.set.shape.planarCount, width = sources.count * pixels
    let problem = problems(stream: Self.stream + 256 * place)
    let pgd = PGD(
      norm: evaluation.record.settings.norm, epsilon: Float(epsilon), stepSize: Float(epsilon / 10), steps: Self.steps,
      start: .uniform)
    var spent = (forwards: 0, backwards: 0)
    try AttackRounds(sources[place].classifier).attack(
      Array(images.indices), { PGDRun(problem(images[$0]), pgd) }
    ) { ended, _ in
      for entry in ended {
        (points.pointer + entry.example * width + place * pixels).update(from: entry.run.point, count: pixels)
        spent.forwards += entry.run.tally.forwards
        spent.backwards += entry.run.tally.backwards
      }
      try poll()
    }
    forwards += spent.forwards
    backwards += spent.backwards
  }

  /// Looks at the points with the evaluation's classifier. What lies outside box or ball does not count.
  private mutating func replay(_ poll: () throws -> Void) throws -> [Int] {
    guard !sources.isEmpty else { return [] }
    let problem = problems(stream: Self.stream)
    var broken: [Int] = [], looks = 0
    try AttackRounds(evaluation.classifier).attack(
      Array(images.indices),
      { ReplayRun(problem(images[$0]), points: points, from: $0 * sources.count, count: sources.count) }
    ) { ended, _ in
      for entry in ended {
        looks += entry.run.tally.forwards
        guard let found = entry.run.found, evaluation.audit(found, images[entry.example]) != nil else { continue }
        broken.append(images[entry.example])
      }
      try poll()
    }
    forwards += looks
    return broken.sorted()
  }

  /// As of an evaluation's attacks; neither PGD nor a replay asks for the order of classes.
  private func problems(stream: Int) -> (Int) -> AttackProblem {
    let logits = [Float](repeating: 0, count: evaluation.set.count * evaluation.classifier.classes)
    return evaluation.problems(stream: stream, epsilon: epsilon, cleanLogits: logits)
  }

  private var epsilon: Double { evaluation.record.settings.epsilon }
}
