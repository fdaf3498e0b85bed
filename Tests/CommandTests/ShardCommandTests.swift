import Evaluation
import Foundation
import Testing

@testable import Commands

/// `dualab attack --shard` and `dualab merge`.
@Suite("Shards of the program", .serialized, .timeLimit(.minutes(5))) struct ShardCommandTests {
  private static let reference = AttackCommandTests.reference + ["--quiet", "--threads", "1"]

  /// A folder for one test, deleted at the end.
  private final class Place {
    let folder: URL

    init() throws { folder = try BuiltProgram.newFolder() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// A file without seconds.
    func timeless(_ name: String) throws -> String {
      try String(contentsOfFile: path(name), encoding: .utf8)
        .replacing(#/"seconds":[-+.e0-9]+/#, with: "\"seconds\":0")
    }
  }

  /// The line and status of a command that fails.
  private func failure(_ arguments: [String], environment: [String: String?] = [:]) async throws -> String {
    let run = try await BuiltProgram.run(arguments, environment: environment)
    #expect(run.errorLines.count == 1 && run.result == "", "\(run.error)")
    return "\(run.status) \(run.error.trimmingCharacters(in: .newlines))"
  }

  @Test(
    "the merge of all shards is the single run, to the byte",
    arguments: [
      "--attack autoattack", "--attack pgd,square,fgsm --checks", "--attack pgd,fgsm --individual --norm l2 --seed 3",
      // Images that are scaled wrongly: the first shard says what is wrong with all of them.
      "--attack fgsm --checks --set mean=3",
    ])
  func union(options: String) async throws {
    let place = try Place()
    let arguments = Self.reference + ["--limit", "8"] + options.split(separator: " ").map(String.init)
    #expect(try await BuiltProgram.run(arguments + ["--json", place.path("whole.json")]).status == 0)
    for part in 1...3 {
      let json = place.path("\(part).json")
      let run = try await BuiltProgram.run(arguments + ["--shard", "\(part)/3", "--json", json])
      #expect(run.status == 0 && run.result.contains("\nshard \(part)/3: \(part < 3 ? 3 : 2) of 8 images\n"), "\(run)")
    }
    let files = [3, 1, 2].map { place.path("\($0).json") }
    let merge = try await BuiltProgram.run(["merge"] + files + ["--json", place.path("merged.json")])
    #expect(merge.status == 0 && merge.error == "" && !merge.result.contains("shard"), "\(merge)")
    #expect(try place.timeless("merged.json") == place.timeless("whole.json"))
    let printed = try await BuiltProgram.run(["merge"] + files + ["--json", "-"])
    #expect(try printed.result == String(contentsOfFile: place.path("merged.json"), encoding: .utf8))
    #expect(try place.timeless("1.json").contains(#""shard":{"of":3,"part":1}"#))
  }

  @Test("an interrupted shard is refused by merge, resumed by its command, and keeps its images")
  func interruption() async throws {
    let place = try Place(), arguments = Self.reference + ["--limit", "40", "--shard", "2/2"]
    let json = place.path("2.json"), kept = ["--json", json, "--save-adversarials", place.path("2.npz")]
    let stopped = try await BuiltProgram.run(
      arguments.filter { $0 != "--quiet" } + kept
    ) { process, result in
      let error = result.deletingLastPathComponent().appendingPathComponent("stderr")
      BuiltProgram.send(SIGINT, to: process) {
        (try? String(contentsOf: error, encoding: .utf8))?.contains("APGD-T 2/4") ?? false
      }
    }
    #expect(stopped.status == 130, "\(stopped.error)")
    #expect(
      try await failure(["merge", json])
        == "1 dualab: \(json): shard 2/2 was interrupted; finish it with 'dualab attack … --shard 2/2 --resume \(json) "
        + "--json \(json)', then merge again")
    let other = Self.reference + ["--limit", "40", "--shard", "1/2", "--resume", json]
    #expect(try await failure(other).contains("--resume \(json): was made with a different value of --shard; "))
    #expect(try await failure(arguments + ["--json", json]).contains("has the verdicts of an interrupted evaluation"))
    let whole = Self.reference + ["--limit", "40", "--resume", json]
    #expect(try await failure(whole).contains("was made with a different value of --shard; "))
    #expect(try await BuiltProgram.run(arguments + kept + ["--resume", json]).status == 0)
    let again = ["--json", place.path("again.json"), "--save-adversarials", place.path("again.npz")]
    #expect(try await BuiltProgram.run(arguments + again).status == 0)
    #expect(try place.timeless("2.json") == place.timeless("again.json"))
    let images = try ["2.npz", "again.npz"].map { try Data(contentsOf: URL(fileURLWithPath: place.path($0))) }
    #expect(images[0] == images[1])
  }

  @Test("shards that do not exist are refused in one line")
  func wrongShards() async throws {
    let arguments = Self.reference + ["--limit", "7", "--attack", "fgsm", "--shard"]
    for (text, line) in [
      ("3/2", "2 dualab: --shard 3/2: parts count from 1/2 to 2/2; use one of these"),
      ("0/2", "2 dualab: --shard 0/2: parts count from 1/2 to 2/2; use one of these"),
      ("x", "2 dualab: --shard x: use I/N, e.g. 2/8 for the second of 8 parts, or slurm in a Slurm job array"),
      ("1/0", "2 dualab: --shard 1/0: use I/N, "), ("1/2/3", "2 dualab: --shard 1/2/3: use I/N, "),
      ("9/8", "2 dualab: --shard 9/8: parts count from 1/8 to 8/8"),
      ("2/8", "2 dualab: --shard 2/8: there are more shards than images; use at most 7 shards for 7 images"),
      ("slurm", "2 dualab: --shard slurm: SLURM_ARRAY_TASK_ID is not set; submit a job array with "),
    ] {
      let found = try await failure(arguments + [text], environment: ["SLURM_ARRAY_TASK_ID": nil])
      #expect(found.hasPrefix(line), "\(found)")
    }
  }

  /// As Slurm 22.05 sets them for `--array=1-4`, `0-3`, `10-30:10`, `3`, `1,5,6`, and an environment without bounds.
  @Test("the tasks of a job array are its shards")
  func slurm() throws {
    func shard(_ id: String, _ count: String, _ bounds: (min: String, max: String, step: String)?) -> String {
      var environment = ["SLURM_ARRAY_TASK_ID": id, "SLURM_ARRAY_TASK_COUNT": count]
      if let bounds {
        environment["SLURM_ARRAY_TASK_MIN"] = bounds.min
        environment["SLURM_ARRAY_TASK_MAX"] = bounds.max
        environment["SLURM_ARRAY_TASK_STEP"] = bounds.step
      }
      do { return try ShardOption.parse("slurm", environment: environment).description } catch { return "\(error)" }
    }
    #expect((1...4).map { shard("\($0)", "4", ("1", "4", "1")) } == ["1/4", "2/4", "3/4", "4/4"])
    #expect((0...3).map { shard("\($0)", "4", ("0", "3", "1")) } == ["1/4", "2/4", "3/4", "4/4"])
    #expect([10, 20, 30].map { shard("\($0)", "3", ("10", "30", "10")) } == ["1/3", "2/3", "3/3"])
    #expect([1, 2].map { shard("\($0)", "2", nil) } == ["1/2", "2/2"])
    #expect(shard("0", "2", nil).contains("use evenly spaced ids such as --array=1-2"))
    for id in ["1", "5", "6"] { #expect(shard(id, "3", ("1", "6", "1")).contains("the ids have gaps")) }
    #expect(shard("3", "1", ("3", "3", "1")).contains("to rerun part 3 of N use --shard 3/N"))
    #expect(shard("x", "2", nil).contains("SLURM_ARRAY_TASK_ID=x is not a whole number"))
    #expect(shard("1", "99999999999999999999", nil).contains("is not a whole number"))
    #expect(shard("1", "2", ("1", "2", "0")) == "1/2")
  }

  @Test("what cannot be merged is named in one line")
  func wrongMerges() async throws {
    let place = try Place(), arguments = Self.reference + ["--limit", "6", "--attack", "fgsm"]
    for (name, more) in [
      ("1", ["--shard", "1/2"]), ("2", ["--shard", "2/2"]), ("third", ["--shard", "1/3"]), ("whole", []),
      ("seed", ["--shard", "2/2", "--seed", "1"]), ("short", ["--shard", "2/2", "--limit", "5"]),
    ] {
      let run = try await BuiltProgram.run(arguments + more + ["--json", place.path(name)])
      #expect(run.status == 0, "\(run.error)")
    }
    try #"{"version":1}"#.write(toFile: place.path("run"), atomically: true, encoding: .utf8)
    let one = place.path("1"), two = place.path("2")
    for (names, more, line) in [
      (["1"], [], "1 dualab: shard 2/2 missing, 3 of 6 images have no verdict; run 'dualab attack' with --shard 2/2 "),
      (["1", "2", "1"], [], "1 dualab: \(one) and \(one): both are shard 1/2; leave one out"),
      (["2", "third"], [], "1 dualab: \(two) and \(place.path("third")): shards 2/2 and 1/3 overlap; leave one out"),
      (["1", "seed"], [], "1 dualab: \(place.path("seed")): was made with a different value of --seed than \(one); "),
      (
        ["1", "short"], [],
        "1 dualab: \(place.path("short")): was made with a different value of the number of images, "
      ),
      (["1", "whole"], [], "1 dualab: \(place.path("whole")): has the verdicts of all images, not those of a shard; "),
      (
        ["1", "run"], [],
        "1 dualab: \(place.path("run")): not the JSON of an evaluation; give a file that 'dualab attack "
      ),
      (
        ["1", "none"], [],
        "1 dualab: \(place.path("none")): can't be read; give a file that 'dualab attack --json' wrote"
      ),
      (["1", "2"], ["--json", one], "2 dualab: --json \(one): this would overwrite the file of "),
    ] {
      let found = try await failure(["merge"] + names.map(place.path) + more)
      #expect(found.hasPrefix(line), "\(found)")
    }
    let other = try await failure(arguments + ["--shard", "2/2", "--json", one])
    #expect(other == "2 dualab: --json \(one): has the verdicts of shard 1/2; give each shard its own file")
  }
}
