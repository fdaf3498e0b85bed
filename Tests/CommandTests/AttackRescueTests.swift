import Evaluation
import Foundation
import TestSupport
import Testing

/// Verdicts are never lost: full disks, interruptions at the same time, mixed kernels.
@Suite("Verdicts that are kept", .serialized, .timeLimit(.minutes(5))) struct AttackRescueTests {
  /// Runs of the program in a folder of their own, which is deleted at the end.
  private final class Place {
    let folder: URL

    init() throws { folder = try BuiltProgram.newFolder() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

    func text(_ name: String) -> String { (try? String(contentsOf: file(name), encoding: .utf8)) ?? "" }

    func result(_ name: String) throws -> AttackResult { try AttackResult(contentsOf: file(name).path) }

    /// The results that were written without being asked for.
    var rescued: [String] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.filter { $0.hasPrefix("dualab-attack") }.sorted()
    }

    /// Starts it; its streams are in the files `NAME.out` and `NAME.err`.
    func start(
      _ arguments: [String], name: String = "run", environment: [String: String] = [:], limit: String? = nil,
      output: String? = nil
    ) throws -> Process {
      let process = Process()
      for ending in ["out", "err"] { try Data().write(to: file("\(name).\(ending)")) }
      let words = ([try BuiltProgram.file().path] + arguments).map { "'\($0)'" }.joined(separator: " ")
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = [
        "-c", (limit.map { "ulimit -S -f \($0); " } ?? "") + "exec \(words)" + (output.map { " > \($0)" } ?? ""),
      ]
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.currentDirectoryURL = folder
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: file("\(name).out"))
      process.standardError = try FileHandle(forWritingTo: file("\(name).err"))
      try process.run()
      return process
    }

    /// Waits for a word on stderr; fails the test where it never comes.
    func wait(for word: String, name: String = "run") async throws {
      let found: Bool? = try await Polling.first(within: .seconds(60)) {
        text("\(name).err").contains(word) ? true : nil
      }
      #expect(found == true, "\(word) did not come: \(text("\(name).err"))")
    }

    /// Waits for the end; the exit status.
    func end(_ process: Process) async throws -> Int32 {
      let ended: Bool? = try await Polling.first(within: .seconds(60)) { process.isRunning ? nil : true }
      if ended == nil { process.terminate() }
      process.waitUntilExit()
      return process.terminationStatus
    }
  }

  private static let quick = AttackCommandTests.reference + ["--attack", "fgsm", "--limit", "16", "--no-checks"]
  private static let long = AttackCommandTests.reference + ["--attack", "autoattack", "--limit", "80"]

  /// How large files of a running process may become.
  private func setLimit(_ bytes: String, of process: Process) throws {
    let command = ["prlimit", "--pid", "\(process.processIdentifier)", "--fsize=\(bytes):unlimited"]
    let result = try ChildProcess.run(command, environment: ["PATH": "/usr/bin:/bin"])
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test func aDiskWithoutRoomIsSaidBeforeTheAttacks() async throws {
    let place = try Place()
    let process = try place.start(Self.quick + ["--json", "r.json"], limit: "20")
    #expect(try await place.end(process) == 1)
    let lines = place.text("run.err").split(separator: "\n")
    #expect(lines.count == 1 && lines[0].contains("--json r.json: the disk has no room for the result, about 1 MiB"))
    #expect(place.text("run.out").isEmpty && !FileManager.default.fileExists(atPath: place.file("r.json").path))
  }

  @Test func aDiskThatIsFullAtTheEndIsWaitedFor() async throws {
    let place = try Place()
    // Slow kernels, so that the disk is full before the attacks have ended.
    let process = try place.start(
      Self.long + ["--json", "r.json", "--save-adversarials", "r.npz", "--threads", "1"],
      environment: ["DUALAB_CPU": "avx2"])
    try await place.wait(for: "APGD-CE 1/4")
    try setLimit("2000", of: process)
    try await place.wait(for: "waiting: ")
    // The result is printed before the wait.
    #expect(process.isRunning)
    try setLimit("unlimited", of: process)
    #expect(try await place.end(process) == 0)
    let said = place.text("run.err")
    #expect(said.contains("r.json: cannot be written") && said.contains("r.json: written"), "\(said)")
    #expect(try place.result("r.json").isComplete && place.rescued.isEmpty)
    #expect(FileManager.default.fileExists(atPath: place.file("r.npz").path))
  }

  @Test func aSignalTakesTheVerdictsElsewhere() async throws {
    let place = try Place()
    let process = try place.start(Self.quick + ["--json", "/dev/full", "--save-adversarials", "/dev/full"])
    try await place.wait(for: "waiting: ")
    process.interrupt()
    #expect(try await place.end(process) == 130)
    let said = place.text("run.err")
    #expect(said.contains("all verdicts are in dualab-attack.json\n"), "\(said)")
    #expect(said.contains("the adversarial images are in dualab-attack.npz"), "\(said)")
    #expect(try place.result("dualab-attack.json").isComplete)
    #expect(place.text("run.out").contains("robust accuracy"))
  }

  @Test func theLastResortIsStdout() async throws {
    let place = try Place()
    let process = try place.start(Self.quick + ["--json", "r.json"])
    #expect(try await place.end(process) == 0)
    // No file takes anything: the pipe does.
    let pipe = Pipe(), again = Process()
    again.executableURL = URL(fileURLWithPath: "/bin/bash")
    let words = ([try BuiltProgram.file().path] + Self.quick + ["--json", "/dev/full"]).map { "'\($0)'" }
    again.arguments = ["-c", "ulimit -f 0; exec \(words.joined(separator: " "))"]
    again.currentDirectoryURL = place.folder
    again.standardOutput = pipe
    let errors = Pipe()
    again.standardError = errors
    try again.run()
    var said = ""
    while !said.contains("waiting: ") {
      let piece = errors.fileHandleForReading.availableData
      guard !piece.isEmpty else { break }
      said += String(decoding: piece, as: UTF8.self)
    }
    again.terminate()
    let rest = try errors.fileHandleForReading.readToEnd() ?? Data()
    let printed = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    said += String(decoding: rest, as: UTF8.self)
    #expect(try await place.end(again) == 143, "\(said)")
    #expect(said.contains("they are the last line of stdout; copy that to a file"), "\(said)")
    try Data((printed.split(separator: "\n").last ?? "").utf8).write(to: place.file("copied.json"))
    let (whole, copied) = (try place.result("r.json"), try place.result("copied.json"))
    #expect(copied.isComplete && copied.examples.map(\.verdict) == whole.examples.map(\.verdict))
  }

  @Test func resultsCutOffOnAFullStdoutAreKept() async throws {
    let place = try Place()
    let process = try place.start(Self.quick + ["--json", "-"], output: "/dev/full")
    #expect(try await place.end(process) == 1)
    let said = place.text("run.err")
    #expect(said.contains("stdout: No space left on device") && said.contains("are in dualab-attack.json"), "\(said)")
    #expect(try place.result("dualab-attack.json").isComplete)
  }

  @Test func twoThatAreInterruptedTogetherLeaveTwoFiles() async throws {
    let place = try Place()
    let both = try ["one", "two"].map { try place.start(Self.long, name: $0) }
    for name in ["one", "two"] { try await place.wait(for: "APGD-CE", name: name) }
    for process in both { process.interrupt() }
    for process in both { #expect(try await place.end(process) == 130) }
    #expect(place.rescued == ["dualab-attack-2.json", "dualab-attack.json"])
    for name in place.rescued { #expect(try !place.result(name).isComplete) }

    // What is there is not overwritten, and what fits is named.
    let over = try place.start(Self.long + ["--json", "dualab-attack.json"], name: "over")
    #expect(try await place.end(over) == 2)
    #expect(
      place.text("over.err").contains(
        "--json dualab-attack.json: has the verdicts of an interrupted evaluation; add --resume dualab-attack.json"))
    let wrong = try place.start(Self.quick + ["--json", "other.json"], name: "wrong")
    _ = try await place.end(wrong)
    let unfit = try place.start(Self.long + ["--resume", "other.json"], name: "unfit")
    #expect(try await place.end(unfit) == 2)
    #expect(
      place.text("unfit.err").contains(
        "continue what fits with --resume dualab-attack-2.json or dualab-attack.json"), "\(place.text("unfit.err"))")
  }

  @Test func verdictsOfTwoKindsAreNamed() async throws {
    let place = try Place()
    let first = try place.start(Self.long + ["--json", "r.json"], environment: ["DUALAB_CONV": "accurate"])
    try await place.wait(for: "APGD-T 2/4")
    first.interrupt()
    #expect(try await place.end(first) == 130)
    let line = "mixed verdicts: some were computed with convolution accurate (here fast)"
    let second = try place.start(
      Self.long + ["--json", "r.json", "--resume", "r.json"], environment: ["DUALAB_CONV": "fast"])
    #expect(try await place.end(second) == 0)
    #expect(place.text("run.err").contains("note: " + line) && place.text("run.out").contains(line))
    let card = try place.result("r.json").card
    #expect(card.convolution == "fast" && card.earlier?.map(\.convolution) == ["accurate"])
    // The same kind is no mixture.
    let same = try place.start(Self.quick + ["--json", "s.json"])
    #expect(try await place.end(same) == 0)
    #expect(try place.result("s.json").card.earlier == nil)
  }
}
