import Foundation
import TestSupport
import Testing

/// Programs that Debian has, and not every machine.
enum Tool {
  /// Whether it is installed.
  static func exists(_ name: String) -> Bool { path(name) != nil }

  static func path(_ name: String) -> String? {
    ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"].map { $0 + name }.first(where: FileManager.default.isExecutableFile)
  }
}

/// A folder with what the scripts of docs/cluster.md name: `model.safetensors`, a suite `table1`, and `dualab` in a
/// folder of PATH. Deleted at the end.
final class ClusterPlace {
  let folder: URL
  /// Environment variables of the scripts.
  var environment: [String: String] = [:]

  private static let suite = """
    # Two short runs for a test.
    title: Two runs
    measure: [clean, pgd]
    lite: {preset: false-robustness, seeds: [0], limit: 12}
    full: {preset: false-robustness, seeds: [0], limit: 12}
    rows:
      - label: AT
        set: {objective: at, steps: 20, width: 4, batch: 16, data.train: 256, data.test: 64, validation.every: 10}
      - label: MAT
        set: {steps: 20, width: 4, batch: 16, data.train: 256, data.test: 64, validation.every: 10}
    """

  init() async throws {
    folder = try BuiltProgram.newFolder()
    for name in ["bin", "suites"] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try write(Self.suite, to: "suites/table1.yaml")
    // A program and not a link: resources are looked for next to it, and the suite is ours.
    try writeProgram("dualab", "export DUALAB_HOME='\(folder.path)'\nexec '\(BuiltProgram.file().path)' \"$@\"")
    let checkpoint = try await SmallRun.checkpoint(in: folder, steps: 40)
    try FileManager.default.moveItem(atPath: checkpoint, toPath: path("model.safetensors"))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func text(_ name: String) -> String { (try? String(contentsOfFile: path(name), encoding: .utf8)) ?? "" }

  func write(_ text: String, to name: String) throws {
    try Self.shortened(text).write(toFile: path(name), atomically: true, encoding: .utf8)
  }

  /// A program in the folder `bin`, which is the first of PATH.
  func writeProgram(_ name: String, _ body: String) throws {
    try "#!/bin/bash\n\(body)\n".write(toFile: path("bin/\(name)"), atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path("bin/\(name)"))
  }

  /// A script of the page with fewer images.
  private static func shortened(_ script: String) -> String {
    script.replacingOccurrences(of: "--limit 1000", with: "--limit 8")
  }

  /// PATH with `bin` in front.
  var searchPath: String { "\(path("bin")):/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" }

  /// Starts a shell command in the folder and returns its process. It is nobody's child, so that nobody has to wait for
  /// it.
  func start(_ command: String) throws -> pid_t {
    let environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      .merging(["PATH": searchPath]) { $1 }
    let shell = try ChildProcess.run(
      ["/bin/bash", "-c", "cd '\(folder.path)'; { \(command); } & echo $!"], environment: environment)
    return try #require(pid_t(shell.output.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  /// Runs a script in the folder to its end.
  func run(_ script: String) async throws -> BuiltProgram.Run {
    try write("set -e\n" + script, to: "script.sh")
    try? FileManager.default.removeItem(atPath: path("script.rc"))
    let process = try start("bash script.sh > script.out 2> script.err; echo $? > script.new; mv script.new script.rc")
    let status: Int32? = try await Polling.first(within: .seconds(200)) {
      Int32(text("script.rc").trimmingCharacters(in: .whitespacesAndNewlines))
    }
    if status == nil { kill(process, SIGTERM) }
    return BuiltProgram.Run(status: status ?? -1, result: text("script.out"), error: text("script.err"))
  }

  /// A result without seconds.
  func timeless(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
      .replacing(#/"seconds":[-+.e0-9]+/#, with: "\"seconds\":0")
      .replacing(#/"threads":[0-9]+/#, with: "\"threads\":0")
  }
}
