import Foundation
import Tensors
import TestSupport

/// Runs of several processes, where Open MPI or MPICH and the libraries of `make DUALAB_MPI=1` are there.
enum MPIRun {
  /// An MPI whose mpirun is installed and for which the program has a library.
  static let installed = ["openmpi", "mpich"].filter { name in
    guard let program = try? BuiltProduct.path("dualab"), Tool.exists("mpirun.\(name)") else { return false }
    let folder = URL(fileURLWithPath: program).deletingLastPathComponent()
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent("libdualab-\(name).so").path)
  }

  /// More processes than cores, as root, without the shared memory that containers forbid.
  private static let variables = [
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "yes",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none", "OMPI_MCA_odls_base_sigkill_timeout": "3",
  ]

  /// The environment of a program.
  static func environment(_ more: [String: String] = [:]) -> [String: String] {
    TestEnvironment.terminal("dumb", variables.merging(more) { $1 })
  }

  /// Runs `dualab` with these arguments in so many processes.
  static func mpirun(_ mpi: String, _ ranks: Int, _ arguments: [String]) throws -> ChildProcess.Result {
    try ChildProcess.run(
      ["mpirun.\(mpi)", "-n", "\(ranks)", try BuiltProduct.path("dualab")] + arguments, environment: environment())
  }

  /// A run of a second.
  private static let small = [
    "data=mirage", "data.train=160", "data.test=16", "width=8", "batch=37", "attack.steps=2", "validation.limit=16",
    "test.limit=16", "sentinel.every=0",
  ]

  /// The arguments of a short run into a folder.
  static func train(_ folder: URL, _ settings: [String], steps: Int = 8, _ more: [String] = []) throws -> [String] {
    [
      "train", "--presets-dir", Repository.root.appendingPathComponent("presets").path, "--steps", "\(steps)",
      "--quiet", "--threads", "1", "--out", folder.path,
    ] + (small + settings).flatMap { ["--set", $0] } + more
  }

  /// The checkpoint at the end.
  static func last(_ folder: URL) throws -> Safetensors {
    try Safetensors(contentsOf: folder.appendingPathComponent("checkpoints/last.safetensors"))
  }

  /// Its tensors, momentum and best weights included.
  static func tensors(_ folder: URL) throws -> Data {
    try last(folder).tensors.sorted { $0.key < $1.key }.reduce(into: Data()) { $0 += $1.value.bytes }
  }
}
