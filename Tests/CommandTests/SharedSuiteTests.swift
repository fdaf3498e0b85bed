import Foundation
import TestSupport
import Testing

/// `dualab suite run --shared`: processes that share a folder.
@Suite("Suites on several machines", .serialized, .timeLimit(.minutes(5))) struct SharedSuiteTests {
  private static let suite = """
    # Six runs for a test.
    title: Six runs
    measure: [clean, pgd]
    lite: {preset: false-robustness, seeds: [0, 1, 2], limit: 12}
    full: {preset: false-robustness, seeds: [0], limit: 12}
    rows:
      - label: AT
        set: {objective: at}
      - label: MAT
    """

  private let folder: URL

  init() throws {
    folder = try BuiltProgram.newFolder()
    try Self.suite.write(to: folder.appendingPathComponent("six.yaml"), atomically: true, encoding: .utf8)
  }

  private func arguments(_ out: String, steps: Int = 30) -> [String] {
    [
      "suite", "run", folder.appendingPathComponent("six.yaml").path, "--out", folder.appendingPathComponent(out).path,
      "--format", "csv", "--threads", "1", "--set", "steps=\(steps)",
    ] + SmallRun.options
  }

  /// The rows of the table without wall-clock times.
  private func rows(_ csv: String) -> [String] {
    csv.split(separator: "\n").map { $0.split(separator: ",").prefix(7).joined(separator: ",") }
  }

  private func trained(_ run: BuiltProgram.Run) -> [String] {
    run.errorLines.filter { $0.contains(": trained ") }.map { String($0.prefix { $0 != ":" }) }
  }

  @Test("two that start together divide the runs, and the last one makes the table")
  func division() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let alone = try await BuiltProgram.run(arguments("alone"))
    async let first = BuiltProgram.run(arguments("both") + ["--shared"])
    async let second = BuiltProgram.run(arguments("both") + ["--shared"])
    let (one, two) = try await (first, second)
    #expect(one.status == 0 && two.status == 0, "\(one.error) \(two.error)")
    #expect(!trained(one).isEmpty && !trained(two).isEmpty)
    let all = trained(one) + trained(two)
    #expect(all.count == 6 && Set(all).count == 6, "\(all)")
    #expect(rows(one.result) == rows(alone.result) && one.result == two.result)
    let table = try String(contentsOf: folder.appendingPathComponent("both/six-lite.csv"), encoding: .utf8)
    #expect(rows(table) == rows(alone.result))
    // A worker that comes late finds everything.
    let late = try await BuiltProgram.run(arguments("both") + ["--shared", "--quiet"])
    #expect(late.status == 0 && late.error == "" && late.result == one.result)
  }

  @Test("the run of a killed worker is taken over, also by one that has nothing else to do")
  func takeover() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let claims = folder.appendingPathComponent("out/claims"), part = ["--shared", "--row", "AT", "--seeds", "0"]
    let killed = try await BuiltProgram.run(arguments("out", steps: 100_000) + part) { process, _ in
      BuiltProgram.send(SIGKILL, to: process) {
        !((try? FileManager.default.contentsOfDirectory(atPath: claims.path)) ?? []).filter { $0.hasSuffix(".1") }
          .isEmpty
      }
    }
    #expect(killed.status == SIGKILL && trained(killed) == [])
    // Of another number of steps it is another run; the claim of the killed worker is renamed to be one on this run.
    let digest = try #require(try FileManager.default.contentsOfDirectory(atPath: claims.path).first)
    let quick = try await BuiltProgram.run(arguments("quick") + ["--row", "AT", "--seeds", "0"])
    #expect(quick.status == 0)
    let runs = folder.appendingPathComponent("quick/runs")
    let own = try #require(try FileManager.default.contentsOfDirectory(atPath: runs.path).first)
    try FileManager.default.moveItem(
      at: claims.appendingPathComponent(digest), to: claims.appendingPathComponent("\(own).1"))
    let next = try await BuiltProgram.run(arguments("out") + part)
    #expect(next.status == 0 && trained(next) == ["AT, seed 0"], "\(next.error)")
    #expect(next.error.contains("AT, seed 0: taken over from ") && next.error.contains(", which is dead"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: claims.path) == [])
    #expect(rows(next.result) == rows(quick.result))
  }

  @Test("a worker that a signal ends gives up its claim")
  func interruption() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let claims = folder.appendingPathComponent("out/claims")
    let names = { @Sendable in (try? FileManager.default.contentsOfDirectory(atPath: claims.path)) ?? [] }
    let run = try await BuiltProgram.run(arguments("out", steps: 100_000) + ["--shared"]) { process, _ in
      BuiltProgram.send(SIGTERM, to: process) { !names().filter { $0.hasSuffix(".1") }.isEmpty }
    }
    #expect(
      run.status == 143 && run.error.contains("rerun the same command to resume") && names() == [], "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("out/six-lite.csv").path))
  }

  @Test("options that only belong to --shared, and folders in use, are one line")
  func wrongUsage() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    for (more, line) in [
      (["--no-wait"], "dualab: --no-wait: only used with --shared; add --shared, or remove --no-wait"),
      (["--dead-after", "9"], "dualab: --dead-after 9: only used with --shared; add --shared, or remove --dead-after"),
      (["--shared", "--dead-after", "1"], "dualab: --dead-after 1: use a whole number in 2 … 86400"),
    ] {
      let run = try await BuiltProgram.run(arguments("out") + more)
      #expect(run.status == 2 && run.error.hasPrefix(line) && run.errorLines.count == 1, "\(run.error)")
    }
  }
}
