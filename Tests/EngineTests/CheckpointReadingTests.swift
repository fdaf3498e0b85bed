import Engine
import Events
import Foundation
import Recipe
import Tensors
import Testing

/// Checkpoints read back with the settings of their run; what is none is refused in one line.
struct CheckpointReadingTests {
  private func read(_ metadata: [String: String]) throws -> SavedCheckpoint {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("ckpt-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try Safetensors(metadata: metadata).write(to: url)
    return try SavedCheckpoint(url.path)
  }

  private func failure(_ metadata: [String: String]) -> String {
    do { _ = try read(metadata) } catch { return "\(error)" }
    return "read as good"
  }

  @Test func theSettingsOfTheRunComeBack() throws {
    var settings = Settings()
    for assignment in ["eps=4/255", "data.size=12", "attack.norm=l2"] { try settings.apply(assignment: assignment) }
    let json = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
    let checkpoint = try read(["dualab": "1", "settings": json, "preset": "trades", "step": "40"])
    #expect(checkpoint.settings == settings)
    #expect(checkpoint.preset == "trades" && checkpoint.step == 40)
  }

  @Test func aFolderIsNoFile() {
    let folder = FileManager.default.temporaryDirectory.path
    #expect {
      try SavedCheckpoint(folder)
    } throws: {
      "\($0)" == "\(folder): is a folder; give a file in its checkpoints/, such as checkpoints/last.safetensors"
    }
  }

  /// `convert`, `diagnose` and suites have neither `--weights` nor settings of a network.
  @Test func whoTakesNoSettingsAdvisesNone() throws {
    let settings = String(decoding: try JSONEncoder().encode(Settings()), as: UTF8.self)
    let good = ["dualab": "1", "settings": settings]
    for (metadata, what) in [
      ([:], "not a checkpoint of dualab"), (["dualab": "1"], "malformed settings in its metadata (not valid JSON)"),
      (good, "does not name its network"), (["model": "conv5"], "no such network"),
      (["model": "conv4"], "not the weights of conv4"),
      (["model": "conv4", "norm_affine": "x"], "metadata norm_affine"),
      (["model": "conv4", "norm": "dbn", "norm_layers": "9"], "has no normalization layer 9"),
      (["model": "conv4", "width": "wide"], "metadata width 'wide'"),
      (["model": "conv4", "input": "3x8x8"], "the network takes images of 3×8×8"),
    ] {
      let url = FileManager.default.temporaryDirectory.appendingPathComponent("c-\(UUID().uuidString).safetensors")
      defer { try? FileManager.default.removeItem(at: url) }
      let whole = metadata["model"] == nil ? metadata : good.merging(metadata) { $1 }
      try Safetensors(metadata: whole).write(to: url)
      let error = #expect(throws: FileError.self, "\(what)") {
        try SavedCheckpoint(url.path, takesSettings: false)
          .network(input: Shape(1, 16, 16), pool: ThreadPool(threads: 1))
      }
      let line = error?.description ?? ""
      #expect(line.contains(what) && !line.contains("--"), "\(line)")
    }
  }

  @Test func whatIsNoCheckpointSaysSo() {
    #expect(failure([:]).contains("not a checkpoint of dualab"))
    #expect(
      failure(["dualab": "2", "settings": "{}"]).contains("checkpoint format 2, but this version of dualab reads 1"))
    #expect(failure(["dualab": "1"]).contains("malformed settings in its metadata (not valid JSON)"))
    #expect(failure(["dualab": "1", "settings": #"{"gama": 1}"#]).contains("gama"))
    #expect(failure(["dualab": "1", "settings": #"{"gamma": 7}"#]).contains("gamma"))
  }
}
