import Foundation
import TestSupport
import Testing

/// Training under the mpirun of Open MPI and of MPICH, where they and the libraries of `make DUALAB_MPI=1` are there.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MPITests {
  @Test(
    "MAT-Cat, TRADES-Cat, MAT-Seq, MART, DBN and AWP have the bits of one process",
    .enabled(if: !MPIRun.installed.isEmpty),
    arguments: ["conv4", "preact-mini"],
    [
      ["objective=mat"], ["objective=trades", "beta=6"], ["objective=mat", "batching=seq"],
      ["objective=mart", "beta=5"],
      ["norm=dbn", "beta=0.4"], ["awp=0.005"],
    ])
  func bits(model: String, settings: [String]) throws {
    let place = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: place) }
    let settings = ["model=\(model)"] + settings, alone = place.appendingPathComponent("alone")
    let run = try ChildProcess.run(
      [try BuiltProduct.path("dualab")] + MPIRun.train(alone, settings), environment: MPIRun.environment())
    #expect(run.status == 0, "\(run.errors)")
    let expected = try MPIRun.tensors(alone)
    for mpi in MPIRun.installed {
      for ranks in [2, 4] {
        let folder = place.appendingPathComponent("\(mpi)-\(ranks)")
        let run = try MPIRun.mpirun(mpi, ranks, MPIRun.train(folder, settings))
        #expect(run.status == 0, "\(mpi), \(ranks): \(run.errors)")
        #expect(try MPIRun.tensors(folder) == expected, "\(mpi), \(ranks) processes, \(settings)")
      }
    }
  }

  /// Changes and surgery during the run reach all processes at the same step.
  @Test(.enabled(if: !MPIRun.installed.isEmpty)) func liveChangesReachAllAtTheSameStep() throws {
    let place = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: place) }
    let changes = ["--at", "2:beta=1", "--at", "4:norm=dbn", "--at", "6:lr=0.01"]
    let alone = place.appendingPathComponent("alone"), together = place.appendingPathComponent("together")
    let settings = ["model=conv4", "objective=mat"]
    let run = try ChildProcess.run(
      [try BuiltProduct.path("dualab")] + MPIRun.train(alone, settings, steps: 8, changes),
      environment: MPIRun.environment())
    #expect(run.status == 0, "\(run.errors)")
    let other = try MPIRun.mpirun(MPIRun.installed[0], 2, MPIRun.train(together, settings, steps: 8, changes))
    #expect(other.status == 0, "\(other.errors)")
    #expect(try MPIRun.tensors(together) == MPIRun.tensors(alone))
  }

  @Test(.enabled(if: !MPIRun.installed.isEmpty)) func whatCannotTrainTogetherSaysSoInALine() throws {
    let place = try newTemporaryFolder(), folder = place.appendingPathComponent("run")
    defer { try? FileManager.default.removeItem(at: place) }
    func complaint(_ ranks: Int, _ settings: [String], _ others: [String] = []) throws -> [String] {
      let run = try MPIRun.mpirun(MPIRun.installed[0], ranks, MPIRun.train(folder, settings) + others)
      #expect(run.status != 0)
      #expect(!FileManager.default.fileExists(atPath: folder.path))
      return run.errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("dualab:") }
    }
    #expect(
      try complaint(4, ["model=conv4", "batch=16"]) == [
        "dualab: batch 16 for 4 processes: a batch is shared out in groups of up to 8 images; use at most 2 processes, "
          + "or a batch of at least 17"
      ])
    #expect(
      try complaint(3, ["model=conv4"]) == [
        "dualab: mpirun: 3 processes; use 1, 2, 4, 8, …: their number must be a power of two"
      ])
    let other = [":", "-n", "1", try BuiltProduct.path("dualab")]
    #expect(
      try complaint(1, ["model=conv4"], other + MPIRun.train(folder, ["model=conv4", "beta=2"])) == [
        "dualab: rank 1 of 2: beta is 2, but 0 on rank 0; use one preset and the same options everywhere"
      ])
  }

  /// By a copy of the program that has no library next to it.
  @Test func withoutALibraryOneProcessSaysWhatToDo() throws {
    let place = try newTemporaryFolder(), copy = place.appendingPathComponent("dualab")
    defer { try? FileManager.default.removeItem(at: place) }
    try FileManager.default.copyItem(atPath: try BuiltProduct.path("dualab"), toPath: copy.path)
    for (rank, lines) in [("0", 1), ("1", 0)] {
      let run = try ChildProcess.run(
        [copy.path, "train"], environment: MPIRun.environment(["PMI_SIZE": "2", "PMI_RANK": rank]))
      #expect(run.status == 2)
      #expect(run.errors.split(separator: "\n").count == lines, "\(run.errors)")
      if lines > 0 {
        #expect(
          run.errors == "dualab: mpirun: this program was built without MPICH; build it with 'make DUALAB_MPI=1'\n")
      }
    }
  }

  /// A library with the functions of another version.
  @Test func aLibraryOfAnotherBuildIsRefusedInALine() throws {
    let place = try newTemporaryFolder(), copy = place.appendingPathComponent("dualab")
    defer { try? FileManager.default.removeItem(at: place) }
    try FileManager.default.copyItem(atPath: try BuiltProduct.path("dualab"), toPath: copy.path)
    let library = place.appendingPathComponent("libdualab-mpich.so").path,
      source = place.appendingPathComponent("old.c")
    try Data("int dualab_mpi;\n".utf8).write(to: source)
    let compiled = try ChildProcess.run(
      ["clang", "-shared", "-fPIC", "-o", library, source.path], environment: MPIRun.environment())
    try #require(compiled.status == 0, "\(compiled.errors)")
    let run = try ChildProcess.run(
      [copy.path, "train"], environment: MPIRun.environment(["PMI_SIZE": "2", "PMI_RANK": "0"]))
    #expect(run.status == 2)
    #expect(
      run.errors == "dualab: mpirun: '\(library)' is not of this build of dualab; build both with 'make DUALAB_MPI=1', "
        + "and install both with 'make DUALAB_MPI=1 install'\n")
  }

  /// ctrl-z of a shell: Open MPI's mpirun stops all processes until it goes on, MPICH's only itself. Either way nothing
  /// changes in what is trained.
  @Test(.enabled(if: !MPIRun.installed.isEmpty), arguments: MPIRun.installed)
  func aRunThatWasStoppedGoesOn(mpi: String) throws {
    let place = try newTemporaryFolder(), folder = place.appendingPathComponent("run")
    let alone = place.appendingPathComponent("alone"), program = try BuiltProduct.path("dualab")
    defer { try? FileManager.default.removeItem(at: place) }
    let whole = try ChildProcess.run(
      [program] + MPIRun.train(alone, ["model=conv4"], steps: 400), environment: MPIRun.environment())
    #expect(whole.status == 0, "\(whole.errors)")
    let script = """
      mpirun.\(mpi) -n 2 "$@" & run=$!
      until ls "$RUN"/checkpoints/auto-[1-9]*.safetensors > /dev/null 2>&1; do sleep .02; done
      kill -TSTP $run; sleep 1
      for child in $run $(cat /proc/$run/task/$run/children); do cut -d ' ' -f 3 /proc/$child/stat; done | tr -d '\\n'
      kill -CONT $run; wait $run
      """
    let stopped = try ChildProcess.run(
      ["bash", "-c", script, "bash", program] + MPIRun.train(folder, ["model=conv4"], steps: 400),
      environment: MPIRun.environment(["RUN": folder.path]))
    #expect(stopped.status == 0, "\(stopped.errors)")
    #expect(stopped.output.contains(mpi == "openmpi" ? "TT" : "T"), "\(stopped.output)")
    #expect(try MPIRun.tensors(folder) == MPIRun.tensors(alone))
  }

  /// A signal to mpirun reaches all processes, and the first one writes a checkpoint before they end.
  @Test(.enabled(if: !MPIRun.installed.isEmpty), arguments: MPIRun.installed, ["TERM", "INT"])
  func aSignalLeavesACheckpoint(mpi: String, signal: String) throws {
    let place = try newTemporaryFolder(), folder = place.appendingPathComponent("run")
    defer { try? FileManager.default.removeItem(at: place) }
    let script = """
      set -m
      mpirun.\(mpi) -n 2 "$@" & run=$!
      until ls "$RUN"/checkpoints/auto-[1-9]*.safetensors > /dev/null 2>&1; do sleep .02; done
      kill -\(signal) $run; wait $run
      """
    let stopped = try ChildProcess.run(
      ["bash", "-c", script, "bash", try BuiltProduct.path("dualab")]
        + MPIRun.train(folder, ["model=conv4"], steps: 100_000),
      environment: MPIRun.environment(["RUN": folder.path]))
    let checkpoint = folder.appendingPathComponent("checkpoints/interrupted.safetensors").path
    #expect(FileManager.default.fileExists(atPath: checkpoint), "\(stopped.errors)")
  }

  /// A process that dies ends all; the run goes on from its last checkpoint with another number of processes, to the
  /// bits of a run that nothing happened to.
  @Test(.enabled(if: !MPIRun.installed.isEmpty), arguments: [0, 1]) func aRunGoesOnAfterAProcessWasKilled(rank: Int)
    throws
  {
    let place = try newTemporaryFolder(), folder = place.appendingPathComponent("run")
    let alone = place.appendingPathComponent("alone")
    defer { try? FileManager.default.removeItem(at: place) }
    let settings = ["model=conv4"], steps = 400
    let whole = try ChildProcess.run(
      [try BuiltProduct.path("dualab")] + MPIRun.train(alone, settings, steps: steps), environment: MPIRun.environment()
    )
    #expect(whole.status == 0, "\(whole.errors)")
    // The process that is to die does so by itself, as soon as the run has a checkpoint after a step.
    let script = """
      if [ "$OMPI_COMM_WORLD_RANK$PMI_RANK" = \(rank) ]; then
        self=$$
        (until ls "$RUN"/checkpoints/auto-[1-9]*.safetensors > /dev/null 2>&1; do sleep .02; done; kill -9 $self) &
      fi
      exec "$@"
      """
    let killed = try ChildProcess.run(
      ["mpirun.\(MPIRun.installed[0])", "-n", "2", "sh", "-c", script, "sh", try BuiltProduct.path("dualab")]
        + MPIRun.train(folder, settings, steps: steps), environment: MPIRun.environment(["RUN": folder.path]))
    #expect(killed.status != 0)
    let resumed = try MPIRun.mpirun(
      MPIRun.installed[MPIRun.installed.count - 1], 4, ["train", "--resume", folder.path, "--quiet", "--threads", "1"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try MPIRun.tensors(folder) == MPIRun.tensors(alone))
  }
}
