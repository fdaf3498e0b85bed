import Events
import Foundation
import GRDB
import Readout
import Recipe

/// What a run's record says.
extension RunStore {
  /// The events after number `seq`, in order. Those of a kind that this version cannot read are left out.
  package func events(after seq: Int = 0, pictures: Pictures = .all) throws -> [(seq: Int, event: Event)] {
    try read { db in
      var result: [(seq: Int, event: Event)] = []
      let samples = try Row.fetchCursor(db, sql: "SELECT * FROM sample WHERE seq > ? ORDER BY seq", arguments: [seq])
      while let row = try samples.next() {
        result.append((try row.decode(forColumn: "seq"), .sample(try StoredEvent.sample(row))))
      }
      let events = try Row.fetchCursor(db, sql: "SELECT seq, json FROM event WHERE seq > ?", arguments: [seq])
      while let row = try events.next() {
        if let event: Event = try? LosslessJSON.value(try row.decode(forColumn: "json")) {
          result.append((try row.decode(forColumn: "seq"), event))
        }
      }
      let last = pictures == .last ? " AND seq IN (SELECT max(seq) FROM picture GROUP BY kind)" : ""
      let rows = try Row.fetchCursor(
        db, sql: "SELECT seq, json_zlib FROM picture WHERE seq > ?" + last, arguments: [seq])
      while let row = try rows.next() {
        guard let json = Deflated.unpack(try row.decode(forColumn: "json_zlib")),
          let event = try? LosslessJSON.decoder.decode(Event.self, from: json)
        else { continue }
        result.append((try row.decode(forColumn: "seq"), event))
      }
      return result.sorted { $0.seq < $1.seq }
    }
  }

  /// Its measurements: training steps, validations and checks, in order.
  package func curves() throws -> [Event] {
    try events(pictures: .last).map(\.event).filter { event in
      switch event {
      case .sample, .probe: true
      default: false
      }
    }
  }

  /// The last step up to which another run is the same one, to the bit: their common trunk. 0 without one.
  package func trunk(with other: RunStore) throws -> Int {
    let mine = try losses(), theirs = try other.losses()
    return zip(mine, theirs).prefix { $0 == $1 }.last?.0.step ?? 0
  }

  /// A step of a curve, and what it belongs to.
  private struct Loss: Equatable {
    let step: Int, loss: Double, fingerprint: String?
  }

  private func losses() throws -> [Loss] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT step, loss, fingerprint FROM curve ORDER BY step").map { row in
        Loss(
          step: try row.decode(forColumn: "step"), loss: try row.decode(forColumn: "loss"),
          fingerprint: try row.decode(forColumn: "fingerprint"))
      }
    }
  }

  /// The places that a person can name.
  package func marks() throws -> Marks {
    let texts = try read { db in
      try String.fetchAll(
        db,
        sql: "SELECT json FROM event WHERE kind IN ('journal', 'alarm', 'surgery', 'checkpoint') ORDER BY seq")
    }
    return Marks(texts.lazy.compactMap { try? LosslessJSON.value($0) as Event })
  }

  /// What a lab needs to show a run that goes on: everything but old pictures, of which only the last are shown.
  package func history() throws -> [Event] {
    let all = try events(pictures: .last)
    return all.map(\.event)
  }

  /// Which pictures of the inside of a network are wanted.
  package enum Pictures: Sendable { case all, last }

  /// The number of the last event.
  package func lastSeq() throws -> Int {
    try read { db in
      try Int.fetchOne(
        db,
        sql: """
          SELECT max(n) FROM (SELECT max(seq) AS n FROM sample UNION ALL SELECT max(seq) FROM event
            UNION ALL SELECT max(seq) FROM picture)
          """) ?? 0
    }
  }

  /// The last step that was done.
  package func lastStep() throws -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT max(step) FROM sample") ?? 0 }
  }

  /// One of the facts about the run, such as `preset`.
  package func fact(_ key: String) throws -> String? {
    try read { try String.fetchOne($0, sql: "SELECT value FROM run WHERE key = ?", arguments: [key]) }
  }

  /// Notes facts about the run.
  package func note(_ facts: [String: String]) throws {
    try write { db in
      for (key, value) in facts {
        try db.execute(sql: "INSERT OR REPLACE INTO run (key, value) VALUES (?, ?)", arguments: [key, value])
      }
    }
  }

  /// One sitting of the run: from its start or a resume to its end.
  package struct Session: Sendable, Hashable {
    package var began: String
    package var ended: String?
    package var outcome: String?
    package var version: String
    package var kernels: String
    package var convolution: String
    package var threads: Int
    package var fromStep: Int?
  }

  /// All sessions, in order.
  package func sessions() throws -> [Session] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM session ORDER BY id").map { row in
        Session(
          began: try row.decode(forColumn: "began"), ended: try row.decode(forColumn: "ended"),
          outcome: try row.decode(forColumn: "outcome"), version: try row.decode(forColumn: "version"),
          kernels: try row.decode(forColumn: "kernels"), convolution: try row.decode(forColumn: "convolution"),
          threads: try row.decode(forColumn: "threads"), fromStep: try row.decode(forColumn: "from_step"))
      }
    }
  }

  /// All interventions, as they took effect.
  package func interventions() throws -> InterventionRecord {
    try read { try Self.record($0, from: 0) }
  }

  /// The same up to, but without, the event of this number.
  package func interventions(before seq: Int) throws -> InterventionRecord {
    try read { try Self.record($0, from: 0, before: seq) }
  }

  static func record(_ db: Database, from seq: Int, before end: Int = .max) throws -> InterventionRecord {
    var record = InterventionRecord()
    let acts = try String.fetchAll(
      db, sql: "SELECT act FROM event WHERE seq >= ? AND seq < ? AND act IS NOT NULL ORDER BY seq",
      arguments: [seq, end])
    for text in acts {
      let act: StoredAct = try LosslessJSON.value(text)
      switch act {
      case .did(let intervention): record.add(intervention)
      case .aborted(let step): record.abort(stepAfter: step)
      }
    }
    return record
  }
}

extension RunStore {
  /// The measurements on the validation images, by step.
  package func validation() throws -> [Probe] {
    try events(pictures: .last).compactMap { _, event in
      guard case .probe(let probe) = event, probe.split == .validation else { return nil }
      return probe
    }
  }
}
