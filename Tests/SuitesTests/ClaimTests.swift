import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Suites

/// Claim files: one worker per run, and no run is lost with its worker.
@Suite(.serialized) struct ClaimTests {
  /// Claims in a folder of their own, which is deleted at the end.
  private final class Place {
    let url: URL

    init() throws { url = try newTemporaryFolder() }

    deinit { try? FileManager.default.removeItem(at: url) }

    func claims(patience: Double = 100) -> ClaimFolder { ClaimFolder(url, patience: patience) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }

    /// A claim by somebody else, with a heartbeat `age` seconds ago.
    func write(_ claim: Claim, as name: String, age: Double = 0) throws {
      let file = url.appendingPathComponent(name)
      try JSONEncoder().encode(claim).write(to: file)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: file.path)
    }
  }

  private static let remote = Claim(host: "alpha", machine: "another", process: 7, started: "1", token: "x")

  /// A process of this machine that has ended.
  private static func ended() throws -> Claim {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/true")
    try process.run()
    process.waitUntilExit()
    var claim = Claim.own()
    (claim.process, claim.host, claim.token) = (process.processIdentifier, "here", "old")
    return claim
  }

  @Test func oneOfManyThreadsGetsARun() throws {
    let place = try Place(), folders = (0..<16).map { _ in place.claims() }
    let taken = Mutex(0)
    for run in 0..<20 {
      DispatchQueue.concurrentPerform(iterations: folders.count) { number in
        if (try? folders[number].take("run\(run)")) == .taken(from: nil) { taken.withLock { $0 += 1 } }
      }
    }
    #expect(taken.withLock { $0 } == 20)
    #expect(place.names.count == 20)
  }

  @Test func aRunIsBusyUntilItIsReleased() throws {
    let place = try Place(), mine = place.claims(), other = place.claims()
    #expect(try mine.take("a") == .taken(from: nil))
    #expect(try other.take("a") == .busy(Claim.own().owner))
    #expect(try other.take("ab") == .taken(from: nil))
    other.release("a", finished: true)
    #expect(try other.take("a") == .busy(Claim.own().owner))
    mine.release("a", finished: true)
    #expect(place.names == ["ab.1"])
    #expect(try other.take("a") == .taken(from: nil))
  }

  @Test func theRunOfAnEndedProcessIsTakenOverAtOnce() throws {
    let place = try Place()
    let ended = try Self.ended()
    try place.write(ended, as: "a.1")
    #expect(try place.claims().take("a") == .taken(from: ended.owner))
    #expect(place.names == ["a.1", "a.2"])
    // The number of a living process that was started at another time: the number was used again.
    var reused = Claim.own()
    reused.started = "1"
    try place.write(reused, as: "b.3")
    #expect(try place.claims().take("b") == .taken(from: reused.owner))
  }

  @Test func aWorkerOfAnotherMachineIsDeadAfterATimeWithoutHeartbeat() throws {
    let place = try Place(), claims = place.claims(patience: 60)
    try place.write(Self.remote, as: "a.1", age: 50)
    #expect(try claims.take("a") == .busy("alpha:7"))
    try place.write(Self.remote, as: "a.1", age: 70)
    #expect(try claims.take("a") == .taken(from: "alpha:7"))
    // A claim file that is damaged has a time too.
    try Data("{".utf8).write(to: place.url.appendingPathComponent("b.1"))
    #expect(try claims.take("b") == .busy("unknown host:0"))
    #expect(try place.claims(patience: 0).take("b") == .taken(from: "unknown host:0"))
  }

  /// All see the dead claim at the same time.
  @Test func oneOfManyTakesOver() throws {
    let place = try Place(), folders = (0..<16).map { _ in place.claims(patience: 60) }
    for round in 0..<20 {
      try place.write(Self.remote, as: "run\(round).1", age: 1000)
      let taken = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: folders.count) { number in
        if (try? folders[number].take("run\(round)")) == .taken(from: "alpha:7") { taken.withLock { $0 += 1 } }
      }
      #expect(taken.withLock { $0 } == 1)
    }
  }

  /// A machine that slept: when it wakes up, another worker has its run.
  @Test func aWorkerThatWasTakenForDeadLearnsIt() throws {
    let place = try Place(), sleeper = place.claims(), other = place.claims(patience: 0)
    #expect(try sleeper.take("a") == .taken(from: nil) && sleeper.take("b") == .taken(from: nil))
    #expect(sleeper.beat() == [])
    usleep(20_000)
    #expect(try other.take("a") == .taken(from: Claim.own().owner))
    #expect(sleeper.beat() == ["a"] && sleeper.beat() == [])
    sleeper.release("a", finished: false)
    #expect(other.beat() == [] && place.names == ["a.1", "a.2", "b.1"])
    other.release("a", finished: true)
    #expect(place.names == ["b.1"])
    // While the folder does not answer, nothing is lost.
    let aside = place.url.deletingLastPathComponent().appendingPathComponent(UUID().uuidString)
    try FileManager.default.moveItem(at: place.url, to: aside)
    #expect(sleeper.beat() == [])
    try FileManager.default.moveItem(at: aside, to: place.url)
    #expect(sleeper.beat() == [])
  }

  @Test func aHeartbeatRenewsTheTime() throws {
    let place = try Place(), claims = place.claims(patience: 60)
    #expect(try claims.take("a") == .taken(from: nil))
    let file = place.url.appendingPathComponent("a.1").path
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -1000)], ofItemAtPath: file)
    #expect(claims.beat() == [])
    #expect(try place.claims(patience: 60).take("a") == .busy(Claim.own().owner))
  }

  @Test func filesThatAreNotClaimsAreLeftAlone() throws {
    let place = try Place(), strangers = ["a.9223372036854775807", "a.-3", "a.0", "a.x", "a", ".a.1"]
    for name in strangers { try place.write(Self.remote, as: name) }
    #expect(try place.claims().take("a") == .taken(from: nil))
    #expect(Set(place.names) == Set(strangers + ["a.1"]))
  }

  @Test func aFolderThatIsGoneIsOneLine() throws {
    let place = try Place(), claims = place.claims()
    try FileManager.default.removeItem(at: place.url)
    #expect { try claims.take("a") } throws: { "\($0)".contains("cannot write claim files") }
  }

  // MARK: workers

  @Test func workersDivideTheRunsAndGetTheTableOfOne() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder), out = folder.appendingPathComponent("out")
    let alone = try SuiteStore(folder.appendingPathComponent("alone"))
    #expect(await SuiteRunner(plan, store: alone, jobs: 1, threads: 1).run { _ in } == [])
    let counters = (0..<3).map { _ in Counter() }
    await withTaskGroup(of: [String].self) { group in
      for counter in counters {
        group.addTask {
          guard let store = try? SuiteStore(out, shared: true) else { return ["no store"] }
          return await SuiteRunner(plan, store: store, jobs: 1, threads: 1, sharing: SuiteSharing(patience: 4))
            .run { counter.take($0) }
        }
      }
      for await failures in group { #expect(failures == []) }
    }
    #expect(counters.reduce(0) { $0 + $1.trained } == 4)
    #expect(timeless(SuiteResult(plan, store: SuiteStore(reading: out))) == timeless(SuiteResult(plan, store: alone)))
    #expect(try FileManager.default.contentsOfDirectory(atPath: out.appendingPathComponent("claims").path) == [])
  }

  @Test func aSharedFolderIsLockedForOthersOnly() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let first = try SuiteStore(folder, shared: true), second = try SuiteStore(folder, shared: true)
    #expect { try SuiteStore(folder) } throws: { "\($0)".contains("or give both --shared") }
    withExtendedLifetime((first, second)) {}
  }

  @Test func aWorkerThatDoesNotWaitLeavesTheRunsOfOthers() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plan = try tinyPlan(folder, labels: ["AT"]), store = try SuiteStore(folder, shared: true)
    let other = plan.runs[0].run
    try JSONEncoder().encode(Self.remote).write(to: store.claims.appendingPathComponent("\(other.digest).1"))
    let counter = Counter()
    let runner = SuiteRunner(plan, store: store, jobs: 2, threads: 1, sharing: SuiteSharing(waits: false))
    #expect(await runner.run { counter.take($0) } == [])
    #expect(counter.trained == 1 && !plan.isComplete(in: store))
    // With patience the claim of the dead is taken over.
    let waiting = SuiteRunner(plan, store: store, jobs: 2, threads: 1, sharing: SuiteSharing(patience: 0.5))
    #expect(await waiting.run { counter.take($0) } == [])
    #expect(counter.trained == 2 && plan.isComplete(in: store))
  }
}
