import Commands
import Events
import Foundation
import Presets
import Recipe
import TestSupport
import Testing

/// A preset is valid for `presets check` if `train` can start from it.
@Suite struct PresetCheckTests {
  private func complaint(_ assignments: [String], tour: [TourStop] = []) throws -> String {
    var settings = Settings()
    for assignment in assignments { try settings.apply(assignment: assignment) }
    return Preset(name: "x", settings: settings, tour: tour).complaint ?? "OK"
  }

  private func stop(_ step: Int, _ knob: String, _ value: String) -> TourStop {
    TourStop(step: step, changes: [.init(knob: knob, value: .text(value))], caption: "")
  }

  @Test func settingsThatCannotStartARunAreFound() throws {
    #expect(try complaint([]) == "OK")
    #expect(try complaint(["norm=dbn", "batching=seq"]).hasPrefix("norm dbn with batching seq: "))
    #expect(try complaint(["norm=dbn", "norm.layers=0,9"]).hasPrefix("norm.layers: conv4 has no normalization"))
    #expect(try complaint(["norm=dbn", "norm.layers=0,9", "model=resnet34"]) == "OK")
    #expect(try complaint(["norm=gn", "norm.affine=shared"]).hasPrefix("norm.affine: "))
    #expect(try complaint(["data.size=18"]).hasPrefix("data.size: 18"))
    // 8×8 images are a single pixel after three strides. The size of images in files is unknown here.
    #expect(try complaint(["norm=in", "data.size=8"]).hasPrefix("norm: in has nothing to normalize"))
    #expect(try complaint(["norm=in", "data=fashion-mnist", "data.size=8"]) == "OK")
  }

  @Test func everyStopOfATourIsChecked() throws {
    let seq = stop(10, "batching", "seq"), dual = stop(20, "norm", "dbn"), back = stop(15, "batching", "cat")
    #expect(try complaint([], tour: [seq, dual]).hasPrefix("tour, step 20: norm dbn with batching seq: "))
    #expect(try complaint([], tour: [seq, back, dual]) == "OK")
    let layers = stop(30, "norm.layers", "9")
    let line = try complaint([], tour: [dual, layers])
    #expect(line.hasPrefix("tour, step 30: norm.layers: conv4 has no normalization layer 9"))
    #expect(try complaint(["steps=21"], tour: [dual]) == "OK")
    for steps in ["20", "5"] {
      let line = try complaint(["steps=\(steps)"], tour: [dual])
      #expect(line.hasPrefix("tour: the stop at step 20 is too late for a run of \(steps) steps"))
    }
    #expect(try complaint(["steps=0"], tour: [dual]) == "OK")
  }

  @Test func everyShippedPresetIsOKAndABadFileEndsWithStatus2() async throws {
    let presets = Repository.root.appendingPathComponent("presets")
    let files = try FileManager.default.contentsOfDirectory(at: presets, includingPropertiesForKeys: nil)
    #expect(files.count > 20)
    for file in files {
      let run = try await BuiltProgram.run(["presets", "check", file.path])
      #expect(run.status == 0 && run.result.hasSuffix(": OK\n"), "\(run)")
    }
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("bad.yaml")
    try Data("# bad\nnorm: dbn\nbatching: seq\n".utf8).write(to: file)
    let run = try await BuiltProgram.run(["presets", "check", file.path])
    #expect(run.status == 2 && run.result.isEmpty && run.error.contains("DBN needs both domains"), "\(run)")
    #expect(run.errorLines.count == 1)
  }

  @Test func aStopNamesAPaneOfTheLab() throws {
    #expect(try complaint([], tour: [TourStop(step: 5, caption: "x", pane: "trade-off")]) == "OK")
    let line = try complaint([], tour: [TourStop(step: 5, caption: "x", pane: "moon")])
    #expect(line.hasPrefix("tour, step 5: there is no pane 'moon'; use one of loss, accuracy, gap"))
  }

  @Test func everyCaptionOfAShippedTourNamesThePaneItSpeaksOf() throws {
    let tours = try ResourceLibrary<Preset>(override: Repository.root.appendingPathComponent("presets").path).list()
      .filter { $0.name.hasPrefix("tour-") }.map { try Preset(path: $0.path) }
    #expect(tours.count >= 5)
    for preset in tours {
      #expect(preset.complaint == nil && preset.tour.count >= 3)
      for stop in preset.tour { #expect(!stop.caption.isEmpty && stop.pane != nil, "\(preset.name) \(stop.step)") }
    }
  }
}
