import Foundation
import Testing

@testable import Suites

@Suite(.serialized) struct SuiteRunnerTests {
  @Test func theTableDoesNotDependOnJobsAndThreads() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder)
    var results: [SuiteResult] = []
    for (jobs, threads) in [(1, 2), (3, 1)] {
      let store = try SuiteStore(folder.appendingPathComponent("out-\(jobs)"))
      let runner = SuiteRunner(plan, store: store, jobs: jobs, threads: threads)
      #expect(await runner.run { _ in } == [])
      results.append(SuiteResult(plan, store: store))
      // The second time, everything is in the store.
      let again = Counter()
      #expect(await SuiteRunner(plan, store: store, jobs: 1, threads: 1).run { again.take($0) } == [])
      #expect(again.known == 4 && again.trained == 0 && again.evaluated == 0 && again.measured == 0)
      #expect(SuiteResult(plan, store: store) == results.last)
    }
    #expect(timeless(results[0]) == timeless(results[1]))
    #expect(results[0].isComplete)
    #expect(results[0].rows[1].seeds == results[0].rows[2].seeds)
    let pooled = results[0].rows[0]
    #expect(pooled.pooled.clean?.n == 12)
    #expect(pooled.pooled.clean?.correct == pooled.seeds.reduce(0) { $0 + ($1.clean?.correct ?? 0) })
    for cell in results[0].rows.flatMap(\.seeds) {
      let parts = try [#require(cell.clean), #require(cell.pgd), #require(cell.autoattack)].map(\.correct)
      #expect(parts[0] >= parts[1] && parts[0] >= parts[2])
    }
  }

  @Test func measuringInsideEarlierRunsGivesTheSame() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plain = try tinyPlan(
      folder, labels: ["MAT"], seeds: [1],
      text: tiny.replacingOccurrences(of: ", w2, scatter, running", with: ""))
    let full = try tinyPlan(folder, labels: ["MAT"], seeds: [1])
    var cells: [SuiteResult.Cell] = []
    for isLate in [false, true] {
      let store = try SuiteStore(folder.appendingPathComponent("out-\(isLate)"))
      if isLate {
        #expect(await SuiteRunner(plain, store: store, jobs: 1, threads: 2).run { _ in } == [])
        let bare = SuiteResult(plain, store: store)
        #expect(bare.isComplete && bare.rows[0].seeds[0].numbers.isEmpty)
        #expect(!SuiteResult(full, store: store).isComplete)
      }
      let counter = Counter()
      #expect(await SuiteRunner(full, store: store, jobs: 1, threads: 1).run { counter.take($0) } == [])
      #expect(counter.known == (isLate ? 1 : 0) && counter.measured == 3)
      let result = timeless(SuiteResult(full, store: store))
      #expect(result.isComplete)
      cells.append(result.rows[0].seeds[0])
    }
    // The repeated training gave the same weights, so there is no warning.
    #expect(cells[0] == cells[1] && cells[0].running?.warning == nil)
    #expect(cells[0].warnings.allSatisfy { !$0.contains("repeating") })

    let distances = try #require(cells[0].distances), running = try #require(cells[0].running)
    #expect(distances.layers == ["body.1", "body.4", "body.7", "body.10"] && distances.asReturned.images == 6)
    #expect(distances.asReturned.cleanPGD.sum > 0)
    #expect(cells[0].numbers["w2_clean_pgd"] == distances.asReturned.cleanPGD.sum)
    // AutoAttack only changed the images that it broke.
    let attacked = try #require(cells[0].autoattack), clean = try #require(cells[0].clean)
    #expect((distances.brokenOnly?.images ?? 0) == clean.correct - attacked.correct)
    #expect((distances.asReturned.cleanAA.sum > 0) == (clean.correct > attacked.correct))
    #expect(running.points.map(\.step) == [1, 2, 3, 4, 5] && running.layers == distances.layers)
    #expect(running.points.allSatisfy { ($0.clean?.sum ?? 0) > 0 && ($0.adversarial?.sum ?? 0) > 0 })
    let picture = try #require(cells[0].scatter?.layers.last)
    #expect(picture.name == "body.10" && [picture.clean, picture.pgd, picture.aa].allSatisfy { $0.count == 6 })
  }

  @Test func theBestWeightsHaveSeparateMeasurements() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try SuiteStore(folder.appendingPathComponent("out"))
    for weights in SuiteWeights.allCases {
      let plan = try tinyPlan(folder, labels: ["MAT"], seeds: [0], weights: weights)
      #expect(await SuiteRunner(plan, store: store, jobs: 1, threads: 1).run { _ in } == [])
      let cell = SuiteResult(plan, store: store).rows[0].seeds[0]
      for measure in ["w2", "scatter"] {
        let file = folder.appendingPathComponent("out/runs/\(cell.run)/\(measure)-\(weights.rawValue)-6.json")
        #expect(FileManager.default.fileExists(atPath: file.path))
      }
    }
  }

  @Test func damagedResultsAreMeasuredAgainAndDamagedTrainingsFail() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder, labels: ["AT", "MAT"], seeds: [0])
    let store = try SuiteStore(folder.appendingPathComponent("out"))
    #expect(await SuiteRunner(plan, store: store, jobs: 1, threads: 1).run { _ in } == [])
    let whole = SuiteResult(plan, store: store)
    func damage(_ row: Int, _ name: String) throws -> String {
      let file = store.folder(of: plan.rows[row].runs[0].run).appendingPathComponent(name)
      try Data().write(to: file)
      return file.path
    }
    for key in plan.measurements where key.measure != .running {
      let path = try damage(0, key.file)
      let line = "\(path): damaged, or written by another version; rerun its row to measure it again"
      let table = SuiteResult(plan, store: store)
      #expect(table.rows[0].seeds[0].warnings.contains(line) && table.rows[1] == whole.rows[1])
      let counter = Counter()
      #expect(await SuiteRunner(plan, store: store, jobs: 1, threads: 1).run { counter.take($0) } == [])
      #expect(counter.damaged == [line] && counter.evaluated + counter.measured == 1)
      #expect(timeless(SuiteResult(plan, store: store)) == timeless(whole))
    }
    let path = try damage(0, "training.json")
    let line = "\(path): damaged, or written by another version; delete its folder to train this run again"
    #expect(await SuiteRunner(plan, store: store, jobs: 1, threads: 1).run { _ in } == ["AT, seed 0: \(line)"])
    let table = SuiteResult(plan, store: store)
    #expect(table.rows[0].seeds[0].clean == nil && table.rows[0].seeds[0].warnings == [line])
    #expect(timeless(table).rows[1] == timeless(whole).rows[1])
  }

  @Test func aFailedRunIsReported() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder, ["data.size=9"], labels: ["AT"], seeds: [0])
    let store = try SuiteStore(folder.appendingPathComponent("out"))
    let failures = await SuiteRunner(plan, store: store, jobs: 1, threads: 1).run { _ in }
    #expect(failures.count == 1 && failures[0].hasPrefix("AT, seed 0: data.size: 9 is not a multiple of 4"))
    #expect(!SuiteResult(plan, store: store).isComplete)
  }

  @Test func aStoppedRunnerKeepsItsResultsAndItsFolderIsLocked() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder, ["steps=100000"]), out = folder.appendingPathComponent("out")
    do {
      let store = try SuiteStore(out)
      #expect { try SuiteStore(out) } throws: { "\($0)".contains("another 'suite run' is using this folder") }
      let runner = SuiteRunner(plan, store: store, jobs: 2, threads: 1)
      let failures = await runner.run { if case .training(let step, _) = $0.stage, step > 3 { runner.stop() } }
      #expect(failures == [] && runner.isStopped)
      #expect(SuiteResult(plan, store: store).rows.allSatisfy { $0.pooled.clean == nil })
    }
    _ = try SuiteStore(out)
  }
}
