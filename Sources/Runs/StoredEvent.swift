import Events
import Foundation
import GRDB
import Readout

/// How events stand in the record.
enum StoredEvent {
  /// What is told often and says nothing that lasts has no row.
  static func isKept(_ event: Event) -> Bool {
    switch event {
    case .attackProgress(let note): note.phase.isEnd
    // Pixels, which can be asked for at every checkpoint again.
    case .image: false
    default: true
    }
  }

  /// Writes the row of an event.
  static func insert(_ event: Event, seq: Int, into db: Database) throws {
    switch event {
    case .sample(let sample): try insert(sample, seq, db)
    case .layers(let report): try insert(picture: event, step: report.step, seq, db)
    case .scatter(let report): try insert(picture: event, step: report.step, seq, db)
    default:
      let act = try StoredAct(event).map(LosslessJSON.text)
      try db.execute(
        sql: "INSERT OR REPLACE INTO event (seq, kind, step, json, act) VALUES (?, ?, ?, ?, ?)",
        arguments: [seq, event.name, event.step, try LosslessJSON.text(event), act])
    }
  }

  private static func insert(picture event: Event, step: Int, _ seq: Int, _ db: Database) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO picture (seq, kind, step, json_zlib) VALUES (?, ?, ?, ?)",
      arguments: [seq, event.name, step, Deflated.pack(try LosslessJSON.encoder.encode(event))])
  }

  private static func insert(_ sample: Sample, _ seq: Int, _ db: Database) throws {
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO sample (seq, step, epoch, loss, clean_loss, adversarial_loss, kl, dbn_nll, clean_correct,
          clean_n, adversarial_correct, adversarial_n, lr, images, seconds)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        seq, sample.step, sample.epoch, sample.loss, sample.cleanLoss, sample.adversarialLoss, sample.kl, sample.dbnNLL,
        sample.cleanAccuracy?.correct, sample.cleanAccuracy?.n, sample.adversarialAccuracy?.correct,
        sample.adversarialAccuracy?.n, sample.learningRate, sample.images, sample.seconds,
      ])
  }

  /// The sample of a row. Throws when another program has changed it to something else.
  static func sample(_ row: Row) throws -> Sample {
    func proportion(_ name: String) throws -> Proportion? {
      guard let correct = try row.decode(Int?.self, forColumn: "\(name)_correct"),
        let n = try row.decode(Int?.self, forColumn: "\(name)_n")
      else { return nil }
      return Proportion(correct: correct, n: n)
    }
    return Sample(
      step: try row.decode(forColumn: "step"), epoch: try row.decode(forColumn: "epoch"),
      loss: try row.decode(forColumn: "loss"), cleanLoss: try row.decode(forColumn: "clean_loss"),
      adversarialLoss: try row.decode(forColumn: "adversarial_loss"), kl: try row.decode(forColumn: "kl"),
      dbnNLL: try row.decode(forColumn: "dbn_nll"), cleanAccuracy: try proportion("clean"),
      adversarialAccuracy: try proportion("adversarial"), learningRate: try row.decode(forColumn: "lr"),
      images: try row.decode(forColumn: "images"), seconds: try row.decode(forColumn: "seconds"))
  }
}

/// What has to be done again when a run goes on from a checkpoint that was written before it.
enum StoredAct: Sendable, Hashable, Codable {
  case did(Intervention)
  /// The step after this one was aborted: what was changed during it is in force a step earlier.
  case aborted(stepAfter: Int)

  init?(_ event: Event) {
    if case .journal(let entry) = event, case .stepAborted(let number) = entry.fact {
      self = .aborted(stepAfter: number - 1)
    } else if let intervention = Intervention(event) {
      self = .did(intervention)
    } else {
      return nil
    }
  }
}

extension Event {
  /// Steps done when it was told.
  package var step: Int {
    switch self {
    case .started(let description): description.resumedAt ?? 0
    case .state(let change): change.step
    case .layers(let report): report.step
    case .scatter(let report): report.step
    case .attackProgress(let note): note.step
    case .image(let report): report.step
    case .sample(let sample): sample.step
    case .probe(let probe): probe.step
    case .alarm(let change): change.step
    case .journal(let entry): entry.step
    case .checkpoint(let note): note.step
    case .surgery(let report): report.step
    case .summary(let summary): summary.step
    }
  }
}
