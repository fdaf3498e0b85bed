import Engine
import Events
import Foundation
import GRDB
import Networks

/// The sessions of a run: its start, going on from a checkpoint, its end.
extension RunStore {
  /// A session begins. Returns its number in the record.
  package func beginSession(threads: Int, from point: ResumePoint?) throws -> Int {
    let here = Provenance.current
    return try write { db in
      try db.execute(
        sql: """
          INSERT INTO session (began, pid, host, version, kernels, convolution, threads, from_step, from_file)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Self.now, Int(getpid()), ProcessInfo.processInfo.hostName, here.version, here.kernels, here.convolution,
          threads,
          point?.progress.step, point.map { URL(fileURLWithPath: $0.path).lastPathComponent },
        ])
      return Int(db.lastInsertedRowID)
    }
  }

  /// A session has ended.
  package func endSession(_ number: Int, outcome: SessionState) throws {
    try write { db in
      try db.execute(
        sql: "UPDATE session SET ended = ?, outcome = ? WHERE id = ?", arguments: [Self.now, outcome.rawValue, number])
    }
  }

  /// Prepares the record for a session that goes on from `point`: what came after it will be told again, and what was
  /// done after it is done again. Fills in the point. Notes, refusals and what was attacked on a copy stay.
  /// `added` is done then, too. `goesOn`: somebody had ended the run early, and it goes on all the same.
  package func rewind(to point: inout ResumePoint, adding added: [Intervention] = [], goesOn: Bool = false) throws {
    let reached = max(try lastStep(), try fact("reached").flatMap { Int($0) } ?? 0), last = try lastSeq(),
      told = point.progress.told, open = point.progress.firstOpen, step = point.progress.step
    if goesOn { point.progress.forgetFinish() }
    let progress = point.progress
    let redo = try write { db in
      var record = try Self.record(db, from: open)
      for text in try String.fetchAll(db, sql: "SELECT act FROM redo ORDER BY id") {
        // One before the checkpoint was done, and said nothing.
        if case .did(let intervention) = try LosslessJSON.value(text) as StoredAct, intervention.step >= step,
          !progress.awaits(intervention.act)
        {
          record.add(intervention)
        }
      }
      for intervention in added where !record.inOrder().contains(where: { $0.act == intervention.act }) {
        record.add(intervention)
      }
      if goesOn {
        record.removeFinishes()
        try db.execute(sql: "UPDATE event SET act = NULL WHERE act LIKE '%\"finish\":{}%'")
      }
      let redo = record.inOrder()
      try db.execute(
        sql: "INSERT OR REPLACE INTO run (key, value) VALUES ('reached', ?)", arguments: ["\(reached)"])
      try db.execute(sql: "DELETE FROM redo")
      for intervention in redo {
        try db.execute(
          sql: "INSERT INTO redo (act) VALUES (?)", arguments: [try LosslessJSON.text(StoredAct.did(intervention))])
      }
      try Self.forget(after: told, acts: open, db)
      return redo
    }
    point.redo = redo
    point.reached = max(reached, point.progress.step)
    point.told = max(last, told)
  }

  /// Deletes what is told again, and from `open` on what is done again.
  private static func forget(after told: Int, acts open: Int, _ db: Database) throws {
    for table in ["sample", "picture", "fingerprint"] {
      try db.execute(sql: "DELETE FROM \(table) WHERE seq > ?", arguments: [told])
    }
    try db.execute(sql: "DELETE FROM event WHERE seq >= ? AND act IS NOT NULL", arguments: [open])
    try db.execute(
      sql: """
        DELETE FROM event WHERE seq > ? AND (kind NOT IN ('journal', 'attackProgress')
          OR (kind = 'journal' AND json ->> 'cause' IN ('tour', 'engine', 'policy')))
        """, arguments: [told])
  }

  static var now: String {
    Date().formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true)) + "Z"
  }
}
