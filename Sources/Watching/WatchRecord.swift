import Events
import Recipe
import Spelling

/// What earlier watches measured, from the events they kept.
package struct WatchRecord: Sendable {
  /// The events of every checkpoint that was measured to its end, in order.
  package private(set) var events: [Event] = []
  /// The description of the watch that measured them; nil when there was none.
  package private(set) var description: SessionDescription?
  /// What was measured of each file: its name in the folder and its stamp.
  private(set) var files: [FolderEntry] = []
  /// The events of a checkpoint that is not finished yet.
  private var pending: [Event] = []

  package init() {}

  /// Takes in an event that was kept.
  package mutating func take(_ event: Event) {
    switch event {
    // An alarm of an earlier checkpoint may be acknowledged while the next one is measured.
    case .alarm(let change) where change.state == .acknowledged && !pending.contains(where: \.isAlarm):
      events.append(event)
    case .started(let started):
      description = description ?? started
      pending = []
    case .checkpoint(let note) where note.kind == .found:
      guard let found = note.found else { return }
      events += pending + [event]
      pending = []
      let name = note.path.split(separator: "/").last.map(String.init) ?? note.path
      files.append(FolderEntry(name, FileStamp(size: found.size, modified: found.modified)))
    case .probe, .layers, .scatter, .alarm: pending.append(event)
    default: break
    }
  }

  /// True when a file was measured as it lies there now.
  func has(_ entry: FolderEntry) -> Bool {
    files.contains {
      $0.name == entry.name && $0.stamp.size == entry.stamp.size && $0.stamp.modified == entry.stamp.modified
    }
  }

  /// How a watch differs from the one that measured this: `with eps 8/255`; nil if the numbers belong together.
  package func difference(from other: SessionDescription) -> String? {
    guard let description else { return nil }
    let (mine, theirs) = (description.settings, other.settings)
    let names = ["eps", "attack.norm", "seed", "sentinel.deep_images", "sentinel.watch", "sentinel.alarm"]
    for knob in names.compactMap(AnyKnob.named) where mine[knob] != theirs[knob] {
      return "with \(knob.name) \(mine.formatted(knob))"
    }
    if description.data != other.data { return "on \(oneLine(description.data))" }
    guard let before = description.basis, let now = other.basis else { return nil }
    return before.difference(from: now).map { oneLine($0) }
  }
}

extension Event {
  fileprivate var isAlarm: Bool { if case .alarm = self { true } else { false } }
}
