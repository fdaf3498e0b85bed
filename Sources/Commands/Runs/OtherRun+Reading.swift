import Foundation
import Panes
import Runs

extension OtherRun {
  /// A run as another one is compared with it. Throws `RunError`.
  init(_ other: RunStore, name: String, for run: RunStore) throws {
    self.init(name: name, events: try other.curves(), trunk: try run.trunk(with: other))
  }

  /// Runs by name, for the lab that shows `run`. Throws `RunError`.
  static func named(_ names: [String], for run: RunStore) throws -> [OtherRun] {
    do { return try names.map { try one(named: $0, for: run) } } catch let failure as CommandFailure {
      throw RunError(failure.line)
    }
  }

  private static func one(named name: String, for run: RunStore) throws -> OtherRun {
    let sibling = run.folder.deletingLastPathComponent().appendingPathComponent(name)
    let url = RunStore.isRun(sibling) && !name.contains("/") ? sibling : try RunName(name).url
    guard url.standardizedFileURL.path != run.folder.standardizedFileURL.path else {
      throw RunError("\(name): this is the run itself; name another one")
    }
    return try OtherRun(try RunStore.open(url, writing: false), name: url.lastPathComponent, for: run)
  }

  /// The run that this one branched off, where it can still be read.
  static func parent(of run: RunStore) -> [OtherRun] {
    guard let path = try? run.fact("parent") else { return [] }
    let recorded = URL(fileURLWithPath: path)
    // The two may have been moved together.
    let moved = run.folder.deletingLastPathComponent().appendingPathComponent(recorded.lastPathComponent)
    guard let url = [recorded, moved].first(where: RunStore.isRun),
      let parent = try? RunStore.open(url, writing: false),
      let other = try? OtherRun(parent, name: "parent \(url.lastPathComponent)", for: run)
    else { return [] }
    return [other]
  }
}
