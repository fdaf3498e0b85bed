import Foundation
import GRDB
import TestSupport

/// Changes what a record says was done.
enum RunRecordForger {
  /// The run was killed after a step, before its first checkpoint.
  static func killEarly(_ run: URL, afterStep step: Int) throws {
    let files = FileManager.default, folder = run.appendingPathComponent("checkpoints")
    for name in try files.contentsOfDirectory(atPath: folder.path) {
      try files.removeItem(at: folder.appendingPathComponent(name))
    }
    let database = try DatabaseQueue(path: run.appendingPathComponent("run.sqlite").path)
    try database.write { db in
      try db.execute(sql: "DELETE FROM event WHERE kind = 'checkpoint' OR step > \(step) OR kind = 'summary'")
      try db.execute(sql: "DELETE FROM sample WHERE step > \(step); UPDATE session SET ended = NULL, outcome = NULL")
    }
  }

  /// γ was set to 0.2; the record says 0.3 from now on.
  static func change(_ run: URL) throws {
    let database = try DatabaseQueue(path: run.appendingPathComponent("run.sqlite").path)
    let changed = try database.write { db in
      try db.execute(sql: "UPDATE event SET act = replace(act, '0.2', '0.3') WHERE act LIKE '%gamma%'")
      return db.changesCount
    }
    guard changed == 1 else { throw HelperError("the record has \(changed) changes of gamma, expected 1") }
  }
}
