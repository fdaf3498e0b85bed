import GRDB

/// The tables of `run.sqlite`, version by version. `docs/run-format.md` describes them for readers.
///
/// Every event has one row: samples in `sample`, pictures compressed in `picture`, everything else as JSON in `event`,
/// with a view for each kind that turns the JSON into columns. `seq` numbers the events of the run in the order in
/// which they were told.
enum RunSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in try db.execute(sql: tables + views) }
    return migrator
  }

  private static let tables = """
    CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE session (
      id INTEGER PRIMARY KEY, began TEXT NOT NULL, ended TEXT, outcome TEXT, pid INTEGER NOT NULL, host TEXT NOT NULL,
      version TEXT NOT NULL, kernels TEXT NOT NULL, convolution TEXT NOT NULL, threads INTEGER NOT NULL,
      from_step INTEGER, from_file TEXT);
    CREATE TABLE sample (
      seq INTEGER PRIMARY KEY, step INTEGER NOT NULL, epoch INTEGER NOT NULL, loss REAL NOT NULL, clean_loss REAL,
      adversarial_loss REAL, kl REAL, dbn_nll REAL, clean_correct INTEGER, clean_n INTEGER, adversarial_correct INTEGER,
      adversarial_n INTEGER, lr REAL NOT NULL, images INTEGER NOT NULL, seconds REAL NOT NULL);
    CREATE TABLE event (
      seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, step INTEGER NOT NULL, json TEXT NOT NULL, act TEXT);
    CREATE TABLE picture (
      seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, step INTEGER NOT NULL, json_zlib BLOB NOT NULL);
    CREATE TABLE fingerprint (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, settings TEXT NOT NULL);
    CREATE TABLE redo (id INTEGER PRIMARY KEY, act TEXT NOT NULL);
    CREATE INDEX sample_step ON sample (step);
    CREATE INDEX event_kind ON event (kind, step);

    """

  private static let views = """
    CREATE VIEW probe AS SELECT seq, step, json ->> 'split' AS split, json ->> 'weights' AS weights,
      json ->> 'attack' AS attack, json ->> '$.clean.n' AS n, json ->> '$.clean.correct' AS clean,
      json ->> '$.adversarial.correct' AS adversarial, json ->> '$.pgd10.correct' AS pgd10,
      json ->> 'gapState' AS gap_state, json ->> 'passes' AS passes, json ->> 'seconds' AS seconds
      FROM event WHERE kind = 'probe';
    CREATE VIEW gap AS
      SELECT seq, r ->> 'step' AS step, r ->> 'tier' AS tier, r ->> 'n' AS n, r ->> 'survivors' AS survivors,
        r ->> 'broken' AS broken, r ->> 'gap' AS gap, r ->> 'lower' AS lower, r ->> 'upper' AS upper FROM (
          SELECT seq, json -> 'quick' AS r FROM event WHERE kind = 'probe' AND json -> 'quick' IS NOT NULL
          UNION ALL SELECT seq, json -> 'deep' FROM event WHERE kind = 'probe' AND json -> 'deep' IS NOT NULL
          UNION ALL SELECT seq, json -> 'reading' FROM event
            WHERE kind = 'alarm' AND json ->> '$.reading.tier' = 'full');
    CREATE VIEW alarm AS SELECT seq, step, json ->> 'from' AS old, json ->> 'state' AS new,
      json ->> '$.reading.gap' AS gap, json ->> '$.reading.tier' AS tier, json -> 'causes' AS causes
      FROM event WHERE kind = 'alarm';
    CREATE VIEW journal AS SELECT seq, step, json ->> 'cause' AS source, json ->> 'knob' AS knob,
      json ->> 'old' AS old, json ->> 'new' AS new, json ->> 'text' AS text FROM event WHERE kind = 'journal';
    CREATE VIEW checkpoint AS SELECT seq, step, json ->> 'kind' AS kind, json ->> 'path' AS path
      FROM event WHERE kind = 'checkpoint';
    CREATE VIEW result AS SELECT * FROM probe WHERE split = 'test';
    CREATE VIEW curve AS SELECT sample.*,
      (SELECT hash FROM fingerprint WHERE fingerprint.seq <= sample.seq ORDER BY fingerprint.seq DESC LIMIT 1)
        AS fingerprint FROM sample;
    """
}
