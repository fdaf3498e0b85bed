/// What tells two contents of a file apart without reading them.
package struct FileStamp: Sendable, Hashable {
  /// Bytes.
  package var size: Int
  /// When it was last written, in nanoseconds since 1970.
  package var modified: Int
  /// Its number on the disk, which a file that replaces it does not share; 0 where it is not known.
  package var inode: UInt64

  package init(size: Int, modified: Int, inode: UInt64 = 0) {
    self.size = size
    self.modified = modified
    self.inode = inode
  }

  /// When it was last written, in seconds since 1970.
  var seconds: Double { Double(modified) / 1e9 }
}

/// A file as a look into the folder shows it.
package struct FolderEntry: Sendable, Hashable {
  /// Its name in the folder.
  package var name: String
  package var stamp: FileStamp

  package init(_ name: String, _ stamp: FileStamp) {
    self.name = name
    self.stamp = stamp
  }
}

/// Which files of a folder can be read: those that nobody is writing any more. Pure: looks and the time come in.
///
///     new or changed ─▶ changing ─▶ ready ─▶ done          ready: two looks show the same stamp, or it is old
///                          ▲          │
///                          └ changed ─┴─▶ unfinished ─▶ ready once more, when patience is over
///
/// A file that is replaced under its name is a new one. A file that does not open is taken to be unfinished until it
/// has not changed for `patience` seconds.
package struct Arrivals: Sendable {
  /// What is known of a file.
  private enum State: Sendable, Hashable {
    /// Seen once with this stamp, at this time.
    case changing(since: Double)
    /// To be read. `isLast`: patience is over, and an error is final.
    case ready(isLast: Bool)
    /// Its content was incomplete; it has had this stamp since that time.
    case unfinished(since: Double)
    /// Read, or given up.
    case done
  }

  private struct File: Sendable, Hashable {
    var stamp: FileStamp
    var state: State
    var since: Double
  }

  /// Seconds that a file which does not open may stay unchanged before it is given up.
  package let patience: Double
  /// Seconds after its last change that a file is taken to be complete at first sight.
  private let settled: Double
  private var files: [String: File] = [:]

  package init(patience: Double, settled: Double = 5) {
    self.patience = patience
    self.settled = settled
  }

  /// Takes in a look into the folder at `now`, in seconds since 1970. Returns the names of files that are gone before
  /// they were read.
  package mutating func look(_ entries: [FolderEntry], at now: Double) -> [String] {
    let names = Set(entries.map(\.name))
    let gone = files.filter { !names.contains($0.key) }
    for name in gone.keys { files[name] = nil }
    for entry in entries { look(entry, now) }
    return gone.filter { $0.value.state != .done }.keys.sorted()
  }

  private mutating func look(_ entry: FolderEntry, _ now: Double) {
    guard var file = files[entry.name], file.stamp == entry.stamp else {
      let isOld = now - entry.stamp.seconds >= settled && entry.stamp.size > 0
      files[entry.name] = File(
        stamp: entry.stamp, state: isOld ? .ready(isLast: false) : .changing(since: now), since: now)
      return
    }
    switch file.state {
    // A clock that has not moved has not looked again; an empty file has only just been made.
    case .changing(let since) where now > since && (file.stamp.size > 0 || quiet(file, now) >= patience):
      file.state = .ready(isLast: quiet(file, now) >= patience)
    case .unfinished where quiet(file, now) >= patience: file.state = .ready(isLast: true)
    case .changing, .unfinished, .ready, .done: break
    }
    files[entry.name] = file
  }

  /// Seconds without a change. A clock of another machine may be wrong: what was seen here counts too.
  private func quiet(_ file: File, _ now: Double) -> Double { max(now - file.since, now - file.stamp.seconds) }

  /// True for a content that no look has shown yet.
  package func isNew(_ entry: FolderEntry) -> Bool { files[entry.name]?.stamp != entry.stamp }

  /// The files to read, without an order.
  package var ready: [FolderEntry] {
    files.compactMap { name, file in
      if case .ready = file.state { FolderEntry(name, file.stamp) } else { nil }
    }
  }

  /// True while a file may become ready without a change of the folder.
  package var isWaiting: Bool {
    files.values.contains { file in
      switch file.state {
      case .changing, .unfinished: true
      case .ready, .done: false
      }
    }
  }

  /// A file was read or given up; until it changes it is done. A change since `entry` was seen counts.
  package mutating func finish(_ entry: FolderEntry) {
    guard files[entry.name]?.stamp == entry.stamp else { return }
    files[entry.name]?.state = .done
  }

  /// A file was measured earlier, by another watch.
  package mutating func skip(_ entry: FolderEntry) {
    files[entry.name] = File(stamp: entry.stamp, state: .done, since: 0)
  }

  /// A file did not open. Returns true when it is waited for, false when it is given up.
  package mutating func isUnfinished(_ entry: FolderEntry, at now: Double) -> Bool {
    guard let file = files[entry.name], file.stamp == entry.stamp else { return true }
    if case .ready(isLast: true) = file.state {
      files[entry.name]?.state = .done
      return false
    }
    // One that has been quiet for long is not being written.
    guard quiet(file, now) < patience else {
      files[entry.name]?.state = .done
      return false
    }
    files[entry.name]?.state = .unfinished(since: now)
    return true
  }
}
