import Engine
import Events
import Foundation
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

  @Test func whatIsNoCheckpointSaysSo() {
    #expect(failure([:]).contains("not a checkpoint of dualab"))
    #expect(failure(["dualab": "2", "settings": "{}"]).contains("a checkpoint of format 2, this program reads 1"))
    #expect(failure(["dualab": "1"]).contains("cannot be read (not valid JSON)"))
    #expect(failure(["dualab": "1", "settings": #"{"gama": 1}"#]).contains("gama"))
    #expect(failure(["dualab": "1", "settings": #"{"gamma": 7}"#]).contains("gamma"))
  }
}
