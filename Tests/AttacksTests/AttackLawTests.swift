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

  @Test func noAttackLeavesBallOrBox() throws {
    let network = try oracleNetwork("at")
    let (pixels, labels) = try images()
    let size = network.settings.input.planarCount
    for attack in everyAttack() {
      let adversarial = try perturbed(attack, on: network, pixels, .labels(labels))
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
      let adversarial = try perturbed(attack, on: network, pixels, .labels(labels))
      #expect(correct(network, adversarial, labels) < right, "\(attack)")
    }
  }

  @Test func aResultDependsOnNeitherBatchNorOrderNorThreads() throws {
    let (pixels, labels) = try images()
    let size = pixels.count / labels.count
    for attack in everyAttack() {
      let whole = try perturbed(attack, on: oracleNetwork("at", threads: 1), pixels, .labels(labels))
      let other = try oracleNetwork("at", threads: 3)
      #expect(try perturbed(attack, on: other, pixels, .labels(labels)) == whole)
      let reversed = Array(labels.indices.reversed())
      let turned = try perturbed(
        attack, on: other, reversed.flatMap { pixels[$0 * size..<($0 + 1) * size] },
        .labels(reversed.map { labels[$0] }), examples: reversed)
      #expect(reversed.flatMap { turned[$0 * size..<($0 + 1) * size] } == whole, "\(attack), reversed")
      let alone = try perturbed(
        attack, on: other, Array(pixels[5 * size..<6 * size]), .labels([labels[5]]), examples: [5])
      #expect(alone == Array(whole[5 * size..<6 * size]), "\(attack), alone")
    }
  }

  @Test func moreRestartsNeverLowerTheLoss() throws {
    let network = try oracleNetwork("at")
    let (pixels, labels) = try images()
    var pgd = PGD(epsilon: 16 / 255, stepSize: 4 / 255, steps: 3)
    let once = try perturbed(pgd, on: network, pixels, .labels(labels))
    pgd.restarts = 4
    let often = try perturbed(pgd, on: network, pixels, .labels(labels))
    let (first, best) = (losses(network, once, labels), losses(network, often, labels))
    #expect(zip(first, best).allSatisfy { $1 >= $0 - 1e-9 })
    #expect(zip(first, best).contains { $1 > $0 })
  }

  @Test func theNamesAreThoseOfTheKnob() {
    guard case .choice(let names) = AnyKnob.named("attack")?.kind else {
      Issue.record("no knob 'attack'")
      return
    }
    #expect(attacks.map { $0.name } == names)
  }

  @Test func theSettingsMakeTheAttackTheyDescribe() throws {
    func attack(_ values: [String: String]) throws -> any Attack {
      var settings = Settings()
      for (name, value) in values { try settings.set(name, parsing: value) }
      return settings.trainingAttack
    }
    let values = ["attack.norm": "l2", "eps": "0.5", "attack.step": "0.1", "attack.steps": "7"]
    for start in PGD.Start.allCases {
      let pgd = try attack(values.merging(["attack": "pgd", "attack.start": start.rawValue]) { $1 })
      #expect(pgd as? PGD == PGD(norm: .l2, epsilon: 0.5, stepSize: 0.1, steps: 7, start: start))
    }
    #expect(try attack(values.merging(["attack": "fgsm"]) { $1 }) as? FGSM == FGSM(norm: .l2, epsilon: 0.5))
    #expect(try attack(["attack": "fgsm", "eps": "0.25"]) as? FGSM == FGSM(norm: .linf, epsilon: 0.25))
    var settings = Settings()
    for (name, value) in values { try settings.set(name, parsing: value) }
    #expect(settings.referencePGD == PGD(norm: .l2, epsilon: 0.5, stepSize: 0.125, steps: 10, start: .uniform))
  }

  @Test func aPollEndsAnAttack() throws {
    struct Enough: Error {}
    let network = try oracleNetwork("at")
    let (pixels, labels) = try images()
    var polls = 0
    #expect(throws: Enough.self) {
      _ = try perturbed(PGD(epsilon: 16 / 255, stepSize: 4 / 255, steps: 10), on: network, pixels, .labels(labels)) {
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
