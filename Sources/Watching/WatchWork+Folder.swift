import Events
import Foundation
import Networks
import Spelling

/// Looking into the folder, and choosing.
extension WatchWork {
  mutating func look() throws {
    let entries: [FolderEntry]
    do { entries = try task.folder.look() } catch {
      // A folder that comes and goes, as on a network, is no reason to end.
      guard !task.isOnce, state != nil else { throw error }
      if complaint != "\(error)" { journal(.failed(.checkpoint, "\(error)")) }
      complaint = "\(error)"
      return
    }
    complaint = nil
    let known = entries.filter { arrivals.isNew($0) && task.earlier.has($0) }
    for entry in known { arrivals.skip(entry) }
    if !known.isEmpty { journal(.measuredEarlier(known.count)) }
    for name in arrivals.look(entries, at: Date().timeIntervalSince1970) { journal(.deleted(name)) }
    leaveOut()
  }

  /// Leaves out all but the newest files where too many wait.
  private mutating func leaveOut() {
    guard let newest = task.newest else { return }
    let ready = arrivals.ready
    guard ready.count > newest else { return }
    journal(.onlyNewest(newest, of: ready.count))
    let sorted = ready.sorted {
      $0.stamp.modified != $1.stamp.modified
        ? $0.stamp.modified > $1.stamp.modified : CheckpointName.areInOrder($1.name, $0.name)
    }
    for entry in sorted.dropFirst(newest) { arrivals.finish(entry) }
  }

  /// The next file to measure: of the lowest step, of equals the oldest.
  mutating func next() -> Candidate? {
    var candidates: [Candidate] = []
    for entry in arrivals.ready {
      do {
        let counts = try counts[entry] ?? WeightsFile(task.folder.file(entry.name)).counts()
        self.counts[entry] = counts
        candidates.append(
          Candidate(entry: entry, counts: counts, number: numbering.number(of: entry.name, counts)))
      } catch {
        // Perhaps nobody has finished it yet.
        guard task.folder.stamp(of: entry.name) == entry.stamp else { continue }
        if !arrivals.isUnfinished(entry, at: Date().timeIntervalSince1970) { skip(entry, error) }
      }
    }
    return candidates.min { one, other in
      let (a, b) = (one.entry, other.entry)
      if one.number.step != other.number.step { return one.number.step < other.number.step }
      if a.stamp.modified != b.stamp.modified { return a.stamp.modified < b.stamp.modified }
      return CheckpointName.areInOrder(a.name, b.name)
    }
  }

  mutating func skip(_ entry: FolderEntry, _ error: any Error) {
    counts[entry] = nil
    arrivals.finish(entry)
    guard let stamp = task.folder.stamp(of: entry.name) else { return journal(.deleted(entry.name)) }
    // What was read may be half of one content and half of the next, which will be read anyway.
    guard stamp == entry.stamp else { return }
    skipped += 1
    let path = task.folder.file(entry.name), line = oneLine("\(error)")
    // Readers of files name them too, as typed or in full.
    let name = [path, URL(fileURLWithPath: path).path].first { line.hasPrefix("\($0): ") }
    let reason = name.map { String(line.dropFirst($0.count + 2)) } ?? line
    tell(.checkpoint(CheckpointNote(step: step, kind: .skipped, path: path, reason: reason)))
  }
}
