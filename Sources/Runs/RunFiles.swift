import Engine
import Events
import Foundation
import Tensors

/// The checkpoints in a run's folder.
package struct RunFiles: Sendable {
  /// One of them, by what its header says; nothing is checked yet.
  package struct Entry: Sendable, Hashable {
    /// The file.
    package let url: URL
    /// Steps done.
    package let step: Int
    /// Which checkpoint.
    package let kind: CheckpointKind
    /// True when a session can go on from it.
    package let canGoOn: Bool
    /// Bytes.
    package let size: Int
  }

  /// The checkpoints, by step.
  package let entries: [Entry]
  /// Files that are no readable checkpoints, one line each.
  package let damaged: [String]
  private let folder: URL

  /// Looks through the folder of a run.
  package init(_ run: URL) {
    folder = run.appendingPathComponent("checkpoints")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    var entries: [Entry] = [], damaged: [String] = []
    for name in names.sorted() where name.hasSuffix(".safetensors") && !name.hasPrefix(".") {
      let url = folder.appendingPathComponent(name)
      do { entries.append(try Entry(url)) } catch { damaged.append("\(error)") }
    }
    self.entries = entries.sorted { ($0.step, $0.order) < ($1.step, $1.order) }
    self.damaged = damaged
  }

  /// The latest checkpoint that a session can go on from, at most at `step`. A damaged one is told to `skipped`, and the
  /// one before it is used. Throws `RunError` when there is none.
  package func latest(
    notAfter step: Int = .max, where isWanted: (ResumePoint) -> Bool = { _ in true }, skipped: (String) -> Void
  ) throws -> ResumePoint {
    for line in damaged { skipped(line) }
    for entry in entries.reversed() where entry.canGoOn && entry.step <= step {
      do {
        let point = try ResumePoint(entry.url.path)
        if isWanted(point) { return point }
      } catch { skipped("\(error)") }
    }
    let limit = step == .max ? "" : " up to step \(step)"
    throw RunError(
      "\(folder.relativePath): no checkpoint\(limit) that a run can go on from; start it again, in a new folder, with "
        + "--preset \(folder.deletingLastPathComponent().path)/preset.yaml")
  }

  /// Deletes what killed processes left half-written.
  package func removeLeftovers() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(".") && name.hasSuffix(".partial") {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }
}

extension RunFiles.Entry {
  init(_ url: URL) throws {
    let metadata = try Safetensors.metadata(of: url)
    guard metadata["dualab"] != nil, let step = metadata["step"].flatMap({ Int($0) }),
      let kind = Self.kind(url, metadata["kind"])
    else { throw FileError("\(url.relativePath): not a checkpoint of a run") }
    let size = (try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int) ?? 0
    self.init(url: url, step: step, kind: kind, canGoOn: metadata["progress"] != nil, size: size)
  }

  /// A pinned one is called otherwise than it was written.
  private static func kind(_ url: URL, _ written: String?) -> CheckpointKind? {
    url.lastPathComponent.hasPrefix("kept-") ? .kept : written.flatMap(CheckpointKind.init)
  }

  /// Among checkpoints of one step, later ones have seen more.
  var order: Int {
    switch kind {
    case .best, .found, .skipped: 0
    case .before: 1
    case .auto: 2
    case .alarm: 3
    case .kept: 4
    case .interrupted: 5
    case .last: 6
    }
  }
}
