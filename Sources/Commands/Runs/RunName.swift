import Foundation
import Runs
import Spelling

/// A run as a person names it: a folder, or the name of one in `runs/`.
struct RunName {
  /// The folder.
  let url: URL

  /// Throws `CommandFailure` when there is no such run.
  init(_ text: String) throws {
    let candidates = [text, "runs/\(text)"].map { URL(fileURLWithPath: $0) }
    if let found = candidates.first(where: RunStore.isRun) {
      url = found
    } else if let folder = candidates.first(where: RunName.isFolder) {
      throw CommandFailure.usage(
        "\(folder.relativePath): not a run (it has no \(RunStore.fileName)); 'dualab runs list' shows those that are here"
      )
    } else {
      let near = nearestName(to: text, in: RunName.known(in: URL(fileURLWithPath: "runs")))
      throw CommandFailure.usage(
        "\(text): no such run; "
          + (near.map { "did you mean '\($0)'?" } ?? "'dualab runs list' shows those that are here"))
    }
  }

  /// The names of the runs in a folder, in the order of their names.
  static func known(in folder: URL) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().filter { RunStore.isRun(folder.appendingPathComponent($0)) }
  }

  private static func isFolder(_ url: URL) -> Bool {
    (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
  }

  /// The run's record, to read. Throws `RunError`.
  func store() throws -> RunStore { try RunStore.open(url, writing: false) }
}
