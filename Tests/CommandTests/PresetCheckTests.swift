import Commands
import Events
import Foundation
import Recipe
import TestSupport
import Testing

/// `presets check` calls good what `train` begins with, and nothing else.
@Suite("Checking a preset")
struct PresetCheckTests {
  private func complaint(_ assignments: [String], tour: [TourStop] = []) throws -> String {
    var settings = Settings()
    for assignment in assignments { try settings.apply(assignment: assignment) }
    return NamedPreset(name: "x", summary: "", settings: settings, tour: tour).complaint ?? "good"
  }

  private func stop(_ step: Int, _ knob: String, _ value: String) -> TourStop {
    TourStop(step: step, changes: [.init(knob: knob, value: .text(value))], caption: "")
  }

  @Test("finds settings that cannot be together, norms without a place and data that cannot be")
  func settings() throws {
    #expect(try complaint([]) == "good")
    #expect(try complaint(["norm=dbn", "batching=seq"]).hasPrefix("norm dbn with batching seq: "))
    #expect(try complaint(["norm=dbn", "norm.layers=0,9"]).hasPrefix("norm.layers: conv4 has no norm 9"))
    #expect(try complaint(["norm=dbn", "norm.layers=0,9", "model=resnet34"]) == "good")
    #expect(try complaint(["norm=gn", "norm.affine=shared"]).hasPrefix("norm.affine: "))
    #expect(try complaint(["data.size=18"]).hasPrefix("data.size: 18"))
    // 8×8 images are one pixel behind three strides; of files nobody knows how large their images are.
    #expect(try complaint(["norm=in", "data.size=8"]).hasPrefix("norm: in has nothing to normalise"))
    #expect(try complaint(["norm=in", "data=fashion-mnist", "data.size=8"]) == "good")
  }

  @Test("goes through the tour")
  func tour() throws {
    let seq = stop(10, "batching", "seq"), dual = stop(20, "norm", "dbn"), back = stop(15, "batching", "cat")
    #expect(try complaint([], tour: [seq, dual]).hasPrefix("tour, step 20: norm dbn with batching seq: "))
    #expect(try complaint([], tour: [seq, back, dual]) == "good")
    let layers = stop(30, "norm.layers", "9")
    #expect(try complaint([], tour: [dual, layers]).hasPrefix("tour, step 30: norm.layers: conv4 has no norm 9"))
    #expect(try complaint(["steps=21"], tour: [dual]) == "good")
    for steps in ["20", "5"] {
      let line = try complaint(["steps=\(steps)"], tour: [dual])
      #expect(line.hasPrefix("tour: the stop at step 20 is not before the last of \(steps) steps"))
    }
    #expect(try complaint(["steps=0"], tour: [dual]) == "good")
  }

  @Test("is what the command does: every shipped preset is good, a bad file ends with status 2")
  func command() async throws {
    let presets = Repository.root.appendingPathComponent("presets")
    for file in try FileManager.default.contentsOfDirectory(at: presets, includingPropertiesForKeys: nil) {
      let run = try await BuiltProgram.run(["presets", "check", file.path])
      #expect(run.status == 0 && run.result.hasSuffix(": good\n"), "\(run)")
    }
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("bad.yaml")
    try Data("# bad\nnorm: dbn\nbatching: seq\n".utf8).write(to: file)
    let run = try await BuiltProgram.run(["presets", "check", file.path])
    #expect(run.status == 2 && run.result.isEmpty && run.error.contains("DBN needs both domains"), "\(run)")
    #expect(run.error.split(separator: "\n").count == 1)
  }
}
