import Engine
import Events
import Foundation
import GRDB
import Readout
import Recipe
import Runs
import Synchronization
import TestSupport
import Testing

/// The record of a run: what is written comes back, and what is wrong with it is said.
@Suite struct RunStoreTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private static let description = SessionDescription(
    preset: "test", data: "mirage", constructed: true, model: "conv4", steps: 10, stepsPerEpoch: 5, threads: 1,
    folder: "run", settings: Settings())

  private static func sample(_ step: Int) -> Sample {
    Sample(
      step: step, epoch: 0, loss: 1.5 / Double(step), cleanLoss: 0.1, kl: nil,
      cleanAccuracy: Proportion(correct: step, n: 32), learningRate: 0.1, images: 32, seconds: 0.25)
  }

  private static func probe(_ step: Int) -> Probe {
    Probe(
      step: step, split: .probe, weights: .current, clean: Proportion(correct: 9, n: 16),
      adversarial: Proportion(correct: 7, n: 16), attack: "PGD-10",
      quick: GapReading(step: step, tier: .quick, n: 16, survivors: 7, broken: 3, interval: 0.1...0.4),
      gapState: .watch,
      passes: 200, seconds: 0.5)
  }

  private static func change(_ step: Int, _ knob: String, _ old: Double, _ new: Double, _ cause: Cause = .you) -> Event
  {
    .journal(
      JournalEntry(
        step: step, cause: cause,
        .changed(SettingChange(knob: knob, old: .number(old), new: .number(new), effect: .nextStep))))
  }

  private static let told: [Event] = [
    .started(description), .sample(sample(1)), .sample(sample(2)), .probe(probe(2)), change(2, "gamma", 0.5, 0.1),
    .alarm(GapChange(step: 2, from: .calm, state: .alarm)), .sample(sample(3)),
    .checkpoint(CheckpointNote(step: 3, kind: .kept, path: "kept-3.safetensors")),
  ]

  private func record(_ events: [Event], in folder: URL, after told: Int = 0) throws -> RunStore {
    let store = try RunStore.create(in: folder), recorder = RunRecorder(store, told: told)
    for event in events { recorder.take(event) }
    recorder.finish()
    return store
  }

  /// Until it is done, it is to be done by whoever goes on; then no more.
  @Test func anAcceptedRecalibrationIsKeptUntilItIsDone() throws {
    try withFolder { folder in
      let store = try RunStore.create(in: folder), recorder = RunRecorder(store, told: 0)
      for event in Self.told { recorder.take(event) }
      let asked = Intervention(step: 3, cause: .you, .recalibrate(batches: 5))
      recorder.take(accepted: asked)
      recorder.finish()
      let database = try DatabaseQueue(path: folder.appendingPathComponent("run.sqlite").path)
      func redo() throws -> [String] { try database.read { try String.fetchAll($0, sql: "SELECT act FROM redo") } }
      #expect(try redo().count == 1 && redo()[0].contains("recalibrate"))
      let none = Proportion(correct: 0, n: 1)
      var report = SurgeryReport(
        step: 3, operation: .recalibrate, from: .batch, to: .batch, warnings: [], logitDrift: 0, largestLogitDrift: 0,
        cleanBefore: none, cleanAfter: none, adversarialBefore: none, adversarialAfter: none, attack: "PGD-10",
        seconds: 0)
      report.batches = 5
      recorder.take(.journal(JournalEntry(step: 3, cause: .you, .operated(report))))
      recorder.finish()
      #expect(try redo().isEmpty)
    }
  }

  @Test func eventsComeBackInTheirOrder() throws {
    try withFolder { folder in
      let store = try record(Self.told, in: folder)
      let read = try store.events()
      #expect(read.map(\.event) == Self.told && read.map(\.seq) == Array(1...Self.told.count))
      #expect(try store.events(after: 5).map(\.event) == Array(Self.told[5...]))
      #expect(try store.lastStep() == 3 && store.lastSeq() == Self.told.count)
      // Another process reads it at the same time.
      #expect(try RunStore.open(folder, writing: false).events().count == Self.told.count)
    }
  }

  @Test func theViewsAreReadableWithoutUs() throws {
    try withFolder { folder in
      _ = try record(Self.told, in: folder)
      let database = try DatabaseQueue(path: folder.appendingPathComponent("run.sqlite").path)
      try database.read { db in
        let gap = try #require(try Row.fetchOne(db, sql: "SELECT * FROM gap"))
        let broken: Int = gap["broken"], n: Int = gap["n"], tier: String = gap["tier"]
        #expect(broken == 3 && tier == "quick" && n == 16)
        let journal = try #require(try Row.fetchOne(db, sql: "SELECT * FROM journal"))
        let words = ["knob", "old", "new", "source", "text"].map { journal[$0] as String }
        #expect(words == ["gamma", "0.5", "0.1", "you", "γ 0.5 → 0.1"])
        #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM alarm WHERE new = 'alarm'") == 1)
        #expect(try String.fetchOne(db, sql: "SELECT kind FROM checkpoint") == "kept")
        let hashes = try String.fetchAll(db, sql: "SELECT fingerprint FROM curve ORDER BY step")
        #expect(hashes[0] == hashes[1] && hashes[1] != hashes[2] && hashes[0].count == 64)
      }
    }
  }

  @Test func whatWasDoneIsKnown() throws {
    try withFolder { folder in
      let aborted = Event.journal(JournalEntry(step: 2, cause: .engine, .stepAborted(3)))
      let store = try record([Self.change(3, "beta", 0, 1), Self.change(3, "lr", 0.1, 0.2), aborted], in: folder)
      let beta = Intervention(step: 2, cause: .you, .set(knob: "beta", .number(1)))
      let rate = Intervention(step: 2, cause: .you, .set(knob: "lr", .number(0.2)))
      #expect(try store.interventions().inOrder() == [beta, rate])
    }
  }

  @Test func troubleIsSaidOnceAndNothingIsLost() throws {
    try withFolder { folder in
      let store = try RunStore.create(in: folder), said = Mutex<[String?]>([])
      let recorder = RunRecorder(store, told: 0, trouble: { reason in said.withLock { $0.append(reason) } })
      let path = folder.appendingPathComponent("run.sqlite").path, away = path + ".away"
      for name in ["", "-wal", "-shm"] { rename(path + name, away + name) }
      for event in Self.told { recorder.take(event) }
      recorder.finish()
      recorder.finish()
      #expect(said.withLock { $0.count } == 1)
      #expect(said.withLock { $0[0] }?.contains("is gone") == true)
      for name in ["", "-wal", "-shm"] { rename(away + name, path + name) }
      recorder.finish()
      #expect(said.withLock { $0.count } == 2 && said.withLock { $0[1] } == nil)
      #expect(try store.events().map(\.event) == Self.told)
    }
  }

  @Test(arguments: [
    (nil, "not a run that can be opened (no run.sqlite)"), ("garbage that is no database, and long enough", "damaged"),
    ("", "damaged"),
  ])
  func aRecordThatIsNoneIsCalledThat(content: String?, words: String) throws {
    try withFolder { folder in
      if let content {
        try Data((content.isEmpty ? "SQLite format 3\0" + String(repeating: "x", count: 4096) : content).utf8)
          .write(to: folder.appendingPathComponent("run.sqlite"))
      }
      for writing in [true, false] {
        let error = #expect(throws: RunError.self) { try RunStore.open(folder, writing: writing).events() }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
      }
    }
  }

  @Test func aRecordOfANewerVersionIsRefused() throws {
    try withFolder { folder in
      _ = try record(Self.told, in: folder)
      let database = try DatabaseQueue(path: folder.appendingPathComponent("run.sqlite").path)
      try database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
      let error = #expect(throws: RunError.self) { try RunStore.open(folder, writing: true) }
      #expect(error?.description.contains("newer version") == true)
    }
  }

  @Test func oneProcessWritesAndALockEndsWithItsHolder() throws {
    try withFolder { folder in
      var lock: RunLock? = try RunLock(folder)
      #expect(RunLock.holder(of: folder) == "\(getpid())")
      let error = #expect(throws: RunError.self) { try RunLock(folder) }
      #expect(error?.description.contains("in use by process \(getpid())") == true)
      withExtendedLifetime(lock) {}
      lock = nil
      #expect(RunLock.holder(of: folder) == nil)
      _ = try RunLock(folder)
    }
  }
}
