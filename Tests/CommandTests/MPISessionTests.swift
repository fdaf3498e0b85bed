import Foundation
import Tensors
import TestSupport
import Testing

/// Checks, a person's changes, the lab, and processes that do not belong together, under mpirun.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MPISessionTests {
  private static let checks = [
    "model=conv4", "sentinel.every=3", "sentinel.deep_every=6", "sentinel.budget=1", "sentinel.images=40",
  ]

  private func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  private func alone(_ arguments: [String]) throws -> ChildProcess.Result {
    try ChildProcess.run([try BuiltProduct.path("dualab")] + arguments, environment: MPIRun.environment())
  }

  /// JSON lines without what depends on time, on threads and on the first process's own rows. Checkpoints, which are told
  /// when the disk has them, come last, in an order of their own.
  private func events(_ lines: String) throws -> [NSObject] {
    func plain(_ value: Any) -> Any {
      let other = ["seconds", "secondsLeft", "folder", "path", "drift", "batchRows"]
      if let object = value as? [String: Any] { return object.filter { !other.contains($0.key) }.mapValues(plain) }
      return (value as? [Any])?.map(plain) ?? value
    }
    func isCheckpoint(_ line: Substring) -> Bool { line.contains(#""event":"checkpoint""#) }
    func objects(_ lines: [Substring]) throws -> [[String: Any]] {
      try lines.map { try #require(plain(try JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]) }
    }
    func order(_ checkpoint: [String: Any]) -> String { "\(checkpoint["step"] ?? 0) \(checkpoint["kind"] ?? "")" }
    let all = lines.split(separator: "\n")
    let checkpoints = try objects(all.filter(isCheckpoint)).sorted { order($0) < order($1) }
    return try (objects(all.filter { !isCheckpoint($0) }) + checkpoints).map { try #require($0 as Any as? NSObject) }
  }

  /// Memory and last look are tensors and metadata of the checkpoint.
  @Test(.enabled(if: !MPIRun.installed.isEmpty)) func checksFindWhatOneProcessFinds() async throws {
    try await withFolder { place in
      let folder = place.appendingPathComponent("alone")
      let expected = try alone(MPIRun.train(folder, Self.checks, steps: 24, ["--json"]))
      #expect(expected.status == 0, "\(expected.errors)")
      #expect(expected.output.contains(#""tier":"quick""#) && expected.output.contains(#""tier":"deep""#))
      let checkpoint = try MPIRun.last(folder)
      #expect(checkpoint.tensors["sentinel.codes"] != nil)
      for mpi in MPIRun.installed {
        for ranks in [2, 4] {
          let folder = place.appendingPathComponent("\(mpi)-\(ranks)")
          let run = try MPIRun.mpirun(mpi, ranks, MPIRun.train(folder, Self.checks, steps: 24, ["--json"]))
          #expect(run.status == 0, "\(run.errors)")
          #expect(try MPIRun.tensors(folder) == MPIRun.tensors(place.appendingPathComponent("alone")))
          #expect(try MPIRun.last(folder).metadata["look"] == checkpoint.metadata["look"])
          #expect(try events(run.output) == events(expected.output), "\(mpi), \(ranks) processes")
        }
      }
    }
  }

  /// A run that a person pauses and changes has the bits of one process that does the same at the same steps.
  @Test(.enabled(if: !MPIRun.installed.isEmpty), arguments: MPIRun.installed)
  func aPauseAndAChangeByHandReachAllAtTheSameStep(mpi: String) async throws {
    try await withFolder { place in
      let folder = place.appendingPathComponent("together"), log = place.appendingPathComponent("log")
      // Where it is paused depends on time; the run's preset says where that was.
      let script = """
        if [ "$OMPI_COMM_WORLD_RANK$PMI_RANK" = 0 ]; then
          ( until "$1" send "$RUN" pause > /dev/null 2>&1; do sleep .05; done
            sleep .3
            "$1" send "$RUN" 'set beta=1' && "$1" send "$RUN" 'set norm=dbn' && "$1" send "$RUN" resume
            echo "sent $?" ) > "$LOG" 2>&1 &
        fi
        exec "$@"
        """
      let settings = ["model=conv4", "objective=mat", "schedule=constant"]
      let run = try ChildProcess.run(
        ["mpirun.\(mpi)", "-n", "2", "sh", "-c", script, "sh", try BuiltProduct.path("dualab")]
          + MPIRun.train(folder, settings, steps: 120, ["--control", "tune", "--json"]),
        environment: MPIRun.environment(["RUN": folder.path, "LOG": log.path]))
      #expect(run.status == 0, "\(run.errors)")
      #expect(try String(contentsOf: log, encoding: .utf8).hasSuffix("sent 0\n"))
      #expect(run.output.contains(#""state":"paused""#))
      let again = place.appendingPathComponent("alone")
      let preset = folder.appendingPathComponent("preset.yaml").path
      #expect(try String(contentsOfFile: preset, encoding: .utf8).contains("norm: dbn"))
      let same = try alone(["train", "--preset", preset, "--steps", "120", "--quiet", "--out", again.path])
      #expect(same.status == 0, "\(same.errors)")
      #expect(try MPIRun.tensors(folder) == MPIRun.tensors(again))
      let unchanged = place.appendingPathComponent("unchanged")
      #expect(try alone(MPIRun.train(unchanged, settings, steps: 120)).status == 0)
      #expect(try MPIRun.tensors(unchanged) != MPIRun.tensors(again))
    }
  }

  /// The only thing that is said, by processes of which the second one is started in another way.
  private func complaint(_ first: [String], _ second: [String], status: Int32) throws -> [String] {
    let program = try BuiltProduct.path("dualab"), mpi = MPIRun.installed[0]
    func command(_ words: [String]) -> [String] { ["-n", "1"] + words }
    let run = try ChildProcess.run(
      ["mpirun.\(mpi)"] + command(first.map { $0 == "dualab" ? program : $0 }) + [":"]
        + command(second.map { $0 == "dualab" ? program : $0 }), environment: MPIRun.environment())
    #expect(run.status == status, "\(run.errors)")
    return run.errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("dualab:") }
  }

  @Test(.enabled(if: !MPIRun.installed.isEmpty)) func processesThatDoNotBelongTogetherAreRefusedInALine() async throws {
    try await withFolder { place in
      let folder = place.appendingPathComponent("run"), train = try MPIRun.train(folder, ["model=conv4"])
      #expect(
        try complaint(["dualab"] + train, ["dualab"] + train + ["--preset", "trades"], status: 1) == [
          "dualab: rank 1 of 2: objective is trades, but mat on rank 0; use one preset and the same options everywhere"
        ])
      #expect(
        try complaint(["dualab"] + train, ["dualab"] + train + ["--preset", "nowhere"], status: 1).map {
          $0.hasPrefix("dualab: rank 1 of 2: preset 'nowhere' not found")
        } == [true])
      let kernels = try complaint(
        ["env", "DUALAB_CPU=avx2", "dualab"] + train, ["env", "DUALAB_CPU=portable", "dualab"] + train, status: 1)
      #expect(
        kernels == [
          "dualab: rank 1 of 2: would compute different bits from rank 0: kernels portable (here avx2); use the same "
            + "program everywhere, and one DUALAB_CPU that all machines have"
        ])
      #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
  }

  /// The same settings, but another image on one machine's disk.
  @Test(.enabled(if: !MPIRun.installed.isEmpty)) func otherImagesAreRefusedInALine() async throws {
    try await withFolder { place in
      let images = Repository.oracle("formats/imagefolder")
      for machine in ["a", "b"] {
        let folder = place.appendingPathComponent(machine)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: images, to: folder.appendingPathComponent("images"))
      }
      let changed = place.appendingPathComponent("b/images/train/n02102040/n02102040_7_png.png")
      try FileManager.default.removeItem(at: changed)
      try FileManager.default.copyItem(
        at: images.appendingPathComponent("train/n03417042/n03417042_7_png.png"), to: changed)
      let out = place.appendingPathComponent("run").path
      let train =
        ["dualab", "train", "--steps", "1", "--quiet", "--out", out]
        + [
          "data=folder", "data.dir=images", "data.crop=16", "batch=12", "width=4", "attack.steps=1", "sentinel.every=0",
          "validation.fraction=0.1",
        ].flatMap { ["--set", $0] }
      func on(_ machine: String) -> [String] {
        ["sh", "-c", "cd \"$0\" && exec \"$@\"", place.appendingPathComponent(machine).path] + train
      }
      #expect(try complaint(on("a"), on("a"), status: 0).isEmpty)
      try FileManager.default.removeItem(atPath: out)
      #expect(
        try complaint(on("a"), on("b"), status: 1) == [
          "dualab: rank 1 of 2: its training images are not those of rank 0; use the same data"
        ])
      // Nor may images differ that are only measured on.
      let restored = images.appendingPathComponent("train/n02102040/n02102040_7_png.png")
      try FileManager.default.removeItem(at: changed)
      try FileManager.default.copyItem(at: restored, to: changed)
      let tests = place.appendingPathComponent("b/images/val/n02102040")
      let first = try #require(try FileManager.default.contentsOfDirectory(atPath: tests.path).sorted().first)
      try FileManager.default.removeItem(at: tests.appendingPathComponent(first))
      #expect(
        try complaint(on("a"), on("b"), status: 1) == [
          "dualab: rank 1 of 2: its test images are not those of rank 0; use the same data"
        ])
    }
  }

  // MARK: the lab

  /// A lab of two processes in a terminal.
  private func lab(_ mpi: String, _ folder: URL, _ start: String) throws -> TmuxSession {
    let arguments = try MPIRun.train(folder, ["model=conv4", "sentinel.every=40"], steps: 100_000)
      .filter { !["train", "--quiet"].contains($0) }
    var environment = MPIRun.environment()
    for name in ["PATH", "TERM"] { environment[name] = nil }
    return try TmuxSession(
      ["sh", "-c", start, "mpirun.\(mpi)", try BuiltProduct.path("dualab")] + arguments,
      environment: environment.filter { $0.key.hasPrefix("OMPI") })
  }

  @Test(.enabled(if: !MPIRun.installed.isEmpty), arguments: MPIRun.installed)
  func theFirstProcessHasTheTerminalThatItIsGiven(mpi: String) async throws {
    try await withFolder { place in
      let folder = place.appendingPathComponent("run")
      let start = "program=$1; shift; export DUALAB_TTY=$(tty); exec \"$0\" -n 2 \"$program\" lab \"$@\" < /dev/null"
      let lab = try lab(mpi, folder, start)
      defer { lab.end() }
      try await lab.wait(until: "a training step") { $0.contains("training") && (step($0) ?? 0) > 3 }
      try lab.press("Space")
      try await lab.wait(for: "paused")
      try lab.press("Down", "+")
      try await lab.wait(for: "β 0 → 1 (you)")
      // A step whose attack was over ends in the pause.
      try await Task.sleep(for: .seconds(1))
      let paused = try #require(step(try lab.screen()))
      try await Task.sleep(for: .milliseconds(500))
      #expect(step(try lab.screen()) == paused)
      for (columns, rows) in [(80, 24), (120, 36)] {
        try lab.resize(columns: columns, rows: rows)
        try await lab.wait(until: "a frame of \(columns)×\(rows)") { screen in
          screen.split(separator: "\n").contains { $0.count == columns && $0.hasSuffix("╮") }
        }
      }
      // There is no shell that could stop this process and let it go on: it stays.
      try lab.press("C-z")
      try await Task.sleep(for: .milliseconds(500))
      try lab.press("Space")
      try await lab.wait(until: "a later step") { (step($0) ?? 0) > paused + 1 }
      try lab.press("q")
      try await lab.wait(for: "cancel")
      try lab.press("s")
      #expect(try await lab.exitStatus() == 0)
      #expect(try lab.screen().contains("written to"))
      #expect(try !lab.isOnAlternateScreen)
      let preset = try String(contentsOf: folder.appendingPathComponent("preset.yaml"), encoding: .utf8)
      #expect(preset.contains("beta: 1") || preset.contains("beta=1"), "\(preset)")
    }
  }

  @Test(.enabled(if: !MPIRun.installed.isEmpty), arguments: MPIRun.installed)
  func withoutATerminalTheLabSaysHowToGiveItOne(mpi: String) async throws {
    try await withFolder { place in
      let folder = place.appendingPathComponent("run")
      let keys = try lab(
        mpi, folder, "program=$1; shift; export DUALAB_TTY=$(tty); exec \"$0\" -n 2 \"$program\" lab \"$@\"")
      defer { keys.end() }
      try await keys.wait(for: "would take keys from the lab")
      #expect(try await keys.exitStatus() == 2)
      let none = try lab(mpi, folder, "program=$1; shift; exec \"$0\" -n 2 \"$program\" lab --tui \"$@\" < /dev/null")
      defer { none.end() }
      try await none.wait(for: "--tui: mpirun keeps the terminal from its processes")
      #expect(try await none.exitStatus() == 2)
      #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
  }

  private func step(_ screen: String) -> Int? {
    screen.firstMatch(of: /step +(\d+)/).flatMap { Int($0.1) }
  }
}
