import Events
import GRDB
import Recipe

/// What a run begins with. Its record keeps it, so that a run that was killed before its first checkpoint can begin
/// again.
package struct RunBeginning: Sendable, Hashable, Codable {
  package var settings: Settings
  package var tour: [TourStop]
  package var policy: [PolicyRule]

  package init(settings: Settings, tour: [TourStop], policy: [PolicyRule]) {
    (self.settings, self.tour, self.policy) = (settings, tour, policy)
  }
}

extension RunStore {
  private static let key = "beginning"

  /// Keeps what the run begins with.
  package func note(_ beginning: RunBeginning) throws { try note([Self.key: try LosslessJSON.text(beginning)]) }

  /// What a run begins with that never wrote a checkpoint: its tour is what was done to it, and the stops still to come.
  /// Nil for a run that wrote one.
  package func beginning() throws -> RunBeginning? {
    let kept = try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM event WHERE kind = 'checkpoint'") ?? 0 }
    guard kept == 0, let text = try fact(Self.key), var beginning: RunBeginning = try? LosslessJSON.value(text) else {
      return nil
    }
    let made = try interventions(), done = made.inOrder(), last = try lastStep()
    let isOver = done.contains { $0.act == .endTour }
    let fired = Set(done.filter { $0.cause == .tour }.map(\.step))
    let left = beginning.tour.filter { $0.step > last || ($0.step == last && !fired.contains(last)) }
    if !done.isEmpty { beginning.tour = made.tour + (isOver ? [] : left) }
    return beginning
  }

  /// Deletes what was told, all of which will be told again. The sessions stay.
  package func beginAgain() throws {
    try write { db in
      for table in ["sample", "event", "picture", "fingerprint", "redo"] { try db.execute(sql: "DELETE FROM \(table)") }
    }
  }
}
