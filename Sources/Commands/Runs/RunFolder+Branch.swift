import Foundation
import Presets
import Runs

extension RunFolder {
  /// Makes the folder of a branch: `out`, or `RUN-branch-STEP` next to the run. Throws `CommandFailure` or `RunError`.
  init(of branch: RunBranch, next run: URL, at step: Int, out: String? = nil) throws {
    let usual = run.relativePath + "-branch-\(step)"
    let path = out ?? RunFolder.free(usual) { FileManager.default.fileExists(atPath: $0) }
    let preset = try branch.preset
    try self.init(
      URL(fileURLWithPath: path),
      preset: resolvedYAML(
        preset.settings, tour: preset.tour, header: "All settings of a branch of a run of '\(preset.name)'."))
    do { try branch.make(in: url) } catch {
      discard()
      throw error
    }
  }
}
