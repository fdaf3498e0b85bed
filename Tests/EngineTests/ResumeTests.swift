import Engine
import Events
import Foundation
import Recipe
import Synchronization
import Tensors
import TestSupport
import Testing

/// A session that ended and goes on is, to the bit, the session that never ended.
@Suite struct ResumeTests {
  /// A run of 24 steps with epochs of 9, the sentinel, and a tour of everything that can be done to a network.
  private static func settings(_ changes: [String: String] = [:]) throws -> Settings {
    var settings = Settings()
    let small = [
      "width": "8", "batch": "32", "attack.steps": "2", "data.train": "300", "data.test": "64",
      "validation.limit": "20",
      "test.limit": "20", "steps": "24", "data.size": "8", "sentinel.every": "5", "sentinel.images": "16",
      "sentinel.deep_images": "8", "sentinel.budget": "1",
    ]
    for (name, value) in small.merging(changes, uniquingKeysWith: { $1 }) { try settings.set(name, parsing: value) }
    return settings
  }

  private static let tour = [
    TourStop(step: 4, changes: [.init(knob: "gamma", value: .number(0.2))], caption: "less clean"),
    TourStop(step: 9, changes: [.init(knob: "norm", value: .text("dbn"))], caption: ""),
    TourStop(step: 13, caption: "", recalibrates: 2),
    TourStop(step: 17, changes: [.init(knob: "eps", value: .number(8 / 255))], caption: ""),
  ]

  /// What a session told and left on the disk.
  private struct Outcome {
    var events: [Event]
    var summary: Summary
    var folder: URL
    func checkpoint(_ name: String) throws -> Safetensors {
      try Safetensors(contentsOf: folder.appendingPathComponent("checkpoints/\(name).safetensors"))
    }
  }

  /// Runs a session; `stopAfter` stops it when that step was told.
  private func run(
    _ settings: Settings, in folder: URL, from point: ResumePoint? = nil, stopAfter: Int? = nil, threads: Int = 1
  ) async throws -> Outcome {
    // On the engine's thread: the reader of the events may be late.
    let box = Mutex<TrainingEngine?>(nil)
    let engine = TrainingEngine(
      settings: settings, tour: point == nil ? Self.tour : [], resuming: point,
      record: { event in
        if case .sample(let sample) = event, sample.step == stopAfter { box.withLock { $0 }?.send(.stop) }
      }
    ) {
      guard let point else {
        return try Trainer(settings: settings, presetName: "test", threads: threads, folder: folder)
      }
      return try Trainer(resuming: point, presetName: "test", threads: threads, folder: folder)
    }
    box.withLock { $0 = engine }
    defer { box.withLock { $0 = nil } }
    async let ended = engine.run()
    var events: [Event] = []
    for await event in engine.events { events.append(event) }
    return Outcome(events: events, summary: await ended, folder: folder)
  }

  /// Everything measured, without seconds.
  private func measured(_ events: [Event]) -> [Event] {
    events.compactMap { event in
      switch event {
      case .sample(var sample):
        sample.seconds = 0
        return .sample(sample)
      case .probe(var probe):
        probe.seconds = 0
        return .probe(probe)
      case .alarm: return event
      case .journal(let entry):
        guard case .changed = entry.fact else { return nil }
        return event
      default: return nil
      }
    }
  }

  @Test(arguments: [1, 5, 8, 10, 14, 20, 23])
  func aStoppedSessionGoesOnBitForBit(stop: Int) async throws {
    try await withTemporaryFolder { folder in
      let settings = try Self.settings()
      let whole = try await run(settings, in: folder.appendingPathComponent("whole"))
      let first = try await run(settings, in: folder.appendingPathComponent("parts"), stopAfter: stop)
      #expect(first.summary.outcome == .stopped)
      let point = try ResumePoint(
        folder.appendingPathComponent("parts/checkpoints/interrupted.safetensors").path)
      #expect(point.progress.step >= stop)
      let second = try await run(settings, in: folder.appendingPathComponent("parts"), from: point, threads: 2)
      #expect(second.summary.outcome == .finished && second.summary.step == 24)
      for name in ["last", "best"] {
        let (one, other) = (try whole.checkpoint(name), try second.checkpoint(name))
        #expect(one.tensors == other.tensors, "\(name) after a stop at step \(stop)")
      }
      #expect(second.summary.changes == whole.summary.changes && second.summary.bestStep == whole.summary.bestStep)
      // A check that the stop aborted is made by the second session.
      #expect(measured(first.events) + measured(second.events) == measured(whole.events))
    }
  }

