import Foundation

/// The program that was built beside the tests.
enum BuiltProgram {
  struct Run: Hashable {
    var status: Int32
    var result: String
    var error: String
  }

  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// The program's file; throws when it was not built.
  static func file() throws -> URL {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("dualab")
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      throw Missing(description: "\(program.path) is not there; build the product 'dualab'")
    }
    return program
  }

  /// A new folder for a run; the caller removes it.
  static func newFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Runs the program to its end, in a folder of its own, without a terminal. `closesResult` takes the reader of its
  /// stdout away before it starts; `meanwhile` gets the process and the file of its stdout when it runs.
  static func run(
    _ arguments: [String], closesResult: Bool = false,
    meanwhile: (Process, URL) async throws -> Void = { _, _ in }
  ) async throws -> Run {
    let folder = try newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files, not pipes: nothing has to be read while it runs.
    let result = folder.appendingPathComponent("stdout"), error = folder.appendingPathComponent("stderr")
    for file in [result, error] { try Data().write(to: file) }
    let process = Process(), pipe = Pipe()
    process.executableURL = try file()
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: error)
    if closesResult {
      try pipe.fileHandleForReading.close()
      process.standardOutput = pipe
    } else {
      process.standardOutput = try FileHandle(forWritingTo: result)
    }
    let (ends, teller) = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in teller.finish() }
    try process.run()
    try await meanwhile(process, result)
    for await _ in ends {}
    return Run(
      status: process.terminationStatus, result: try String(contentsOf: result, encoding: .utf8),
      error: try String(contentsOf: error, encoding: .utf8))
  }
}
