import Attacks
import Diagnostics
import Engine
import Evaluation
import Events
import Foundation
import Networks
import Synchronization
import Tensors
import TestSupport
import Testing

/// How an attack on a frozen copy ends: with a result, cancelled, or with the error that stopped it.
@Suite(.timeLimit(.minutes(2))) struct FrozenAttackTests {
  /// A training attack that does not get far.
  private struct Broken: Attack {
    static let name = "broken"
    static let isIterative = true
    let startsAtImage = false
    let title = "Broken"
    let norm = BallNorm.linf
    let epsilon: Float = 0.1
    let passes = 1

    init(_ settings: TrainingAttackSettings) {}
    init() {}

    func perturb(
      _ batch: AttackBatch, on network: Network, into adversarial: UnsafeMutablePointer<Float>, poll: () throws -> Void
    ) throws {
      throw EvaluationError("no gradient\nat all")
    }
  }

  /// Everything an attack tells, up to its end.
  private func reports(_ attack: any Attack, cancels: Bool = false) throws -> [FrozenReport] {
    let model = ModelSettings(name: "conv4", input: Shape(1, 8, 8), classes: 4, width: 8)
    let network = try #require(Network(model, pool: ThreadPool(threads: 1)))
    network.initialize(seed: 1)
    let images = Storage(count: 6 * 64)
    for index in 0..<images.count { images.pointer[index] = Float(index * 7919 % 97) / 96 }
    let set = try EvaluationSet(
      images: images, shape: Shape(1, 8, 8), labels: (0..<6).map { $0 % 4 }, indices: Array(0..<6))
    let frozen = FrozenAttack(Sentinel(set, seed: 1), attack, on: network, scope: .quick, step: 3)
    let told = Mutex<[FrozenReport]>([]), ended = DispatchSemaphore(value: 0)
    if cancels { frozen.cancel() }
    frozen.start { report in
      told.withLock { $0.append(report) }
      if report.progress.phase.isEnd { ended.signal() }
    }
    ended.wait()
    return told.withLock { $0 }
  }

  private static let pgd = PGD(epsilon: 0.1, stepSize: 0.05, steps: 2)

  @Test func itEndsWithWhatItFound() throws {
    let last = try #require(try reports(Self.pgd).last)
    #expect(last.progress.phase == .finished && last.progress.reason == nil && last.progress.accuracy?.n == 6)
  }

  @Test func aCancelledOneSaysSo() throws {
    let last = try #require(try reports(Self.pgd, cancels: true).last)
    #expect(last.progress.phase == .cancelled && last.progress.reason == nil && last.reading == nil)
  }

  @Test func anErrorIsNoCancellation() throws {
    let last = try #require(try reports(Broken()).last)
    #expect(last.progress.phase == .failed && last.progress.reason == #"no gradient\nat all"#)
  }

  @Test func theSessionTellsTheErrorAndCanAttackAgain() throws {
    var machine = SessionMachine(settings: try settings())
    _ = machine.run(until: "run 1")
    _ = machine.play(.command(.attack(.full)), .stepDone(sample(1)), .frozen)
    var note = AttackProgressNote(step: 1, scope: .full, phase: .failed, n: 128)
    note.reason = "no gradient"
    #expect(machine.play(.heard(FrozenReport(progress: note))) == ["attack failed @1"])
    #expect(machine.play(.command(.attack(.full))) == [])
  }
}
