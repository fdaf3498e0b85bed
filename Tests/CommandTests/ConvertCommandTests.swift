import Commands
import Foundation
import Networks
import Tensors
import Testing

/// `dualab convert` on the checkpoint of a short run.
@Suite struct ConvertCommandTests {
  /// Runs `body` with a folder and the checkpoint of a short run in it.
  private func withCheckpoint(
    _ options: [String] = [], _ body: (_ folder: URL, _ checkpoint: String) async throws -> Void
  ) async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder, try await SmallRun.checkpoint(in: folder, options))
  }

  private func convert(_ arguments: [String]) async throws -> String {
    let run = try await BuiltProgram.run(["convert"] + arguments)
    #expect(run.status == 0, "\(run.error)")
    return run.result
  }

  private func tensors(_ path: String) throws -> [String: [Float]] {
    let file = try Safetensors(contentsOf: URL(fileURLWithPath: path)).withoutSession
    return try Dictionary(uniqueKeysWithValues: file.tensors.keys.map { ($0, try file.floats($0)) })
  }

  @Test func convertingToDualBNAndBackChangesNothing() async throws {
    try await withCheckpoint { folder, last in
      let dual = folder.appendingPathComponent("dual.safetensors").path
      let back = folder.appendingPathComponent("back.safetensors").path
      let there = try await convert(["--checkpoint", last, "--set", "norm=dbn", "--out", dual])
      #expect(there.contains("bn → dbn at stage-ends\nevaluation is unchanged, bit for bit"))
      #expect(there.contains("test images: largest change 0, mean change 0\n") && there.hasSuffix("\(dual)\n"))
      let clean = try #require(there.split(separator: "\n").first { $0.hasPrefix("clean: accuracy ") })
      let figures = clean.split(separator: " ").compactMap { Double($0) }
      #expect(figures.count >= 2 && figures[0] == figures[1])
      let names = try tensors(dual).keys
      #expect(names.contains("body.1.running_mean_clean") && !names.contains("body.1.running_mean"))

      let home = try await convert(["--checkpoint", dual, "--set", "norm=bn", "--out", back])
      #expect(home.contains("bit for bit"))
      #expect(try tensors(back) == tensors(last))
      for path in [dual, back] {
        let run = try await BuiltProgram.run(["attack", "--checkpoint", path, "--attack", "pgd", "--limit", "8"])
        #expect(run.status == 0, "\(run.error)")
      }
    }
  }

  @Test func otherNormsWarnAndRecalibrationUsesTrainingBatches() async throws {
    try await withCheckpoint { folder, last in
      let out = folder.appendingPathComponent("out.safetensors").path
      let plain = try await convert(["--checkpoint", last, "--set", "norm=gn", "--out", out])
      #expect(plain.contains("bn → gn\nwarning: ") && !plain.contains("largest change 0,"))
      let dual = try await convert(["--checkpoint", last, "--set", "norm=dbn", "--recalibrate", "2", "--out", out])
      #expect(dual.contains("recomputed from 2 training batches") && !dual.contains("largest change 0,"))
      let numbers = try tensors(out)
      #expect(numbers["body.1.running_mean_clean"] != numbers["body.1.running_mean_adv"])
      let same = try await BuiltProgram.run(["convert", "--checkpoint", out, "--set", "norm=split", "--out", out])
      #expect(same.status == 2 && same.error.contains("this would overwrite the file of --checkpoint"))
      let split = folder.appendingPathComponent("split.safetensors").path
      let again = try await convert(["--checkpoint", out, "--set", "norm=split", "--out", split])
      #expect(again.contains("the two sets are used in another way"))
      let attack = ["attack", "--checkpoint", split, "--attack", "fgsm", "--limit", "8"]
      for (branch, used) in [([], "adversarial"), (["--branch", "clean"], "clean")] {
        let run = try await BuiltProgram.run(attack + branch)
        #expect(run.status == 0 && run.result.contains("norm split, stage-ends, default, branch \(used)"), "\(run)")
      }
      let wrong = try await BuiltProgram.run(["attack", "--checkpoint", last, "--branch", "clean"])
      #expect(wrong.status == 2 && wrong.error.contains("norm bn has only one set of statistics; remove --branch"))
      let blind = try await BuiltProgram.run(attack + ["--branch", "posterior"])
      #expect(blind.status == 2 && blind.error.contains("split norms can't tell clean from adversarial images"))
      let plainAgain = try await convert(["--checkpoint", last, "--recalibrate", "2", "--out", out])
      #expect(plainAgain.hasPrefix("bn → bn\n"))
    }
  }

  @Test func theReportOnlySaysWhatIsTrue() async throws {
    try await withCheckpoint { folder, last in
      let out = folder.appendingPathComponent("out.safetensors").path
      for norm in ["in", "none"] {
        let text = try await convert(["--checkpoint", last, "--set", "norm=\(norm)", "--out", out])
        #expect(text.contains("γ and β of norms are dropped") && !text.contains("copied"), "\(text)")
      }
      let group = try await convert(["--checkpoint", last, "--set", "norm=gn", "--out", out])
      #expect(group.contains("γ and β are copied") && !group.contains("dropped"))
      let home = try await convert(["--checkpoint", out, "--set", "norm=bn", "--out", out + "2"])
      #expect(home.contains("there were no running statistics") && home.contains("; recalibrate\n"))
      let cured = try await convert([
        "--checkpoint", out, "--set", "norm=bn", "--recalibrate", "1", "--out", out + "2",
      ])
      // A network of a few steps guesses; of the conversion itself nothing is warned.
      let warnings = cured.split(separator: "\n").filter { $0.hasPrefix("warning: ") && !$0.contains("guessing") }
      #expect(cured.contains("recomputed from 1 training batch\n") && warnings.isEmpty, "\(cured)")
    }
  }

  @Test func settingsOfDualBNCanBeChangedAlone() async throws {
    try await withCheckpoint(["--set", "norm=dbn"]) { folder, last in
      let out = folder.appendingPathComponent("out.safetensors").path
      for arguments in [["dbn.temperature=50"], ["norm.layers=all", "dbn.temperature=50"]] {
        let text = try await convert(
          ["--checkpoint", last, "--out", out] + arguments.flatMap { ["--set", $0] })
        #expect(text.contains("\ndbn.temperature 1 → 50\nwarning: τ of the posterior changed"), "\(text)")
        #expect(!text.contains("bit for bit") && !text.contains("largest change 0,"), "\(text)")
      }
      let settings = try #require(try Safetensors(contentsOf: URL(fileURLWithPath: out)).metadata["settings"])
      #expect(settings.contains(#""dbn.temperature":50"#))
      let weight = try await convert(["--checkpoint", last, "--set", "dbn.weight=0.01", "--out", out])
      #expect(weight.contains("dbn.weight 0.001 → 0.01\nevaluation is unchanged, bit for bit"))
      let same = try await BuiltProgram.run([
        "convert", "--checkpoint", last, "--set", "dbn.temperature=1", "--out", out,
      ])
      #expect(same.status == 2 && same.error.contains("already has norm dbn with these settings"))
    }
  }

  @Test func wrongUsageEndsWithStatus2() async throws {
    try await withCheckpoint { folder, last in
      let out = folder.appendingPathComponent("out.safetensors").path
      for (assignments, more, what) in [
        (["norm=gn"], ["--recalibrate", "2"], "--recalibrate 2: norm gn has no running statistics"),
        (["norm=in"], ["--recalibrate", "2"], "norm in has no running statistics"),
        (["norm=none"], ["--recalibrate", "2"], "norm none has no running statistics"),
        (["dbn.temperature=3"], [], "--set dbn.temperature=3: not used by norm bn; remove the option"),
        (["norm.layers=all"], [], "--set norm.layers=all: not used by norm bn"),
        (["norm=dbn", "norm.layers=0,9"], [], "norm.layers: conv4 has no normalization layer 9"),
        (["norm=gn", "norm.affine=shared"], [], "norm.affine: 'shared' has no meaning for norm gn"),
        (["norm=dbn", "data.size=17"], [], "data.size: 17 is not a multiple of 4"),
      ] {
        let run = try await BuiltProgram.run(
          ["convert", "--checkpoint", last, "--out", out] + assignments.flatMap { ["--set", $0] } + more)
        #expect(run.status == 2 && run.result == "" && run.error.contains(what), "\(run)")
        #expect(run.errorLines.count == 1, "\(run.error)")
      }
    }
  }

  @Test func whatCannotBeConvertedIsOneLineAndWritesNothing() async throws {
    try await withCheckpoint { folder, last in
      let out = folder.appendingPathComponent("out.safetensors").path
      for (arguments, what) in [
        (["--checkpoint", last, "--out", out], "nothing to convert; use --set norm=NAME, --recalibrate N, or both"),
        (["--checkpoint", last, "--set", "norm=bn", "--out", out], "already has norm bn"),
        (["--checkpoint", last, "--set", "norm=layer", "--out", out], "norm: 'layer' is not accepted"),
        (["--checkpoint", last, "--set", "norm=dbn", "--set", "norm.layers=9", "--out", out], "has no normalization"),
        (["--checkpoint", last, "--set", "norm=gn", "--set", "norm.affine=shared", "--out", out], "has no meaning"),
        (["--checkpoint", last, "--set", "lr=1", "--out", out], "'convert' only changes normalization layers"),
        (
          ["--checkpoint", last, "--recalibrate", "0", "--out", out],
          "--recalibrate 0: use a whole number of at least 1"
        ),
        (
          ["--checkpoint", folder.appendingPathComponent("run").path, "--set", "norm=dbn", "--out", out],
          "is a folder; give a file in its checkpoints/"
        ),
        (["--checkpoint", last + "x", "--set", "norm=dbn", "--out", out], "last.safetensorsx"),
        (
          ["--checkpoint", last, "--set", "norm=dbn", "--out", "/proc/none/x"],
          "cannot create this folder; choose another with --out"
        ),
      ] {
        let run = try await BuiltProgram.run(["convert"] + arguments)
        #expect(run.status != 0 && run.result == "" && run.error.contains(what), "\(run.error)")
        #expect(run.errorLines.count == 1, "\(run.error)")
      }
      #expect(!FileManager.default.fileExists(atPath: out))
    }
  }
}
