import Events
import Foundation
import Readout
import Recipe
import Runs
import TensorBoard
import Tensors

/// A run as an event file of TensorBoard: curves by step, and the journal as text.
struct TensorBoardExport {
  private let store: RunStore
  private var log: TensorBoardLog
  private var clock: SessionClock
  private let began: Double

  init(_ store: RunStore) throws {
    let sessions = try store.sessions(), events = try store.events(pictures: .last).map(\.event)
    self.store = store
    clock = SessionClock(sessions, events)
    began = clock.first
    log = try TensorBoardLog(time: began)
    // A setting that changes has its first value from the beginning.
    var values: [String: Double] = [:]
    for case .journal(let entry) in events {
      guard let change = entry.change, let old = Double(change.old) else { continue }
      values["knob/\(change.knob)"] = values["knob/\(change.knob)"] ?? old
    }
    try log.add(values, step: 0, time: began)
    for event in events { try add(event, &values) }
    let last = try store.lastStep()
    try log.add(values, step: last, time: clock.now)
  }

  /// Writes the file into a folder, which is made if it is missing. The name says when the run began: a second export
  /// of the run replaces the first. Throws `CommandFailure`.
  func write(to path: String) throws {
    let folder = URL(fileURLWithPath: path), files = FileManager.default
    let name = "events.out.tfevents.\(Int(began)).dualab"
    var isFolder: ObjCBool = false
    if files.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      throw CommandFailure.failed("--out \(path): this is a file; TensorBoard reads folders, so name one")
    }
    let others = ((try? files.contentsOfDirectory(atPath: path)) ?? []).filter { $0.contains("tfevents") && $0 != name }
    if let other = others.first {
      throw CommandFailure.failed(
        "--out \(path): has \(other), the curves of another run, and TensorBoard would mix them; use another folder")
    }
    do { try files.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw CommandFailure.failed("--out \(path): cannot create the folder; use one you can write to")
    }
    do { try AtomicFile.write(log.data, to: folder.appendingPathComponent(name)) } catch {
      throw CommandFailure.failed("--out \(error)")
    }
  }

  private mutating func add(_ event: Event, _ values: inout [String: Double]) throws {
    clock.take(event)
    let time = clock.now, step = event.step
    switch event {
    case .sample(let sample): try log.add(sample.scalars, step: step, time: time)
    case .probe(let probe): try log.add(probe.scalars, step: step, time: time)
    case .alarm(let change):
      try note(change.line(.table), "sentinel", step: step)
      try log.add(change.scalars, step: step, time: time)
    case .journal(let entry):
      try note(entry.text, entry.cause.rawValue, step: step)
      guard let change = entry.change, let new = Double(change.new) else { return }
      // In force from the next step on.
      let tag = "knob/\(change.knob)"
      if let old = values.updateValue(new, forKey: tag) { try log.add([tag: old], step: step, time: time) }
      try log.add([tag: new], step: step + 1, time: time)
    default: return
    }
  }

  private mutating func note(_ text: String, _ who: String, step: Int) throws {
    try log.add(
      text: "\(text) (\(who))", tag: "journal", about: "What was done to the run, and by whom.", step: step,
      time: clock.now)
  }
}

/// The wall-clock time of a run's events: when their session began, and the seconds of training and measuring since.
private struct SessionClock {
  /// When the run began.
  let first: Double
  /// The time of the last event.
  private(set) var now: Double
  /// When the sessions to come begin; nil for one that another run told, which this one branched off.
  private var begins: [Double?]
  private var isRunning = false

  init(_ sessions: [RunStore.Session], _ events: [Event]) {
    // A session that reached no checkpoint told nothing that is still there, so the last ones are found first.
    var left = sessions[...], begins: [Double?] = []
    for case .started(let description) in events.reversed() {
      let found = left.lastIndex { $0.fromStep == description.resumedAt }
      begins.append(found.flatMap { Self.seconds(left[$0].began) })
      if let found { left = left[..<found] }
    }
    self.begins = begins.reversed()
    first = sessions.first.flatMap { Self.seconds($0.began) } ?? 0
    now = first
  }

  mutating func take(_ event: Event) {
    switch event {
    case .started:
      let begin = begins.isEmpty ? nil : begins.removeFirst()
      isRunning = begin != nil
      now = begin ?? now
    case .sample(let sample) where isRunning: now += sample.seconds
    case .probe(let probe) where isRunning: now += probe.seconds
    default: return
    }
  }

  private static func seconds(_ text: String) -> Double? {
    (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))?.timeIntervalSince1970
  }
}

extension Sample {
  fileprivate var scalars: [String: Double] {
    let all: [String: Double?] = [
      "loss": loss, "clean_loss": cleanLoss, "adversarial_loss": adversarialLoss, "kl": kl, "dbn_nll": dbnNLL,
      "clean": cleanAccuracy?.value, "adversarial": adversarialAccuracy?.value, "lr": learningRate,
      "epoch": Double(epoch), "images": Double(images), "seconds": seconds,
    ]
    return all.compactMapValues(\.self).prefixed("train")
  }
}

extension Probe {
  fileprivate var scalars: [String: Double] {
    let all: [String: Double?] = [
      "clean": clean.value, "adversarial": adversarial.value, "pgd10": pgd10?.value, "fgsm": fgsm?.value,
      "n": Double(clean.n), "seconds": seconds,
    ]
    let place = weights == .current ? split.rawValue : "\(split.rawValue)/\(weights.rawValue)"
    let readings = [quick, deep].compactMap(\.self).map(\.scalars).reduce([:]) { $0.merging($1) { _, new in new } }
    return all.compactMapValues(\.self).prefixed(place).merging(readings) { _, new in new }
      .merging(gapState.map { ["gap/state": $0.number] } ?? [:]) { _, new in new }
  }
}

extension GapChange {
  /// Quick and deep readings are in the probes.
  fileprivate var scalars: [String: Double] {
    let full = reading.flatMap { $0.tier == .full ? $0.scalars : nil } ?? [:]
    return full.merging(["gap/state": state.number]) { _, new in new }
  }
}

extension GapReading {
  fileprivate var scalars: [String: Double] {
    ["": gap, "_lower": lower, "_upper": upper].prefixed("gap", tier.rawValue)
  }
}

extension GapState {
  /// Its place in the order calm, watch, alarm, confirmed, acknowledged.
  fileprivate var number: Double { Double(GapState.allCases.firstIndex(of: self) ?? 0) }
}

extension [String: Double] {
  fileprivate func prefixed(_ folder: String, _ name: String = "") -> [String: Double] {
    Dictionary(uniqueKeysWithValues: map { ("\(folder)/\(name)\($0.key)", $0.value) })
  }
}
