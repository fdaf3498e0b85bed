import Events
import Recipe
import Testing
import Watching

/// What a later watch takes from an earlier one.
@Suite struct WatchRecordTests {
  private static var description: SessionDescription {
    var description = SessionDescription(
      preset: "ckpts", data: "images.npz, 64 images of 1×28×28", constructed: false, model: "", steps: 0,
      stepsPerEpoch: 0, threads: 1, folder: "", settings: Settings())
    description.basis = WatchBasis(network: ["model": "small-cnn"], branch: nil, images: "00ff", folder: "/ckpts")
    return description
  }

  private static func found(_ step: Int) -> Event {
    .checkpoint(
      CheckpointNote(
        step: step, kind: .found, path: "ckpts/epoch_\(step).pt",
        found: FoundFile(size: 10, modified: 1, stepFrom: .epoch, weights: "\(step)")))
  }

  private static func alarm(_ from: GapState, _ state: GapState) -> Event {
    .alarm(GapChange(step: 1, from: from, state: state))
  }

  private static func record(_ events: [Event]) -> WatchRecord {
    var record = WatchRecord()
    for event in [.started(description)] + events { record.take(event) }
    return record
  }

  @Test func anAcknowledgementIsKeptEvenAfterTheLastCheckpoint() {
    let raised = Self.alarm(.watch, .alarm), seen = Self.alarm(.alarm, .acknowledged)
    #expect(Self.record([raised, Self.found(1), seen]).events == [raised, Self.found(1), seen])
    // While the next checkpoint is measured, which then is not finished.
    let gone = Self.record([raised, Self.found(1), seen, .started(Self.description)])
    #expect(gone.events == [raised, Self.found(1), seen])
    // One of the checkpoint that raised it comes and goes with it.
    #expect(Self.record([raised, seen]).events == [])
    #expect(Self.record([raised, seen, Self.found(1)]).events == [raised, seen, Self.found(1)])
  }

  @Test func anotherBasisIsNamed() throws {
    let record = Self.record([Self.found(1)])
    func difference(_ change: (inout SessionDescription) throws -> Void) rethrows -> String? {
      var other = Self.description
      try change(&other)
      return record.difference(from: other)
    }
    #expect(difference { _ in } == nil)
    #expect(difference { $0.basis?.network["model"] = "vgg" } == "with model small-cnn")
    #expect(difference { $0.basis?.network["width"] = "64" } == "without width")
    #expect(difference { $0.basis?.branch = "clean" } == "without --branch")
    #expect(difference { $0.basis?.images = "0" } == "on other images")
    #expect(difference { $0.basis?.folder = "/b" } == "in the folder /ckpts")
    #expect(difference { $0.data = "none" } == "on images.npz, 64 images of 1×28×28")
    #expect(try difference { try $0.settings.set(.sentinelWatch, to: 0.1) } == "with sentinel.watch 0.15")
    // Records from before there was one.
    #expect(difference { $0.basis = nil } == nil)
  }
}
