import Engine
import Events
import Foundation
import GRDB
import Recipe
import Spelling

/// A second run that leaves the path of a first one after some step, with other settings. The parent stays as it is.
///
/// The branch is a run of its own: it has the parent's record up to there, and the checkpoint to go on from. What
/// happened between that checkpoint and the step of the branch is done again when it starts.
package struct RunBranch {
  private let parent: RunStore
  private let step: Int
  private let changes: [TourStop.Change]
  private let point: ResumePoint
  private let redo: [Intervention]

  /// A branch of `parent` that changes some settings after `step`. Throws `RunError` when the run never was there, and
  /// `SettingError` for changes that it cannot make.
  package init(of parent: RunStore, at step: Int, _ changes: [Assignment]) throws {
    self.parent = parent
    self.step = step
    let last = try parent.lastStep()
    guard (0...last).contains(step) else {
      throw RunError("step \(step): \(parent.folder.relativePath) has done \(last); use a step in 0 … \(last)")
    }
    // One at that very step may have a change that the branch is to leave out.
    let point = try RunFiles(parent.folder).latest(
      notAfter: step, where: { point in !point.progress.interventions.contains { $0.step >= step } }, skipped: { _ in })
    self.point = point
    var redo = try parent.read { try RunStore.record($0, from: point.progress.firstOpen) }.inOrder()
      .filter { $0.step < step }
    var settings = point.progress.next
    for case .set(let knob, let value) in redo.map(\.act) { try settings.set(knob, to: value) }
    self.changes = try changes.map { change in
      try settings.set(change.name, parsing: change.value)
      guard let knob = AnyKnob.named(change.name), knob.isLive else {
        throw SettingError("\(change.name) is fixed when a run starts; start a new run with --set")
      }
      return TourStop.Change(knob: knob.name, value: settings[knob])
    }
    if let conflict = settings.conflict { throw conflict }
    redo += self.changes.map { Intervention(step: step, cause: .you, .set(knob: $0.knob, $0.value)) }
    self.redo = redo
  }

  /// The run as a preset file has it: the settings at its start, and the changes up to the branch.
  package var preset: (name: String, settings: Settings, tour: [TourStop]) {
    get throws {
      var record = InterventionRecord()
      let before = try parent.interventions().inOrder().filter { $0.step < step }
      for intervention in before { record.add(intervention) }
      for change in changes { record.add(Intervention(step: step, cause: .you, .set(knob: change.knob, change.value))) }
      return (point.preset, point.initial, record.tour)
    }
  }

  /// The step of the checkpoint that the branch goes on from.
  package var checkpointStep: Int { point.progress.step }

  /// Makes the run in a folder that is there and empty. Throws `RunError`.
  package func make(in folder: URL) throws {
    let store = try RunStore.create(in: folder)
    try copyCheckpoints(to: folder)
    let rows = try trunk()
    try store.write { db in
      for (table, row) in rows { try Self.insert(row, into: table, db) }
      for intervention in redo {
        try db.execute(
          sql: "INSERT INTO redo (act) VALUES (?)", arguments: [try LosslessJSON.text(StoredAct.did(intervention))])
      }
    }
    var facts = ["format": "1", "parent": parent.folder.path, "parent_step": "\(step)", "reached": "\(step)"]
    facts["preset"] = try parent.fact("preset")
    try store.note(facts)
  }

  /// What the parent told up to the checkpoint, but what was done that the checkpoint does not know; and the notes from
  /// there to the step of the branch, which nobody writes again.
  private func trunk() throws -> [(table: String, row: Row)] {
    let (told, open) = (point.progress.told, point.progress.firstOpen)
    let notes = """
      kind = 'journal' AND act IS NULL AND json ->> 'resumed' IS NULL AND json ->> 'cause' IN ('you', 'remote')
        AND step <= \(step)
      """
    let conditions = [
      ("sample", "seq <= \(told)"), ("picture", "seq <= \(told)"), ("fingerprint", "seq <= \(told) AND seq < \(open)"),
      ("event", "(seq <= \(told) AND (act IS NULL OR seq < \(open))) OR (seq > \(told) AND \(notes))"),
    ]
    return try parent.read { db in
      try conditions.flatMap { table, condition in
        try Row.fetchAll(db, sql: "SELECT * FROM \(table) WHERE \(condition)").map { (table, $0) }
      }
    }
  }

  private static func insert(_ row: Row, into table: String, _ db: Database) throws {
    let columns = row.columnNames.joined(separator: ", "), places = row.columnNames.map { _ in "?" }
    try db.execute(
      sql: "INSERT INTO \(table) (\(columns)) VALUES (\(places.joined(separator: ", ")))",
      arguments: StatementArguments(row.databaseValues))
  }

  /// The checkpoint to go on from, and the earlier ones to go back to. Links where the disk can.
  private func copyCheckpoints(to folder: URL) throws {
    let target = folder.appendingPathComponent("checkpoints")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    let earlier = RunFiles(parent.folder).entries.filter {
      $0.canGoOn && $0.step <= point.progress.step && $0.kind != .last && $0.kind != .interrupted
    }
    let files = Set(earlier.map(\.url.lastPathComponent)).union([URL(fileURLWithPath: point.path).lastPathComponent])
    for name in files {
      let source = parent.folder.appendingPathComponent("checkpoints/\(name)"),
        copy = target.appendingPathComponent(name)
      guard link(source.path, copy.path) != 0 else { continue }
      do { try FileManager.default.copyItem(at: source, to: copy) } catch {
        throw RunError("\(copy.path): cannot be written; check that the disk has space")
      }
    }
  }
}
