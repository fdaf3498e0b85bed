import Events
import Foundation
import TestSupport
import Testing

/// The training loop of docs/pytorch.md, run by PyTorch and watched by the built program.
@Suite(.serialized, .timeLimit(.minutes(10))) struct WatchedLoopTests {
  private static let python = ProcessInfo.processInfo.environment["DUALAB_PYTHON"]

  /// The loop, as the page has it.
  private func loop() throws -> String {
    let page = try String(contentsOf: Repository.root.appendingPathComponent("docs/pytorch.md"), encoding: .utf8)
    let blocks = page.components(separatedBy: "```python\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    return try #require(blocks.first { $0.contains("for epoch in range") && $0.contains("torch.save") })
  }

  @Test func theLoopOfThePageIsShort() throws {
    let lines = try loop().split(separator: "\n")
    #expect((15...30).contains(lines.count) && lines.allSatisfy { $0.count <= 110 })
  }

  @Test(.enabled(if: python != nil, "needs a Python with torch: set DUALAB_PYTHON to its path"))
  func aTrainingInPyTorchIsMeasuredWhileItRuns() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(loop().utf8).write(to: folder.appendingPathComponent("train.py"))
    let checkpoints = folder.appendingPathComponent("checkpoints")
    try FileManager.default.createDirectory(at: checkpoints, withIntermediateDirectories: true)
    let training = Process()
    training.executableURL = URL(fileURLWithPath: Self.python ?? "")
    training.arguments = ["train.py"]
    training.currentDirectoryURL = folder
    try training.run()
    defer {
      training.terminate()
      training.waitUntilExit()
    }
    let images = Repository.oracle("watch/images.npz").path
    let run = try await BuiltProgram.run(
      [
        "watch", checkpoints.path, "--json", "--npz", images, "--eps", "0.2", "--deep-every", "0", "--interval", "0.2",
        "--threads", "1",
      ]
    ) { process, result in
      let end = ContinuousClock.now + .seconds(500)
      while ContinuousClock.now < end, training.isRunning {
        let text = try String(contentsOf: result, encoding: .utf8)
        if text.components(separatedBy: "\"kind\":\"found\"").count > 3 { break }
        try await Task.sleep(for: .milliseconds(200))
      }
      process.interrupt()
    }
    #expect(run.status == 130, "\(run.error)")
    let notes = try run.events.compactMap { event -> CheckpointNote? in
      if case .checkpoint(let note) = event { note } else { nil }
    }
    #expect(notes.count >= 3 && notes.allSatisfy { $0.kind == .found && $0.found?.stepFrom == .epoch }, "\(notes)")
    #expect(notes.prefix(3).map(\.step) == [1, 2, 3])
    let clean = try run.events.compactMap { if case .probe(let probe) = $0 { probe.clean.value } else { nil } }
    // It learns: far better than guessing.
    #expect(clean.allSatisfy { $0 > 0.4 })
  }
}
