import Foundation
import GRDB
import TestSupport

/// Changes what a record says was done.
enum RunRecordForger {
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
