import Foundation
import TestSupport
import Testing

/// Compares a frame with the one kept in `Tests/Golden`. `DUALAB_RECORD=1 swift test --filter AsRecorded` rewrites
/// them; look at them before committing.
func expectGolden(_ name: String, _ frame: String) throws {
  let file = Repository.root.appendingPathComponent("Tests/Golden/\(name).txt")
  if ProcessInfo.processInfo.environment["DUALAB_RECORD"] != nil {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try (frame + "\n").write(to: file, atomically: true, encoding: .utf8)
  }
  let expected = try String(contentsOf: file, encoding: .utf8)
  let rows = frame.split(separator: "\n", omittingEmptySubsequences: false)
  let expectedRows = expected.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  #expect(rows.count == expectedRows.count)
  for (row, pair) in zip(rows, expectedRows).enumerated() { #expect(pair.0 == pair.1, "\(name), row \(row)") }
}
