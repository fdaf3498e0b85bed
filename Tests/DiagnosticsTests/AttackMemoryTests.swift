import Attacks
import Networks
import Tensors
import TestSupport
import Testing

@testable import Diagnostics

/// What the sentinel remembers, and what its looks make of it.
struct AttackMemoryTests {
  private let attack = PGD(epsilon: 16 / 255, stepSize: 4 / 255)

  private func perturbation(_ code: Int8) -> Perturbation {
    Perturbation(codes: [code, -code, 0], scale: 1)
  }

  @Test func theBankKeepsTheLastFewTheNewestFirst() {
    var memory = AttackMemory(count: 2, pixels: 3)
    for code in 1...6 { memory.noteBroken(1, by: perturbation(Int8(code))) }
    #expect(memory.bank[0].isEmpty && memory.bank[1].map { $0.codes[0] } == [6, 5, 4, 3])
    memory.noteBrokenAgain(1, byEntry: 2)
    #expect(memory.bank[1].map { $0.codes[0] } == [4, 6, 5, 3])
    // The same perturbation is kept once.
    memory.noteBroken(1, by: perturbation(5))
    #expect(memory.bank[1].map { $0.codes[0] } == [5, 4, 6, 3])
    #expect(AttackMemory(count: 128, pixels: 3 * 224 * 224).depth < 4)
  }

  @Test(arguments: [BallNorm.linf, .l2]) func aPerturbationComesBackInsideTheBall(norm: BallNorm) {
    var random = RandomStream(seed: 1, purpose: .test)
    let image = (0..<48).map { _ in random.uniform() }, epsilon: Float = 0.1
    var point = image.map { min(max($0 + random.uniform(-1, 1) * (norm == .linf ? 0.1 : 0.012), 0), 1) }
    let kept = image.withUnsafeBufferPointer { image in
      point.withUnsafeBufferPointer { point in
        Perturbation(point.baseAddress!, around: image.baseAddress!, count: 48, norm, epsilon)
      }
    }
    let before = point
    for factor in [Float(1), 0.5, 2] {
      image.withUnsafeBufferPointer { kept.write(&point, around: $0.baseAddress!, norm, factor * epsilon) }
      #expect(point.allSatisfy { (0...1).contains($0) })
      let distance = image.withUnsafeBufferPointer { norm.distance(point, $0.baseAddress!, 48) }
      #expect(distance <= Double(factor * epsilon) + 1e-6)
      if factor == 1 { #expect(zip(point, before).allSatisfy { abs($0 - $1) < 0.001 }) }
    }
  }

  @Test func itSurvivesAFile() throws {
    var memory = AttackMemory(count: 3, pixels: 3)
    memory.noteBroken(0, by: perturbation(-7))
    memory.noteBroken(0, by: Perturbation(codes: [127, -127, 3], scale: 0.25))
    memory.noteSquare(2, best: perturbation(9), queries: 300)
    var file = Safetensors()
    memory.add(to: &file)
    #expect(try AttackMemory(file) == memory)
    #expect(try AttackMemory(Safetensors()) == nil)
    file.metadata["dualab"] = "1"
    #expect(file.tensors.count == 5 && file.withoutSession.tensors.isEmpty)
    for queries in [-2, Int.max] {
      var wild = file
      wild.add("sentinel.queries", shape: [3], integers: [-1, -1, queries])
      #expect(throws: FileError.self) { try AttackMemory(wild) }
    }
    file.add("sentinel.images", shape: [3], integers: [0, 0, 3])
    #expect(throws: FileError.self) { try AttackMemory(file) }
  }

  @Test func aSecondLookReplaysWhatTheFirstFound() throws {
    let network = try referenceNetwork("masked"), sentinel = try referenceSentinel(64)
    var memory = AttackMemory(count: 64, pixels: 14 * 14)
    func look(_ parts: LookParts = LookParts()) throws -> Sentinel.QuickProbe {
      try sentinel.look(
        afterStep: 1, attack, on: network, parts: parts, memory: &memory, until: { _ in false }, poll: {}
      ).probe
    }
    let first = try look(), second = try look()
    #expect(first.reading.broken > 16 && second.reading.broken >= first.reading.broken)
    #expect(first.reading.breakers?.first { $0.attack == "bank" } == nil)
    let bank = second.reading.breakers?.first { $0.attack == "bank" }
    // Rounding to steps of ε/127 may cost one or the other.
    #expect((bank?.broken ?? 0) > first.reading.broken * 9 / 10 && second.passes < first.passes)
    #expect(first.reading.breakers?.reduce(0) { $0 + $1.broken } == first.reading.broken)
    // Without any part nothing is broken but what is misclassified anyway.
    let none = try look(LookParts(replays: false, usesMargin: true, usesSmallSteps: false, squareQueries: 0))
    #expect(none.reading.breakers?.allSatisfy { ["MM-3", "MM-3×50", "no attack"].contains($0.attack) } == true)
  }

  @Test func aLookThatSufficesStopsAtHalf() throws {
    let network = try referenceNetwork("at"), sentinel = try referenceSentinel(64)
    var memory = AttackMemory(count: 64, pixels: 14 * 14), seen: [Int] = []
    let probe = try sentinel.look(
      afterStep: 1, attack, on: network, parts: LookParts(), memory: &memory,
      until: {
        seen.append($0.n)
        return $0.n == 48
      }, poll: {}
    ).probe
    #expect(seen == [32, 48] && probe.reading.n == 48 && probe.adversarial.n == 64)
    #expect(probe.left.allSatisfy { $0 < 48 } && probe.reading.survivors == probe.survivors.count { $0 < 48 })
  }

  @Test func whatALookFindsIsTrueOfTheWeights() throws {
    // Every broken image is misclassified at a point in ball and box: the pictures hold these points.
    let network = try referenceNetwork("masked", threads: 1), sentinel = try referenceSentinel(32), set = sentinel.set
    var memory = AttackMemory(count: 32, pixels: 14 * 14)
    let (probe, images) = try sentinel.look(
      afterStep: 1, attack, on: network, parts: LookParts(), memory: &memory, until: { _ in false }, poll: {})
    let points = images.domains.aa
    let right = Set(network.correctPositions(at: points, labels: set.labels))
    for image in probe.survivors where !probe.left.contains(image) {
      #expect(!right.contains(image))
      #expect(BallNorm.linf.distance(points + image * 196, set.image(image), 196) <= 16 / 255 + 1e-6)
    }
  }
}
