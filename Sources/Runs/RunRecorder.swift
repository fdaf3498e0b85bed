import Downloads
import Events
import Foundation
import GRDB
import Recipe
import Synchronization

/// Writes what a session tells to the run's record, on a thread of its own: training never waits for the disk. What
/// cannot be written is kept and tried again.
package final class RunRecorder: Sendable {
  /// What is to be written.
  fileprivate enum Entry: Sendable {
    case told(seq: Int, Event)
    /// Somebody asked for it, and it is done and told later.
    case accepted(Intervention)
  }

  private struct State {
    var told: Int
    var waiting: [Entry] = []
    var isScheduled = false
    /// The trouble was reported.
    var isInTrouble = false
    var settings: Settings?
    var model = "", data = ""
  }

  private let store: RunStore
  private let state: Mutex<State>
  private let queue = DispatchQueue(label: "dualab.record", qos: .utility)
  private let trouble: @Sendable (String?) -> Void
  private let changed: @Sendable () -> Void

  /// Numbers events from `told` + 1 on. `trouble` hears once why nothing can be written, and nil when it can be again.
  /// `changed` hears, on the recorder's thread, when an intervention is in the record.
  package init(
    _ store: RunStore, told: Int, changed: @escaping @Sendable () -> Void = {},
    trouble: @escaping @Sendable (String?) -> Void = { _ in }
  ) {
    self.store = store
    self.trouble = trouble
    self.changed = changed
    state = Mutex(State(told: told))
  }

  /// Takes in an event. Never blocks for the disk.
  package func take(_ event: Event) {
    let schedules = state.withLock { state in
      state.told += 1
      if StoredEvent.isKept(event) { state.waiting.append(.told(seq: state.told, placed(event))) }
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    if Self.isUrgent(event) {
      queue.async { self.flush() }
    } else if schedules {
      queue.asyncAfter(deadline: .now() + 0.25) { self.flush() }
    }
  }

  /// Takes in what was accepted, so that a resumed session does it where this one is killed before.
  package func take(accepted intervention: Intervention) {
    state.withLock { $0.waiting.append(.accepted(intervention)) }
    queue.async { self.flush() }
  }

  /// Files of the run are named from its folder, which may be moved.
  private func placed(_ event: Event) -> Event {
    guard case .checkpoint(var note) = event, note.path.hasPrefix(store.folder.path + "/") else { return event }
    note.path = String(note.path.dropFirst(store.folder.path.count + 1))
    return .checkpoint(note)
  }

  /// Writes everything that is left. Blocks until it is on the disk, or cannot be.
  package func finish() { queue.sync { flush() } }

  /// What somebody did must not be lost when the process is killed a moment later.
  private static func isUrgent(_ event: Event) -> Bool {
    switch event {
    case .journal, .alarm, .summary, .started, .surgery: true
    case .sample, .probe, .layers, .scatter, .attackProgress, .image, .state, .checkpoint: false
    }
  }

  private func flush() {
    let rows = state.withLock { state in
      state.isScheduled = false
      defer { state.waiting = [] }
      return state.waiting
    }
    guard !rows.isEmpty else { return }
    do {
      guard FileManager.default.fileExists(atPath: store.path) else {
        throw RunError("\(store.path) is gone (the folder was moved or deleted)")
      }
      try store.write { db in
        for row in rows { try self.insert(row, db) }
      }
      if rows.contains(where: \.isIntervention) { changed() }
      if state.withLock({ state in
        defer { state.isInTrouble = false }
        return state.isInTrouble
      }) {
        trouble(nil)
      }
    } catch {
      giveBack(rows, because: "\(error)")
    }
  }

  /// Keeps what could not be written for another try.
  private func giveBack(_ rows: [Entry], because reason: String) {
    let isNews = state.withLock { state in
      state.waiting.insert(contentsOf: rows, at: 0)
      state.isScheduled = true
      defer { state.isInTrouble = true }
      return !state.isInTrouble
    }
    if isNews { trouble(reason) }
    queue.asyncAfter(deadline: .now() + 2) { self.flush() }
  }

  private func insert(_ entry: Entry, _ db: Database) throws {
    switch entry {
    case .told(let seq, let event): try insert(event, seq, db)
    case .accepted(let intervention):
      try db.execute(
        sql: "INSERT INTO redo (act) VALUES (?)", arguments: [try LosslessJSON.text(StoredAct.did(intervention))])
    }
  }

  private func insert(_ event: Event, _ seq: Int, _ db: Database) throws {
    try StoredEvent.insert(event, seq: seq, into: db)
    if let act = StoredAct(event) { try forgetRedone(act, db) }
    switch event {
    case .started(let description): try noteStart(description, seq, db)
    case .journal(let entry): if let change = entry.change { try noteChange(change, seq, db) }
    default: break
    }
  }

  /// What was to be done again after a kill, and now was; and what was before it in the list, and said nothing.
  private func forgetRedone(_ act: StoredAct, _ db: Database) throws {
    let rows = try Row.fetchAll(db, sql: "SELECT id, act FROM redo ORDER BY id")
    let done = rows.first { row in
      guard let known: StoredAct = try? LosslessJSON.value(try row.decode(forColumn: "act")) else { return false }
      return known.isSame(as: act)
    }
    guard let done else { return }
    try db.execute(sql: "DELETE FROM redo WHERE id <= ?", arguments: [try done.decode(Int.self, forColumn: "id")])
  }

  // MARK: fingerprints

  private func noteStart(_ description: SessionDescription, _ seq: Int, _ db: Database) throws {
    let settings = state.withLock { state in
      (state.model, state.data) = (description.model, description.data)
      state.settings = state.settings ?? description.settings
      return state.settings ?? description.settings
    }
    try insertFingerprint(settings, seq, db)
  }

  private func noteChange(_ change: SettingChange, _ seq: Int, _ db: Database) throws {
    let settings = state.withLock { state in
      try? state.settings?.set(change.knob, to: change.new)
      return state.settings
    }
    if let settings { try insertFingerprint(settings, seq, db) }
  }

  /// SHA-256 of the settings, the model and the data that a curve belongs to.
  private func insertFingerprint(_ settings: Settings, _ seq: Int, _ db: Database) throws {
    let text = try LosslessJSON.text(settings)
    let (model, data) = state.withLock { ($0.model, $0.data) }
    var hash = SHA256()
    Array("\(text)\n\(model)\n\(data)\n".utf8).withUnsafeBytes { hash.add($0) }
    try db.execute(
      sql: "INSERT OR REPLACE INTO fingerprint (seq, hash, settings) VALUES (?, ?, ?)",
      arguments: [seq, hash.digest(), text])
  }
}

extension RunRecorder.Entry {
  fileprivate var isIntervention: Bool {
    if case .told(_, let event) = self { Intervention(event) != nil } else { false }
  }
}

extension StoredAct {
  /// The same act, whenever it was done: an aborted step may have moved it.
  fileprivate func isSame(as other: StoredAct) -> Bool {
    switch (self, other) {
    case (.did(let mine), .did(let theirs)): mine.act == theirs.act
    case (.aborted, .aborted): true
    case (.did, .aborted), (.aborted, .did): false
    }
  }
}
