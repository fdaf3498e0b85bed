import Foundation
import Tensors
import TestSupport
import Testing

/// A run on a folder of images, evaluated on other images than its own.
@Suite(.serialized, .timeLimit(.minutes(5))) struct FolderEvaluationTests {
  private static let images = Repository.oracle("formats/imagefolder").path

  /// Trains on the folder for a step and runs `body` with an empty folder and the checkpoint.
  private func withCheckpoint(_ body: (URL, String) async throws -> Void) async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try await BuiltProgram.run(
      ["train", "--steps", "1", "--quiet", "--out", folder.appendingPathComponent("run").path]
        + [
          "data=folder", "data.dir=\(Self.images)", "data.crop=16", "batch=4", "width=4", "attack.steps=1",
          "validation.every=1", "sentinel.every=0", "sentinel.deep_every=0",
        ].flatMap { ["--set", $0] })
    #expect(run.status == 0, "\(run.error)")
    try await body(folder, folder.appendingPathComponent("run/checkpoints/last.safetensors").path)
  }

  /// A folder of the validation images with other names of classes; those renamed to nil are missing.
  private func renamed(_ place: URL, _ name: (Int, String) -> String?) throws -> String {
    let classes = try FileManager.default.contentsOfDirectory(atPath: Self.images + "/val").sorted()
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for (label, old) in classes.enumerated() {
      guard let new = name(label, old) else { continue }
      try FileManager.default.copyItem(
        atPath: "\(Self.images)/val/\(old)", toPath: place.appendingPathComponent(new).path)
    }
    return place.path
  }

  @Test func classesOfAnotherFolderAreComparedWithThoseOfTheTraining() async throws {
    try await withCheckpoint { folder, checkpoint in
      let metadata = try Safetensors(contentsOf: URL(fileURLWithPath: checkpoint)).metadata
      #expect(metadata["class_names"]?.hasPrefix(#"["n01440764","n02102040""#) == true)
      func attack(_ images: String) async throws -> BuiltProgram.Run {
        try await BuiltProgram.run(["attack", "--checkpoint", checkpoint, "--images", images, "--attack", "fgsm"])
      }
      let own = try await attack(Self.images)
      #expect(own.status == 0 && !own.error.contains("the network was trained on"), "\(own.error)")
      let same = try await attack(renamed(folder.appendingPathComponent("same")) { $1 })
      #expect(same.status == 0 && !same.error.contains("the network was trained on"), "\(same.error)")
      let missing = try await attack(renamed(folder.appendingPathComponent("less")) { $0 == 3 ? nil : $1 })
      #expect(missing.status == 1 && missing.error.contains("is number 3, but class 4 of the network"), "\(missing)")
      let other = try await attack(renamed(folder.appendingPathComponent("other")) { label, _ in "class\(label)" })
      #expect(other.status == 0 && other.error.contains("are not classes that the network was trained on"), "\(other)")
      #expect(other.result.contains("images: ") && other.result.contains("labels are the folders' numbers"))
    }
  }

  @Test func whatTheCheckpointSaysOfItsDataAndBallIsNotTakenForOthers() async throws {
    try await withCheckpoint { _, checkpoint in
      let attack = ["attack", "--checkpoint", checkpoint, "--attack", "fgsm", "--limit", "2"]
      let norm = try await BuiltProgram.run(attack + ["--norm", "l2"])
      #expect(norm.status == 2 && norm.error.contains("the ε of the checkpoint, 16/255, is of linf; add --eps"))
      #expect(try await BuiltProgram.run(attack + ["--norm", "l2", "--eps", "0.5"]).status == 0)
      // The folder of its own data is not that of MNIST, whose usual places are looked for.
      let data = try await BuiltProgram.run(attack + ["--data", "fashion-mnist"])
      #expect(data.status == 1 && !data.error.contains(Self.images), "\(data.error)")
    }
  }
}
