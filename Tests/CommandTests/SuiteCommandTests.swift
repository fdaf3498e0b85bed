import Events
import Foundation
import Testing

/// `dualab suite` of the built program.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SuiteCommandTests {
  private static let suite = """
    # Two rows for a test.
    title: Two rows
    measure: [clean, pgd, autoattack]
    lite: {preset: false-robustness, seeds: [0], limit: 12}
    full: {preset: false-robustness, seeds: [0], limit: 12}
    rows:
      - label: AT
        set: {objective: at}
      - label: MAT
    """

  /// The table without wall-clock times.
  private func timeless(_ csv: String) -> [[Substring]] {
    csv.split(separator: "\n").map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return Array(fields.dropLast(3)) + fields.suffix(1)
    }
  }

  /// True when the first training of a suite is in its store.
  private static func isTrained(_ runs: URL) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
    return names.contains { FileManager.default.fileExists(atPath: "\(runs.path)/\($0)/training.json") }
  }

  @Test func anInterruptedSuiteResumesToTheSameTable() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("two.yaml")
    try Self.suite.write(to: file, atomically: true, encoding: .utf8)
    func arguments(_ out: String) -> [String] {
      [
        "suite", "run", file.path, "--out", folder.appendingPathComponent(out).path, "--format", "csv", "--set",
        "steps=60",
      ]
        + SmallRun.options
    }
    let whole = try await BuiltProgram.run(arguments("whole"))
    #expect(whole.status == 0, "\(whole.error)")
    #expect(whole.error.contains("AT, seed 0: trained 60 steps"))

    // Interrupted during the first attacks or later.
    let runs = folder.appendingPathComponent("cut/runs")
    let cut = try await BuiltProgram.run(arguments("cut")) { process, _ in
      BuiltProgram.send(SIGINT, to: process) { Self.isTrained(runs) }
    }
    #expect(cut.status == 130, "\(cut.error)")
    #expect(cut.error.hasSuffix("rerun the same command to resume\n"))
    let resumed = try await BuiltProgram.run(arguments("cut") + ["--resume", "--jobs", "2"])
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(resumed.error.contains("AT, seed 0: already trained, 60 steps"))
    #expect(timeless(resumed.result) == timeless(whole.result))
    for ending in ["txt", "md", "json", "csv"] {
      #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("cut/two-lite.\(ending)").path))
    }
    // Now everything is in the store.
    let again = try await BuiltProgram.run(arguments("cut") + ["--quiet"])
    #expect(again.status == 0 && again.error == "" && again.result == resumed.result)
  }

  @Test func wrongUsageIsOneLineAndStatus2() async throws {
    for (arguments, line) in [
      (["table11"], "dualab: suite 'table11' not found in "),
      (["table1", "--limit", "0"], "dualab: --limit 0: use a whole number of at least 1"),
      (["table1", "--jobs", "0"], "dualab: --jobs 0: use a whole number in 1 … 1024"),
      (["table1", "--threads", "1025"], "dualab: --threads 1025: use a whole number in 1 … 1024"),
      (["table1", "--set", "steps"], "dualab: --set steps: use NAME=VALUE"),
      (["table1", "--resume", "--out", "nowhere"], "dualab: --resume: nowhere has no results to resume"),
      (["table1", "--row", "MAT-Cat g 0.5"], "dualab: row 'MAT-Cat g 0.5': table1 has no such row"),
      (["table1", "--set", "gama=1"], "dualab: 'gama' is not a setting; did you mean 'gamma'?"),
      (["fig5", "--set", "gamma=0.9"], "dualab: --set gamma=0.9: row 'γ 0.1' sets gamma itself"),
      (["table1", "--set", "seed=5"], "dualab: --set seed=5: a suite has an option for this; use --seeds 5"),
      (["table1", "--seeds", "0,0"], "dualab: --seeds 0,0: use different whole numbers"),
    ] {
      let run = try await BuiltProgram.run(["suite", "run"] + arguments)
      #expect(
        run.status == 2 && run.error.hasPrefix(line) && run.errorLines.count == 1, "\(run.error)")
    }
  }

  @Test func missingDataAndConflictsAreFoundBeforeAnythingIsWritten() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("out").path
    for (arguments, status, line) in [
      (["table4", "--scale", "full"], 1, "dualab: row 'ST' and 8 more: imagenette: not found in "),
      (["table1", "--set", "norm=dbn"], 2, "dualab: row 'MAT-Seq γ 0.5' and 2 more: norm dbn with batching seq"),
      (["table1", "--set", "norm.affine=on"], 2, "dualab: row 'ST' and 12 more: norm.affine: 'on' has no meaning"),
    ] {
      let run = try await BuiltProgram.run(["suite", "run"] + arguments + ["--out", out])
      #expect(run.status == status && run.result == "" && run.error.hasPrefix(line), "\(run.error)")
      #expect(run.errorLines.count == 1 && !FileManager.default.fileExists(atPath: out))
    }
  }

  @Test func failuresAreReportedAndFilesKeepEarlierRows() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("two.yaml")
    try Self.suite.write(to: file, atomically: true, encoding: .utf8)
    let out = folder.appendingPathComponent("out").path
    let arguments = ["suite", "run", file.path, "--out", out, "--set", "steps=4"] + SmallRun.options
    #expect(try await BuiltProgram.run(arguments).status == 0)
    // The files keep earlier results; only the requested rows are printed.
    let part = try await BuiltProgram.run(arguments + ["--row", "MAT", "--seeds", "1", "--format", "csv"])
    let table = try String(contentsOfFile: out + "/two-lite.csv", encoding: .utf8)
    #expect(part.status == 0 && part.result.split(separator: "\n").dropFirst().map { $0.prefix(5) } == ["MAT,1"])
    #expect(table.split(separator: "\n").dropFirst().map { $0.prefix(5) } == ["AT,0,", "MAT,0", "MAT,1"])
    let runs = folder.appendingPathComponent("out/runs")
    for name in try FileManager.default.contentsOfDirectory(atPath: runs.path) {
      try FileManager.default.removeItem(at: runs.appendingPathComponent("\(name)/checkpoints"))
    }
    for quiet in [[], ["--quiet"]] {
      let run = try await BuiltProgram.run(arguments + quiet)
      let told = run.error.split(separator: "\n").filter { $0.contains("the weights are missing") }
      #expect(run.status == 1 && told.count == 3, "\(run.error)")
      #expect(told.first?.hasPrefix("AT, seed 0: failed: ") == true)
      #expect(told.dropFirst().first?.hasPrefix("MAT, seed 0: failed: ") == true)
      #expect(told.last?.hasPrefix("dualab: 2 of 2 runs failed; the first: AT, seed 0: ") == true)
      #expect(quiet.isEmpty == (run.errorLines.count > 3))
    }
  }

  @Test func listAndShowPrintWhatThereIs() async throws {
    let list = try await BuiltProgram.run(["suite", "list"])
    #expect(list.status == 0 && list.result.contains("table1") && list.result.contains("fig5"))
    let show = try await BuiltProgram.run(["suite", "show", "fig5"])
    #expect(show.status == 0 && show.result.contains("γ 0.1") && show.result.contains("lite: seeds 0, 1, 2"))
    #expect(show.result.contains("cifar10-mat") && show.result.contains("gamma=0.1"))
  }
}
