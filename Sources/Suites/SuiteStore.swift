import Evaluation
import Events
import Foundation
import Networks
import Presets
import Recipe
import Tensors

/// The stored record of a finished training.
struct TrainingRecord: Codable, Hashable {
  var settings: Settings
  var steps: Int
  var bestStep: Int?
  var seconds: Double
  var kernels: String
  /// What its bits depend on; nil in records of earlier versions.
  var computed: Provenance?
}

/// The stored record of a measurement, complete or interrupted.
struct MeasurementRecord: Codable {
  var title: String
  var isComplete: Bool
  var clean: Proportion
  var robust: Proportion
  var seconds: Double
  var warnings: [EvaluationWarning]
  /// All verdicts; an interrupted evaluation resumes from them.
  var record: EvaluationRecord
  /// What the verdicts depend on, one for each program and kind of kernels that computed some; nil in records of
  /// earlier versions.
  var computed: [Provenance]?
}

/// The folder with the results of suites. `runs/DIGEST/` holds a run and its measurements, which all suites share.
///
/// Files are written atomically, so they are valid after any interruption.
package final class SuiteStore: Sendable {
  /// The folder.
  package let folder: URL
  private let lock: Int32?

  /// Only reads the folder, which may be missing.
  package init(reading folder: URL) {
    self.folder = folder
    lock = nil
  }

  /// Creates the folder and locks it for other programs while this object exists; `shared` admits other workers that
  /// share it too. Throws `FileError`.
  package init(_ folder: URL, shared: Bool = false) throws {
    self.folder = folder
    do {
      for part in [folder.appendingPathComponent("runs")]
        + (shared ? [folder.appendingPathComponent(SuiteStore.claims)] : [])
      {
        try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
      }
    } catch {
      throw FileError("\(folder.relativePath): cannot create the folder; use --out with a folder you can write to")
    }
    let lock = open(folder.appendingPathComponent(".lock").path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard lock >= 0 else {
      throw FileError("\(folder.relativePath): cannot write to the folder; use --out with a folder you can write to")
    }
    // Some file systems of clusters have no locks. Claims do without.
    guard flock(lock, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 || (shared && errno != EWOULDBLOCK) else {
      close(lock)
      throw FileError(
        "\(folder.relativePath): another 'suite run' is using this folder; wait for it, use another --out, or give both "
          + "--shared")
    }
    self.lock = lock
  }

  /// Where workers that share the folder say who works on what.
  var claims: URL { folder.appendingPathComponent(SuiteStore.claims) }
  private static let claims = "claims"

  deinit { if let lock { close(lock) } }

  /// The folder of a run.
  func folder(of run: SuiteRun) -> URL { folder.appendingPathComponent("runs/\(run.digest)") }

  /// The weights of a finished training.
  func checkpoint(_ run: SuiteRun, _ weights: SuiteWeights) -> String {
    folder(of: run).appendingPathComponent("checkpoints/\(weights.rawValue).safetensors").path
  }

  /// The record of a finished training; nil when there is none. Throws `FileError` when the file is damaged or is of
  /// other settings.
  func training(_ run: SuiteRun) throws -> TrainingRecord? {
    let url = folder(of: run).appendingPathComponent("training.json")
    guard let record: TrainingRecord = try read(url, "delete its folder to train this run again") else { return nil }
    let differing = record.settings.differences(from: run.settings)
    if let knob = differing.first(where: { $0.name != Knob.dataFolder.name }) {
      throw FileError(
        "\(url.relativePath): trained with \(knob.name)=\(record.settings.formatted(knob)), not "
          + "\(run.settings.formatted(knob)); delete its folder to train this run again")
    }
    return record
  }

  /// True when a run is trained and all of these measurements are complete.
  func isComplete(_ run: SuiteRun, _ keys: [MeasurementKey]) -> Bool {
    guard (try? training(run)) != nil else { return false }
    return keys.allSatisfy { key in
      switch key.measure {
      case .clean, .pgd, .autoattack: (try? measurement(run, key))?.isComplete == true
      case .w2: (try? kept(run, key, as: DistanceRecord.self)) != nil
      case .scatter: (try? kept(run, key, as: ScatterRecord.self)) != nil
      case .running: (try? kept(run, key, as: RunningRecord.self)) != nil
      }
    }
  }

  /// Makes a file server tell of files that other machines have written to the folder of a run: what is asked for next
  /// is not answered from memory.
  func refresh(_ run: SuiteRun) { _ = try? FileManager.default.contentsOfDirectory(atPath: folder(of: run).path) }

  /// True when one of these measurements is an attack that has been started on the run.
  func hasBegun(_ run: SuiteRun, _ keys: [MeasurementKey]) -> Bool {
    keys.contains { key in
      [.pgd, .autoattack].contains(key.measure)
        && FileManager.default.fileExists(atPath: folder(of: run).appendingPathComponent(key.file).path)
    }
  }

  /// The seeds of all finished trainings of all suites.
  var seeds: Set<Int> {
    let runs = folder.appendingPathComponent("runs")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
    return Set(
      names.compactMap { name in
        let data = FileManager.default.contents(atPath: runs.appendingPathComponent("\(name)/training.json").path)
        let record = data.flatMap { try? JSONDecoder().decode(TrainingRecord.self, from: $0) }
        return record?.settings[.seed]
      })
  }

  /// Prepares the folder of a training and writes its settings as a preset.
  func begin(_ run: SuiteRun) throws {
    let folder = folder(of: run)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = resolvedYAML(run.settings, header: "A run of a suite, based on the preset '\(run.preset)'.")
    try AtomicFile.write(Data(text.utf8), to: folder.appendingPathComponent("preset.yaml"))
  }

  /// Stores the record of a finished training.
  func write(_ record: TrainingRecord, _ run: SuiteRun) throws {
    try write(record, to: folder(of: run).appendingPathComponent("training.json"))
  }

  /// A finished or interrupted measurement; nil when there is none. Throws `FileError` when the file is damaged.
  func measurement(_ run: SuiteRun, _ key: MeasurementKey) throws -> MeasurementRecord? {
    try kept(run, key, as: MeasurementRecord.self)
  }

  /// Stores a measurement.
  func write(_ record: MeasurementRecord, _ run: SuiteRun, _ key: MeasurementKey) throws {
    try write(record, to: folder(of: run).appendingPathComponent(key.file))
  }

  /// The stored record of a measurement; nil when there is none. Throws `FileError` when the file is damaged.
  func kept<Record: Decodable>(_ run: SuiteRun, _ key: MeasurementKey, as: Record.Type) throws -> Record? {
    try read(folder(of: run).appendingPathComponent(key.file), "rerun its row to measure it again")
  }

  /// Stores the record of a measurement.
  func keep(_ record: some Encodable, _ run: SuiteRun, _ key: MeasurementKey) throws {
    try write(record, to: folder(of: run).appendingPathComponent(key.file))
  }

  private func read<Value: Decodable>(_ url: URL, _ remedy: String) throws -> Value? {
    guard let data = FileManager.default.contents(atPath: url.path) else { return nil }
    do { return try JSONDecoder().decode(Value.self, from: data) } catch {
      throw FileError("\(url.relativePath): damaged, or written by another version; \(remedy)")
    }
  }

  private func write(_ value: some Encodable, to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(value) + Data("\n".utf8), to: url)
  }
}

/// Which measurement of a run.
struct MeasurementKey: Sendable, Hashable {
  let measure: SuiteMeasure
  let weights: SuiteWeights
  /// Number of test images.
  let limit: Int

  var file: String {
    // It belongs to the training, so it does not depend on weights and images.
    measure == .running ? "running.json" : "\(measure.rawValue)-\(weights.rawValue)-\(limit).json"
  }
}
