import Attacks
import Networks
import Objectives
import Recipe
import Tensors
import TestSupport
import Testing

/// What holds for every attack of the catalogue, in every norm, from every start.
struct AttackLawTests {
  private func everyAttack() -> [any Attack] {
    var result: [any Attack] = []
    for norm in BallNorm.allCases {
      let epsilon: Float = norm == .linf ? 16 / 255 : 0.5
      result.append(FGSM(norm: norm, epsilon: epsilon))
      for start in PGD.Start.allCases {
        result.append(PGD(norm: norm, epsilon: epsilon, stepSize: epsilon / 4, steps: 5, start: start))
      }
      result.append(PGD(norm: norm, epsilon: epsilon, stepSize: epsilon / 4, steps: 3, restarts: 3))
    }
    return result
  }

  private func images() throws -> (pixels: [Float], labels: [Int]) {
    let oracle = try Oracle("attacks/model_at")
    return (try oracle.file.bytes("images").map { Float($0) / 255 }, try oracle.integers("labels"))
  }

  private func perturbed(
    _ attack: any Attack, on network: Network, _ pixels: [Float], _ labels: [Int], examples: [Int], seed: UInt32 = 7
  ) throws -> [Float] {
    var adversarial = pixels
    let batch = AttackBatch(images: pixels, examples: examples, target: .labels(labels), seed: seed)
    try attack.perturb(batch, on: network, into: &adversarial, poll: noPoll)
    return adversarial
  }

  @Test func noAttackLeavesBallOrBox() throws {
    let network = try oracleNetwork("at")
    let (pixels, labels) = try images()
    let size = network.settings.input.planarCount
    for attack in everyAttack() {
      let adversarial = try perturbed(attack, on: network, pixels, labels, examples: Array(labels.indices))
      #expect(adversarial.allSatisfy { $0 >= 0 && $0 <= 1 })
      for image in labels.indices {
        let delta = (0..<size).map { abs(adversarial[image * size + $0] - pixels[image * size + $0]) }
        let length = delta.reduce(0.0) { $0 + Double($1 * $1) }.squareRoot()
        let isLinf = (attack as? PGD)?.norm == .linf || (attack as? FGSM)?.norm == .linf
        #expect((isLinf ? Double(delta.max() ?? 0) : length) <= Double(attack.epsilon) + 1e-6, "\(attack)")
      }
    }
  }

  @Test func anAttackLowersAccuracy() throws {
    let network = try oracleNetwork("nat")
    let (pixels, labels) = try images()
    let right = correct(network, pixels, labels)
    for attack in everyAttack() {
      let adversarial = try perturbed(attack, on: network, pixels, labels, examples: Array(labels.indices))
      #expect(correct(network, adversarial, labels) < right, "\(attack)")
    }
  }

  @Test func aResultDependsOnNeitherBatchNorOrderNorThreads() throws {
    let (pixels, labels) = try images()
    let size = pixels.count / labels.count
    for attack in everyAttack() {
      let whole = try perturbed(
        attack, on: oracleNetwork("at", threads: 1), pixels, labels, examples: Array(labels.indices))
      let other = try oracleNetwork("at", threads: 3)
      #expect(try perturbed(attack, on: other, pixels, labels, examples: Array(labels.indices)) == whole)
      let reversed = Array(labels.indices.reversed())
      let turned = try perturbed(
        attack, on: other, reversed.flatMap { pixels[$0 * size..<($0 + 1) * size] }, reversed.map { labels[$0] },
        examples: reversed)
      #expect(reversed.flatMap { turned[$0 * size..<($0 + 1) * size] } == whole, "\(attack), reversed")
      let alone = try perturbed(attack, on: other, Array(pixels[5 * size..<6 * size]), [labels[5]], examples: [5])
      #expect(alone == Array(whole[5 * size..<6 * size]), "\(attack), alone")
    }
  }

  @Test func moreRestartsNeverLowerTheLoss() throws {
    let network = try oracleNetwork("at")
    let (pixels, labels) = try images()
    var pgd = PGD(epsilon: 16 / 255, stepSize: 4 / 255, steps: 3)
    let once = try perturbed(pgd, on: network, pixels, labels, examples: Array(labels.indices))
    pgd.restarts = 4
    let often = try perturbed(pgd, on: network, pixels, labels, examples: Array(labels.indices))
    let (first, best) = (losses(network, once, labels), losses(network, often, labels))
    #expect(zip(first, best).allSatisfy { $1 >= $0 - 1e-9 })
    #expect(zip(first, best).contains { $1 > $0 })
  }

  @Test func theNamesAreThoseOfTheKnob() {
    guard case .choice(let names) = AnyKnob.named("attack")?.kind else {
      return #expect(Bool(false), "no knob 'attack'")
    }
    #expect(attacks.map { $0.name } == names)
  }

  @Test func aPollEndsAnAttack() throws {
    struct Enough: Error {}
    let network = try oracleNetwork("at")
    let (pixels, labels) = try images()
    var adversarial = pixels, polls = 0
    let batch = AttackBatch(images: pixels, examples: Array(labels.indices), target: .labels(labels), seed: 0)
    let pgd = PGD(epsilon: 16 / 255, stepSize: 4 / 255, steps: 10)
    #expect(throws: Enough.self) {
      try pgd.perturb(batch, on: network, into: &adversarial) {
        polls += 1
        if polls == 4 { throw Enough() }
      }
    }
    #expect(polls == 4)
  }

  private func correct(_ network: Network, _ pixels: [Float], _ labels: [Int]) -> Int {
    let logits = network.evaluate(pixels, count: labels.count)
    return labels.indices.count { predictedClass(Array(logits[$0 * 10..<($0 + 1) * 10]), classes: 10) == labels[$0] }
  }

  private func losses(_ network: Network, _ pixels: [Float], _ labels: [Int]) -> [Double] {
    let logits = network.evaluate(pixels, count: labels.count)
    return labels.indices.map {
      RowLosses.crossEntropy(Array(logits[$0 * 10..<($0 + 1) * 10]), classes: 10, label: labels[$0])
    }
  }
}
