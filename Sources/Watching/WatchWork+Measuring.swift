import Events
import Networks

/// Measuring one checkpoint.
extension WatchWork {
  mutating func measure(_ candidate: Candidate, _ meter: inout CheckpointMeter) throws {
    let entry = candidate.entry, number = candidate.number
    enter(.measuring)
    let loaded: WatchTask.Loaded
    do { loaded = try task.load(task.folder.file(entry.name)) } catch { return skip(entry, error) }
    let imported = loaded.imported
    counts[entry] = nil
    // Replaced while it was read: the next look finds the new one.
    if let stamp = task.folder.stamp(of: entry.name), stamp != entry.stamp { return }
    let weights = imported.network.weights().digest.text
    explain(imported.notes, of: entry.name)
    if let earlier = measured[weights] {
      arrivals.finish(entry)
      return journal(.sameWeights(file: entry.name, as: earlier))
    }
    if source != number.source {
      source = number.source
      journal(.numbered(by: number.source))
    }
    if isLate(number.step) { journal(.stepBack(file: entry.name, step: number.step, last: step)) }
    try check(loaded, entry.name, number.step, &meter)
    arrivals.finish(entry)
    numbering.note(number, of: entry.name)
    measured[weights] = entry.name
    found += 1
    step = max(step, number.step)
    try record(
      .checkpoint(
        CheckpointNote(
          step: number.step, kind: .found, path: task.folder.file(entry.name),
          found: FoundFile(
            size: entry.stamp.size, modified: entry.stamp.modified, stepFrom: number.source,
            epoch: candidate.counts.epoch, weights: weights))))
  }

  /// What the import assumed, when it is not what it assumed for the file before.
  private mutating func explain(_ lines: [String], of name: String) {
    let path = task.folder.file(name) + ": "
    let plain = lines.map { $0.hasPrefix(path) ? String($0.dropFirst(path.count)) : $0 }
    guard plain != notes else { return }
    notes = plain
    for line in plain { journal(.remark("\(name): \(line)")) }
  }

  /// Quick and deep check, and the causes of a new alarm.
  private mutating func check(
    _ loaded: WatchTask.Loaded, _ name: String, _ step: Int, _ meter: inout CheckpointMeter
  ) throws {
    let network = loaded.imported.network, isLate = isLate(step)
    var quick = try meter.checkQuickly(network, step: step, poll: { try poll() })
    var changes = quick.probe.quick.map { [alarm.take($0, isLate: isLate)].compactMap(\.self) } ?? []
    quick.probe.gapState = alarm.state
    for event in [Event.probe(quick.probe), .layers(quick.layers), .scatter(quick.scatter)] + changes.map(Event.alarm) {
      try record(event)
    }
    let guessing = try meter.guessing(network, loaded.guessing, quick.probe.clean, poll: { try poll() })
    if let guessing, !isWarned { journal(.remark("\(name): \(guessing)")) }
    isWarned = guessing != nil
    if alarm.wantsDeep || task.deepEvery > 0 && found % task.deepEvery == 0 {
      var probe = try meter.checkDeeply(network, after: quick, poll: { try poll() })
      let change = probe.deep.flatMap { alarm.take($0, isLate: isLate) }
      probe.gapState = alarm.state
      try record(.probe(probe))
      if let change { try record(.alarm(change)) }
      changes += [change].compactMap(\.self)
    }
    guard changes.contains(where: { $0.state == .alarm && $0.from != .alarm }) else { return }
    let causes = try meter.findCauses(network, after: quick, poll: { try poll() })
    try record(.alarm(GapChange(step: step, from: alarm.state, state: alarm.state, causes: causes)))
  }
}
