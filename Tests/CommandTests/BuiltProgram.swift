import Foundation
import TestSupport

/// The program that was built together with the tests.
enum BuiltProgram {
  struct Run: Hashable {
    var status: Int32
    var result: String
    var error: String
  }

  /// The program's file; throws when it was not built.
  static func file() throws -> URL { URL(fileURLWithPath: try BuiltProduct.path("dualab")) }

  /// A new folder for a run; the caller deletes it.
  static func newFolder() throws -> URL { try newTemporaryFolder() }

  /// Runs the program to its end, in a temporary folder and without a terminal. `closesResult` closes the reader of its
  /// stdout before the start. `environment` changes variables; nil removes one. `meanwhile` gets the running process
  /// and the file with its stdout.
  static func run(
    _ arguments: [String], closesResult: Bool = false, environment: [String: String?] = [:],
    meanwhile: (Process, URL) async throws -> Void = { _, _ in }
  ) async throws -> Run {
    let folder = try newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files instead of pipes: nobody has to read while it runs.
    let result = folder.appendingPathComponent("stdout"), error = folder.appendingPathComponent("stderr")
    for file in [result, error] { try Data().write(to: file) }
    let process = Process(), pipe = Pipe()
    process.executableURL = try file()
    process.arguments = arguments
    process.environment = environment.reduce(into: ProcessInfo.processInfo.environment) { $0[$1.key] = $1.value }
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: error)
    if closesResult {
      try pipe.fileHandleForReading.close()
      process.standardOutput = pipe
    } else {
      process.standardOutput = try FileHandle(forWritingTo: result)
    }
    let (ends, continuation) = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in continuation.finish() }
    try process.run()
    try await meanwhile(process, result)
    for await _ in ends {}
    // Cancelled at a time limit: the wait ends before the program.
    if process.isRunning {
      process.terminate()
      process.waitUntilExit()
    }
    return Run(
      status: process.terminationStatus, result: try String(contentsOf: result, encoding: .utf8),
      error: try String(contentsOf: error, encoding: .utf8))
  }

  /// Sends a signal to the program as soon as `isTime`, or nothing when it ends before. On a thread of its own: a task
  /// waits for its turn behind the tests that compute, and a short run may end before.
  static func send(_ number: Int32, to process: Process, when isTime: @escaping @Sendable () -> Bool) {
    let identifier = process.processIdentifier
    Thread.detachNewThread {
      while kill(identifier, 0) == 0 {
        if isTime() {
          kill(identifier, number)
          return
        }
        usleep(2000)
      }
    }
  }
}
