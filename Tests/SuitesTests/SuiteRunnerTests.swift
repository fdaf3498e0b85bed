import Events
import Foundation
import TestSupport
import Testing

@testable import Presets
@testable import Suites

/// Two rows on few small images: a run takes a fraction of a second.
private let tiny = """
  # A suite for tests.
  title: Tiny
  measure: [clean, pgd, autoattack, w2, scatter, running]
  x: gamma
  lite:
    preset: tiny
    seeds: [0, 1]
    limit: 6
  full: {preset: tiny, seeds: [0], limit: 6}
  rows:
    - label: AT
      set: {objective: at}
    - label: MAT
      set: {gamma: 0.7}
    - label: MAT again
      set: {gamma: 0.7, data.dir: elsewhere}
  """

private let preset = """
  width: 4
  batch: 16
  attack.steps: 2
  data.size: 8
  data.train: 96
  data.test: 24
  validation.every: 4
  steps: 5
  """

private func folder() throws -> URL {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-suites-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  try preset.write(to: url.appendingPathComponent("tiny.yaml"), atomically: true, encoding: .utf8)
  return url
}

private func tinyPlan(
  _ folder: URL, _ given: [String] = [], labels: [String] = [], seeds: [Int]? = nil, weights: SuiteWeights = .last,
  text: String = tiny
) throws -> SuitePlan {
  let presets = PresetLibrary(
    try ResourceFolders(.presets, override: folder.path, environment: [:], home: nil, executable: nil))
  return try SuitePlan(
    Suite(Array(text.utf8), path: "tiny.yaml"), scale: .lite, presets: presets, assignments: given, seeds: seeds,
    labels: labels, weights: weights)
}

/// Seconds are only shown; everything else must be equal.
private func timeless(_ result: SuiteResult) -> SuiteResult {
  var result = result
  for row in result.rows.indices {
    for cell in result.rows[row].seeds.indices {
      result.rows[row].seeds[cell].trainingSeconds = nil
      result.rows[row].seeds[cell].attackSeconds = nil
    }
    result.rows[row].pooled.trainingSeconds = nil
    result.rows[row].pooled.attackSeconds = nil
  }
  return result
}