  @Test(arguments: ["auto-0", "auto-18", "before-4", "before-9", "before-13", "before-17"])
  func everyCheckpointIsAPlaceToGoOnFrom(name: String) async throws {
    try await withTemporaryFolder { folder in
      let settings = try Self.settings(["checkpoint.keep": "100"])
      let whole = try await run(settings, in: folder)
      var point = try ResumePoint(folder.appendingPathComponent("checkpoints/\(name).safetensors").path)
      let record = whole.events.reduce(into: InterventionRecord()) { $0.take($1) }
      // A checkpoint before a change does not have it; what is done again brings it. Then the tour goes on.
      if name.hasPrefix("before") { point.redo = record.inOrder().filter { $0.step == point.progress.step } }
      let again = try await run(settings, in: folder.appendingPathComponent("again"), from: point)
      #expect(try again.checkpoint("last").tensors == whole.checkpoint("last").tensors)
    }
  }

  @Test func aCheckpointBeforeAChangeHasTheSettingsFromBefore() async throws {
    try await withTemporaryFolder { folder in
      let settings = try Self.settings()
      _ = try await run(settings, in: folder)
      let before = try ResumePoint(folder.appendingPathComponent("checkpoints/before-4.safetensors").path)
      #expect(before.progress.next[.gamma] == settings[.gamma] && before.progress.step == 4)
      let surgery = try ResumePoint(folder.appendingPathComponent("checkpoints/before-9.safetensors").path)
      #expect(surgery.progress.built[.norm] == .batch && surgery.progress.next[.gamma] == 0.2)
    }
  }

  @Test func onlyTheNewestCheckpointsToGoOnFromAreKeptAndTheFirst() async throws {
    try await withTemporaryFolder { folder in
      _ = try await run(try Self.settings(["checkpoint.keep": "1"]), in: folder)
      let names = try FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent("checkpoints").path
      ).filter { $0.hasPrefix("auto-") }.sorted()
      #expect(names == ["auto-0.safetensors", "auto-18.safetensors"])
    }
  }

  @Test func everyFlippedBitIsFound() async throws {
    try await withTemporaryFolder { folder in
      _ = try await run(try Self.settings(["steps": "1"]), in: folder)
      let url = folder.appendingPathComponent("checkpoints/last.safetensors"), data = try Data(contentsOf: url)
      let draws = uniforms(400, seed: 7)
      for number in 0..<200 {
        let place = 8 + Int(draws[2 * number] * Float(data.count - 9)),
          bit = UInt8(1) << UInt8(draws[2 * number + 1] * 7.9)
        var damaged = data
        damaged[place] ^= bit
        try damaged.write(to: url)
        // Blanks after the header are no contents.
        guard data[place] != UInt8(ascii: " ") else { continue }
        #expect(throws: (any Error).self, "byte \(place), bit \(bit)") { try ResumePoint(url.path) }
      }
      try data.write(to: url)
      _ = try ResumePoint(url.path)
    }
  }

  @Test func bestWeightsAloneAreNoPlaceToGoOnFrom() async throws {
    try await withTemporaryFolder { folder in
      _ = try await run(try Self.settings(["steps": "1"]), in: folder)
      let path = folder.appendingPathComponent("checkpoints/best.safetensors").path
      let error = #expect(throws: FileError.self) { try ResumePoint(path) }
      #expect(error?.description.contains("has weights only") == true)
    }
  }
}

/// Runs `body` with a new folder and deletes it.
private func withTemporaryFolder(_ body: (URL) async throws -> Void) async throws {
  let folder = try newTemporaryFolder()
  defer { try? FileManager.default.removeItem(at: folder) }
  try await body(folder)
}
