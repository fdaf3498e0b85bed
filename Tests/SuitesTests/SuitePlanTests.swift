import Events
import Foundation
import Spelling
import Testing

@testable import Presets
@testable import Suites

@Suite(.serialized) struct SuitePlanTests {
  @Test func equalSettingsAreOneRunAndFirstSeedsComeFirst() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder)
    #expect(plan.runs.map(\.title) == ["AT, seed 0", "MAT, seed 0", "AT, seed 1", "MAT, seed 1"])
    #expect(plan.rows[1].runs[0].run.digest == plan.rows[2].runs[0].run.digest)
    #expect(Set(plan.runs.map(\.run.digest)).count == 4)
    // A different setting makes a different run.
    #expect(try self.digests(folder, ["lr=0.2"]).isDisjoint(with: self.digests(folder, [])))
    #expect(throws: ResourceError("row 'MTA': tiny has no such row at the lite scale; did you mean 'MAT'?")) {
      try tinyPlan(folder, labels: ["MTA"])
    }
  }

  @Test func settingsThatDefineARowCannotBeOverridden() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    func message(_ given: [String], labels: [String] = []) -> String? {
      do {
        _ = try tinyPlan(folder, given, labels: labels)
        return nil
      } catch { return "\(error)" }
    }
    #expect(
      message(["steps=3", "gamma=0.9"])
        == "--set gamma=0.9: row 'MAT' sets gamma itself; remove the option, or write your own suite file")
    // Only the requested rows count, and what a row's own preset sets counts too.
    #expect(message(["gamma=0.9"], labels: ["AT"]) == nil)
    let refused = message(["objective=mat"], labels: ["AT"])
    #expect(refused?.hasPrefix("--set objective=mat: row 'AT' sets objective itself") == true)
    try "width: 6".write(to: folder.appendingPathComponent("wide.yaml"), atomically: true, encoding: .utf8)
    let wide = tiny.replacingOccurrences(of: "set: {objective: at}", with: "lite: {preset: wide}")
    #expect(throws: SettingError.self) { try tinyPlan(folder, ["width=8"], labels: ["AT"], text: wide) }
    #expect(message(["width=8"]) == nil)
    // Settings of the whole scale may be overridden.
    let common = tiny.replacingOccurrences(of: "limit: 6\n", with: "limit: 6\n  set: {lr: 0.2}\n")
    #expect(try tinyPlan(folder, ["lr=0.3"], text: common).rows[0].settings.formatted(.learningRate) == "0.3")
    #expect(message(["seed=5"]) == "--set seed=5: a suite has an option for this; use --seeds 5")
    #expect(message(["test.limit=5"]) == "--set test.limit=5: a suite has an option for this; use --limit 5")
  }

  @Test func overridesAreKeptOncePerSetting() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try tinyPlan(folder).overrides == [])
    let plan = try tinyPlan(folder, ["steps=7", "lr=0.2", "steps=8"])
    #expect(plan.overrides == [.init(name: "lr", value: "0.2"), .init(name: "steps", value: "8")])
  }

  private func digests(_ folder: URL, _ given: [String]) throws -> Set<String> {
    Set(try tinyPlan(folder, given).runs.map(\.run.digest))
  }

  @Test func rowsThatCannotBeTrainedAreFoundFirst() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("out")
    func refusal(_ given: [String], labels: [String] = [], text: String = tiny) throws -> SuiteRefusal? {
      let plan = try tinyPlan(folder, given, labels: labels, text: text)
      do {
        try plan.check(SuiteStore(reading: out))
        return nil
      } catch let refusal as SuiteRefusal {
        return refusal
      }
    }
    #expect(try refusal([]) == nil)
    let conflict = try #require(try refusal(["norm=dbn", "attack.bn=batch-track"]))
    #expect(
      conflict.comesFromOverrides
        && conflict.description.hasPrefix("row 'AT' and 2 more: norm dbn with attack.bn batch-"))
    let norm = try #require(try refusal(["norm.affine=on"]))
    #expect(
      norm.comesFromOverrides && norm.description.hasPrefix("row 'AT' and 2 more: norm.affine: 'on' has no meaning"))
    let data = try #require(try refusal(["data=imagenette"], labels: ["MAT"]))
    #expect(
      !data.comesFromOverrides
        && data.description.hasPrefix("row 'MAT': imagenette: not found in "))
    let own = try #require(
      try refusal(
        ["steps=3"], text: tiny.replacingOccurrences(of: "{gamma: 0.7}", with: "{gamma: 0.7, batching: seq3}")))
    #expect(!own.comesFromOverrides && own.description.hasPrefix("row 'MAT': batching seq3 needs a KL term: "))
    #expect(!FileManager.default.fileExists(atPath: out.path))

    // Complete runs do not need their data.
    let plan = try tinyPlan(folder, labels: ["MAT again"], seeds: [0])
    #expect(await SuiteRunner(plan, store: try SuiteStore(out), jobs: 1, threads: 1).run { _ in } == [])
    let run = try #require(plan.runs.first?.run)
    let store = SuiteStore(reading: out)
    #expect(store.isComplete(run, plan.measurements))
    for key in plan.measurements {
      let file = store.folder(of: run).appendingPathComponent(key.file)
      let data = try Data(contentsOf: file)
      try FileManager.default.removeItem(at: file)
      #expect(!store.isComplete(run, plan.measurements), "\(key.file)")
      try data.write(to: file)
    }
    #expect(store.isComplete(run, plan.measurements))
  }

  @Test func theWholePlanHasEarlierRowsAndSeedsOnly() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try SuiteStore(folder.appendingPathComponent("out"))
    func whole(_ plan: SuitePlan) throws -> [String] {
      try plan.whole(in: store).rows.flatMap { row in row.runs.map { "\(row.label) \($0.seed)" } }
    }
    let first = try tinyPlan(folder, labels: ["MAT"], seeds: [7, 1])
    #expect(await SuiteRunner(first, store: store, jobs: 2, threads: 1).run { _ in } == [])
    let second = try tinyPlan(folder, labels: ["AT"], seeds: [0])
    // Before the second plan has run, its rows are in the table without numbers. 'MAT again' is the same run as 'MAT'.
    let expected = ["AT 0", "MAT 1", "MAT 7", "MAT again 1", "MAT again 7"]
    #expect(try whole(second) == expected)
    let counter = Counter()
    #expect(await SuiteRunner(second, store: store, jobs: 1, threads: 1).run { counter.take($0) } == [])
    #expect(counter.trained == 1)
    #expect(try whole(second) == expected && whole(tinyPlan(folder, labels: ["MAT"], seeds: [1])) == expected)
    let result = SuiteResult(try second.whole(in: store), store: store)
    #expect(result.isComplete && result.rows[1].seeds.map(\.seed) == [1, 7] && result.rows[1].pooled.clean?.n == 12)
    #expect(result.rows[0].seeds == SuiteResult(second, store: store).rows[0].seeds)
    // Other settings, weights or images make another table, and a row that sets gamma is not in a table that overrides
    // it.
    #expect(try whole(tinyPlan(folder, ["lr=0.2"], labels: ["AT"], seeds: [0])) == ["AT 0"])
    #expect(try whole(tinyPlan(folder, labels: ["AT"], seeds: [0], weights: .best)) == ["AT 0"])
    #expect(try whole(tinyPlan(folder, ["gamma=0.7"], labels: ["AT"], seeds: [0])) == ["AT 0"])
  }
}