@Suite(.serialized) struct SuiteRunnerTests {
  @Test func `runs with equal settings are one, and the first seeds come first`() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder)
    #expect(plan.runs.map(\.title) == ["AT, seed 0", "MAT, seed 0", "AT, seed 1", "MAT, seed 1"])
    #expect(plan.rows[1].runs[0].run.digest == plan.rows[2].runs[0].run.digest)
    #expect(Set(plan.runs.map(\.run.digest)).count == 4)
    // Another setting is another run.
    #expect(try self.digests(folder, ["lr=0.2"]).isDisjoint(with: self.digests(folder, [])))
    #expect(throws: ResourceError("row 'MTA': tiny has none of that name at the lite scale; did you mean 'MAT'?")) {
      try tinyPlan(folder, labels: ["MTA"])
    }
  }

  @Test func `what a row is called by cannot be given by hand, what all have in common can`() throws {
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
        == "--set gamma=0.9: row 'MAT' sets gamma itself; leave it out, or write a suite file of your own")
    // Of the row asked for alone, and what its own preset sets too.
    #expect(message(["gamma=0.9"], labels: ["AT"]) == nil)
    let refused = message(["objective=mat"], labels: ["AT"])
    #expect(refused?.hasPrefix("--set objective=mat: row 'AT' sets objective itself") == true)
    try "width: 6".write(to: folder.appendingPathComponent("wide.yaml"), atomically: true, encoding: .utf8)
    let wide = tiny.replacingOccurrences(of: "set: {objective: at}", with: "lite: {preset: wide}")
    #expect(throws: SettingError.self) { try tinyPlan(folder, ["width=8"], labels: ["AT"], text: wide) }
    #expect(message(["width=8"]) == nil)
    // The scale's own settings may be changed.
    let common = tiny.replacingOccurrences(of: "limit: 6\n", with: "limit: 6\n  set: {lr: 0.2}\n")
    #expect(try tinyPlan(folder, ["lr=0.3"], text: common).rows[0].settings.formatted("lr") == "0.3")
    #expect(message(["seed=5"]) == "--set seed=5: a suite has its own; give --seeds 5")
    #expect(message(["test.limit=5"]) == "--set test.limit=5: a suite has its own; give --limit 5")
  }

  @Test func `what is given by hand is kept, each setting once`() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try tinyPlan(folder).overrides == [])
    let plan = try tinyPlan(folder, ["steps=7", "lr=0.2", "steps=8"])
    #expect(plan.overrides == [.init(name: "lr", value: "0.2"), .init(name: "steps", value: "8")])
  }

  private func digests(_ folder: URL, _ given: [String]) throws -> Set<String> {
    Set(try tinyPlan(folder, given).runs.map(\.run.digest))
  }

  @Test func `the table does not depend on jobs and threads, and nothing is done twice`() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder)
    var results: [SuiteResult] = []
    for (jobs, threads) in [(1, 2), (3, 1)] {
      let store = try SuiteStore(folder.appendingPathComponent("out-\(jobs)"))
      let runner = SuiteRunner(plan, store: store, jobs: jobs, threads: threads)
      #expect(await runner.run { _ in } == [])
      results.append(SuiteResult(plan, store: store))
      // Once more: everything is known.
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

  @Test func `what is inside is measured of runs that were trained before, and is the same`() async throws {
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
    // The repeated training took the same way, and says nothing.
    #expect(cells[0] == cells[1] && cells[0].running?.warning == nil)
    #expect(cells[0].warnings.allSatisfy { !$0.contains("repeated") })

    let distances = try #require(cells[0].distances), running = try #require(cells[0].running)
    #expect(distances.layers == ["body.1", "body.4", "body.7", "body.10"] && distances.asReturned.images == 6)
    #expect(distances.asReturned.cleanPGD.sum > 0)
    #expect(cells[0].numbers["w2_clean_pgd"] == distances.asReturned.cleanPGD.sum)
    // AutoAttack moved just the images that it broke.
    let attacked = try #require(cells[0].autoattack), clean = try #require(cells[0].clean)
    #expect((distances.brokenOnly?.images ?? 0) == clean.correct - attacked.correct)
    #expect((distances.asReturned.cleanAA.sum > 0) == (clean.correct > attacked.correct))
    #expect(running.points.map(\.step) == [1, 2, 3, 4, 5] && running.layers == distances.layers)
    #expect(running.points.allSatisfy { ($0.clean?.sum ?? 0) > 0 && ($0.adversarial?.sum ?? 0) > 0 })
    let picture = try #require(cells[0].scatter?.layers.last)
    #expect(picture.name == "body.10" && [picture.clean, picture.pgd, picture.aa].allSatisfy { $0.count == 6 })
  }

  @Test func `the best weights have measurements of their own`() async throws {
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

  @Test func `what cannot be trained is found before anything is, unless all of it is there`() async throws {
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
    #expect(conflict.isByHand && conflict.description.hasPrefix("row 'AT' and 2 more: norm dbn with attack.bn batch-"))
    let norm = try #require(try refusal(["norm.affine=on"]))
    #expect(norm.isByHand && norm.description.hasPrefix("row 'AT' and 2 more: norm.affine: 'on' means nothing"))
    let data = try #require(try refusal(["data=imagenette"], labels: ["MAT"]))
    #expect(!data.isByHand && data.description.hasPrefix("row 'MAT': imagenette: this version does not read folders"))
    let own = try #require(
      try refusal(
        ["steps=3"], text: tiny.replacingOccurrences(of: "{gamma: 0.7}", with: "{gamma: 0.7, batching: seq3}")))
    #expect(!own.isByHand && own.description.hasPrefix("row 'MAT': batching seq3: "))
    #expect(!FileManager.default.fileExists(atPath: out.path))

    // What is there needs no data.
    let plan = try tinyPlan(folder, labels: ["MAT again"], seeds: [0])
    #expect(await SuiteRunner(plan, store: try SuiteStore(out), jobs: 1, threads: 1).run { _ in } == [])
    let run = try #require(plan.runs.first?.run)
    let store = SuiteStore(reading: out)
    #expect(store.isWhole(run, plan.measurements))
    for key in plan.measurements {
      let file = store.folder(of: run).appendingPathComponent(key.file)
      let data = try Data(contentsOf: file)
      try FileManager.default.removeItem(at: file)
      #expect(!store.isWhole(run, plan.measurements), "\(key.file)")
      try data.write(to: file)
    }
    #expect(store.isWhole(run, plan.measurements))
  }

  @Test func `a damaged result is told and measured anew, a damaged training fails its row alone`() async throws {
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
      let line = "\(path): damaged, or of another version; a run of its row measures it anew"
      let table = SuiteResult(plan, store: store)
      #expect(table.rows[0].seeds[0].warnings.contains(line) && table.rows[1] == whole.rows[1])
      let counter = Counter()
      #expect(await SuiteRunner(plan, store: store, jobs: 1, threads: 1).run { counter.take($0) } == [])
      #expect(counter.damaged == [line] && counter.evaluated + counter.measured == 1)
      #expect(timeless(SuiteResult(plan, store: store)) == timeless(whole))
    }
    let path = try damage(0, "training.json")
    let line = "\(path): damaged, or of another version; remove its folder to have it made again"
    #expect(await SuiteRunner(plan, store: store, jobs: 1, threads: 1).run { _ in } == ["AT, seed 0: \(line)"])
    let table = SuiteResult(plan, store: store)
    #expect(table.rows[0].seeds[0].clean == nil && table.rows[0].seeds[0].warnings == [line])
    #expect(timeless(table).rows[1] == timeless(whole).rows[1])
  }

  @Test func `a run that fails is told, the others go on`() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder, ["data.size=9"], labels: ["AT"], seeds: [0])
    let store = try SuiteStore(folder.appendingPathComponent("out"))
    let failures = await SuiteRunner(plan, store: store, jobs: 1, threads: 1).run { _ in }
    #expect(failures.count == 1 && failures[0].hasPrefix("AT, seed 0: data.size: 9 is not a multiple of 4"))
    #expect(!SuiteResult(plan, store: store).isComplete)
  }

  @Test func `a stopped runner leaves what it has, and its folder is its own`() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder, ["steps=100000"]), out = folder.appendingPathComponent("out")
    do {
      let store = try SuiteStore(out)
      #expect(throws: (any Error).self) { try SuiteStore(out) }
      let runner = SuiteRunner(plan, store: store, jobs: 2, threads: 1)
      let failures = await runner.run { if case .training(let step, _) = $0.stage, step > 3 { runner.stop() } }
      #expect(failures == [] && runner.isStopped)
      #expect(SuiteResult(plan, store: store).rows.allSatisfy { $0.pooled.clean == nil })
    }
    _ = try SuiteStore(out)
  }
}

/// Counts what a runner tells.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private(set) var known = 0
  private(set) var trained = 0
  private(set) var evaluated = 0
  private(set) var measured = 0
  private(set) var damaged: [String] = []

  func take(_ progress: SuiteProgress) {
    lock.lock()
    defer { lock.unlock() }
    switch progress.stage {
    case .known: known += 1
    case .trained: trained += 1
    case .evaluated: evaluated += 1
    case .measured: measured += 1
    case .damaged(let line): damaged.append(line)
    default: break
    }
  }
}
