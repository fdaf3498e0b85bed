import Commands
import Evaluation
import Foundation
import TestSupport
import Testing

/// `attack --beyond` and the sentinel's look at a file, by the built program.
@Suite("Attacks beyond AutoAttack", .timeLimit(.minutes(5))) struct BeyondTests {
  @Test("what other attacks break of what is left stands next to the robust accuracy")
  func bestKnown() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let json = folder.appendingPathComponent("r.json")
    let run = try await BuiltProgram.run(
      AttackCommandTests.reference + ["--limit", "48", "--attack", "fgsm", "--beyond", "--json", json.path])
    #expect(run.status == 0, "\(run.error)")
    let result = try AttackResult(contentsOf: json.path), best = try #require(result.bestKnown)
    #expect(best.n == 48 && best.attacks.map(\.name) == ["pma", "malt", "mm"])
    let left = result.examples.count { $0.verdict.isRobust }
    #expect(best.robust == left - best.broken.count && !best.broken.isEmpty)
    #expect(best.attacks[0].attacked == left && best.attacks.reduce(0) { $0 + $1.broken } == best.broken.count)
    // The reported verdicts are those of FGSM alone.
    #expect(abs(result.robustAccuracy - Double(left) / 48) < 1e-12)
    let robust = Set(result.examples.filter { $0.verdict.isRobust }.map(\.verdict.index))
    #expect(robust.isSuperset(of: best.broken))
    #expect(run.result.contains("best known: ") && run.result.contains("report the accuracy above"))
    let without = try await BuiltProgram.run(
      AttackCommandTests.reference + ["--limit", "8", "--attack", "fgsm", "--json", "-"])
    #expect(!without.result.contains("best_known"))
  }

  @Test("earlier checkpoints of the run are tried first")
  func earlierCheckpoints() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try await SmallRun.checkpoint(in: folder, steps: 60)
    let json = folder.appendingPathComponent("r.json")
    let run = try await BuiltProgram.run([
      "attack", "--checkpoint", file, "--limit", "24", "--attack", "fgsm", "--beyond", "--json", json.path,
    ])
    #expect(run.status == 0, "\(run.error)")
    let best = try #require(try AttackResult(contentsOf: json.path).bestKnown)
    #expect(best.attacks.first?.name == "transfer")
    #expect(best.attacks.first?.title.hasPrefix("transfer from step ") == true, "\(best.attacks)")
    #expect(run.result.contains("transfer from step "))
  }

  @Test(
    "a look of the sentinel says how far AutoAttack may be below")
  func sentinel() async throws {
    let run = try await BuiltProgram.run(AttackCommandTests.reference + ["--limit", "16", "--attack", "sentinel"])
    #expect(
      run.status == 0
        && run.result.contains("AutoAttack is likely to leave less: on 34 Fashion-MNIST networks 2.2 points"),
      "\(run.error)")
    #expect(run.result.contains("MM-3") && run.result.contains("Square-500"))
    let list = try await BuiltProgram.run(["attacks", "list"])
    for name in ["sentinel", "beyond", "autoae", "mm", "malt", "pma"] {
      #expect(list.result.contains("\n\(name) "), "\(name)")
    }
  }
}
