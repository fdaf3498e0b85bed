import Evaluation
import Events
import Foundation
import Presets
import Recipe
import Tensors

/// A training as it is kept: that it finished, and with what settings.
struct TrainingRecord: Codable, Hashable {
  var settings: Settings
  var steps: Int
  var bestStep: Int?
  var seconds: Double
  var kernels: String
}

/// A measurement as it is kept: whole, or to be continued.
struct MeasurementRecord: Codable {
  var title: String
  var isComplete: Bool
  var clean: Proportion
  var robust: Proportion
  var seconds: Double
  var warnings: [EvaluationWarning]
  /// Every verdict; an interrupted evaluation continues from it.
  var record: EvaluationRecord
}

/// The folder of a suite's results: `runs/DIGEST/` holds a training and its measurements, whichever suites they are of.
///
/// Every file is written whole or not at all, so what is there can be believed after any interruption.
package final class SuiteStore: Sendable {
  /// The folder.
  package let folder: URL
  private let lock: Int32?

  /// Looks into a folder, which need not be there, and changes nothing in it.
  package init(reading folder: URL) {
    self.folder = folder
    lock = nil
  }

  /// Makes the folder, and keeps other programs out of it while this one lives. Throws `FileError`.
  package init(_ folder: URL) throws {
    self.folder = folder
    do {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("runs"), withIntermediateDirectories: true)
    } catch {
      throw FileError("\(folder.relativePath): cannot be made; give a folder that you may write to with --out")
    }
    let lock = open(folder.appendingPathComponent(".lock").path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard lock >= 0 else {
      throw FileError("\(folder.relativePath): cannot be written; give a folder that you may write to with --out")
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw FileError(
        "\(folder.relativePath): another 'suite run' is at work there; wait for it, or give another --out")
    }
    self.lock = lock
  }

  deinit { if let lock { close(lock) } }

  /// Where a run is kept.
  func folder(of run: SuiteRun) -> URL { folder.appendingPathComponent("runs/\(run.digest)") }

  /// The weights of a finished training.
  func checkpoint(_ run: SuiteRun, _ weights: SuiteWeights) -> String {
    folder(of: run).appendingPathComponent("checkpoints/\(weights.rawValue).safetensors").path
  }

  /// The record of a finished training; nil when there is none. Throws `FileError` for a file that is not one, or of
  /// other settings.
  func training(_ run: SuiteRun) throws -> TrainingRecord? {
    let url = folder(of: run).appendingPathComponent("training.json")
    guard let record: TrainingRecord = try read(url, "remove its folder to have it made again") else { return nil }
    let differing = record.settings.differences(from: run.settings)
    if let knob = differing.first(where: { $0.name != Knob.dataFolder.name }) {
      throw FileError(
        "\(url.path): was made with \(knob.name) \(record.settings.formatted(knob)), not "
          + "\(run.settings.formatted(knob)); remove its folder")
    }
    return record
  }

  /// True when a run is trained and all of these measurements of it are there.
  func isWhole(_ run: SuiteRun, _ keys: [MeasurementKey]) -> Bool {
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

  /// True when an attack among these measurements has been begun on a run, with the images of its key.
  func hasBegun(_ run: SuiteRun, _ keys: [MeasurementKey]) -> Bool {
    keys.contains { key in
      [.pgd, .autoattack].contains(key.measure)
        && FileManager.default.fileExists(atPath: folder(of: run).appendingPathComponent(key.file).path)
    }
  }

  /// Seeds of all finished trainings, of whichever suite.
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

  /// Begins a training anew: the settings as a preset, nothing else.
  func begin(_ run: SuiteRun) throws {
    let folder = folder(of: run)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = resolvedYAML(run.settings, header: "A run of a suite, on the preset '\(run.preset)'.")
    try AtomicFile.write(Data(text.utf8), to: folder.appendingPathComponent("preset.yaml"))
  }

  /// Keeps the record of a finished training.
  func write(_ record: TrainingRecord, _ run: SuiteRun) throws {
    try write(record, to: folder(of: run).appendingPathComponent("training.json"))
  }

  /// A measurement that was finished or interrupted; nil when there is none. Throws `FileError` for a damaged one.
  func measurement(_ run: SuiteRun, _ key: MeasurementKey) throws -> MeasurementRecord? {
    try kept(run, key, as: MeasurementRecord.self)
  }

  /// Keeps a measurement.
  func write(_ record: MeasurementRecord, _ run: SuiteRun, _ key: MeasurementKey) throws {
    try write(record, to: folder(of: run).appendingPathComponent(key.file))
  }

  /// What was measured inside the network; nil when it was not. Throws `FileError` for a damaged file.
  func kept<Record: Decodable>(_ run: SuiteRun, _ key: MeasurementKey, as: Record.Type) throws -> Record? {
    try read(folder(of: run).appendingPathComponent(key.file), "a run of its row measures it anew")
  }

  /// Keeps what was measured inside the network.
  func keep(_ record: some Encodable, _ run: SuiteRun, _ key: MeasurementKey) throws {
    try write(record, to: folder(of: run).appendingPathComponent(key.file))
  }

  private func read<Value: Decodable>(_ url: URL, _ remedy: String) throws -> Value? {
    guard let data = FileManager.default.contents(atPath: url.path) else { return nil }
    do { return try JSONDecoder().decode(Value.self, from: data) } catch {
      throw FileError("\(url.path): damaged, or of another version; \(remedy)")
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
  /// So many test images.
  let limit: Int

  var file: String {
    // Of the training itself, whichever weights and images are measured otherwise.
    measure == .running ? "running.json" : "\(measure.rawValue)-\(weights.rawValue)-\(limit).json"
  }
}
