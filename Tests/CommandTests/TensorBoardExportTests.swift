import Foundation
import TestSupport
import Testing

/// `runs export --format tensorboard`, read back by the real TensorBoard, which `make test` installs.
@Suite(.serialized, .timeLimit(.minutes(3))) struct TensorBoardExportTests {
  /// What TensorBoard finds in a folder: points of scalars by tag, texts by tag, and which plugin shows them.
  private struct Found: Decodable {
    struct Point: Decodable {
      var step: Int
      var value: Double
      var time: Double
    }
    var scalars: [String: [Point]]
    var texts: [String: [String]]
    var plugins: [String: String]
  }

  private static let reader = """
    import json, sys
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    log = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0})
    log.Reload()
    tags = log.Tags()
    print(json.dumps({
      "scalars": {t: [{"step": e.step, "value": e.value, "time": e.wall_time} for e in log.Scalars(t)]
                  for t in tags["scalars"]},
      "texts": {t: [e.tensor_proto.string_val[0].decode() for e in log.Tensors(t)] for t in tags["tensors"]},
      "plugins": {t: log.SummaryMetadata(t).plugin_data.plugin_name for t in tags["tensors"]}}))
    """

  private func read(_ folder: URL) throws -> Found {
    let python = Repository.root.appendingPathComponent(".build-test/tensorboard/bin/python3").path
    guard FileManager.default.isExecutableFile(atPath: python) else {
      throw HelperError("\(python) is missing; 'make tensorboard' installs it, as 'make test' does")
    }
    let result = try ChildProcess.run(
      [python, "-c", Self.reader, folder.path], environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"])
    guard result.status == 0 else { throw HelperError("TensorBoard cannot read it: \(result.errors)") }
    return try JSONDecoder().decode(Found.self, from: Data(result.output.utf8))
  }

  private func export(_ run: URL, to folder: URL) async throws -> BuiltProgram.Run {
    try await BuiltProgram.run(["runs", "export", run.path, "--format", "tensorboard", "--out", folder.path])
  }

  @Test func tensorBoardReadsEveryCurve() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = folder.appendingPathComponent("run"), out = folder.appendingPathComponent("logs/run")
    let trained = try await BuiltProgram.run(
      ["train", "--quiet", "--steps", "24", "--at", "8:gamma=0.25", "--out", run.path] + SmallRun.options
        + ["--set", "sentinel.every=8", "--set", "sentinel.images=16", "--set", "sentinel.budget=1"])
    #expect(trained.status == 0, "\(trained.error)")
    let exported = try await export(run, to: out)
    #expect(exported.status == 0, "\(exported.error)")
    let found = try read(out)
    let csv = try await BuiltProgram.run(["runs", "export", run.path, "--format", "csv", "--out", "-"])
    try compare(found, with: csv.result)
    #expect(found.scalars["knob/gamma"]?.map(\.value) == [0.5, 0.5, 0.25, 0.25])
    #expect(found.scalars["knob/gamma"]?.map(\.step) == [0, 8, 9, 24])
    #expect(found.texts["journal"]?.first == "γ 0.5 → 0.25 (tour)" && found.plugins == ["journal": "text"])
    #expect(found.scalars["gap/quick"]?.isEmpty == false && found.scalars["gap/state"]?.first?.value == 0)
    let times = found.scalars["train/loss"]?.map(\.time) ?? []
    #expect(times == times.sorted() && abs((times.first ?? 0) - Date().timeIntervalSince1970) < 600)

    // Again, it replaces the file; another run does not go into the same folder.
    #expect(try await export(run, to: out).status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: out.path).count == 1)
    let other = out.appendingPathComponent("events.out.tfevents.1.other")
    try Data().write(to: other)
    let mixed = try await export(run, to: out)
    #expect(mixed.status == 1 && mixed.error.contains("TensorBoard would mix them; use another folder"))
    let file = try await export(run, to: other)
    #expect(file.status == 1 && file.error.contains("TensorBoard reads folders"), "\(file.error)")
    let stdout = try await BuiltProgram.run(["runs", "export", run.path, "--format", "tensorboard", "--out", "-"])
    #expect(stdout.status == 2 && stdout.error.contains("--out -: TensorBoard reads folders"), "\(stdout.error)")
  }

  /// Each number of the CSV is a point with its step.
  private func compare(_ found: Found, with csv: String) throws {
    let rows = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let names = try #require(rows.first).map(String.init)
    var expected: [String: [Int: Double]] = [:]
    for row in rows.dropFirst() {
      let values = Dictionary(uniqueKeysWithValues: zip(names, row.map(String.init)))
      let weights = values["weights"] ?? "", split = values["split"] ?? ""
      let place = split.isEmpty ? "train" : weights == "current" ? split : "\(split)/\(weights)"
      let step = try #require(values["step"].flatMap { Int($0) })
      for name in [
        "epoch", "loss", "clean_loss", "adversarial_loss", "kl", "lr", "images", "n", "clean", "adversarial", "pgd10",
        "seconds",
      ] {
        if let value = values[name].flatMap({ Double($0) }) { expected["\(place)/\(name)", default: [:]][step] = value }
      }
      if let gap = values["quick_gap"].flatMap({ Double($0) }) { expected["gap/quick", default: [:]][step] = gap }
      if let gap = values["deep_gap"].flatMap({ Double($0) }) { expected["gap/deep", default: [:]][step] = gap }
    }
    #expect(expected.count > 15)
    for (tag, points) in expected {
      let there = try #require(found.scalars[tag], "\(tag)")
      #expect(there.count == points.count, "\(tag)")
      for point in there { #expect(points[point.step].map { Float($0) } == Float(point.value), "\(tag)") }
    }
  }
}
