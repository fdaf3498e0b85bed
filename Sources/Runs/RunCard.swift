import Events
import Foundation
import GRDB
import Networks
import Readout
import Recipe

/// What there is to say about a run at a glance, from its record.
package struct RunCard: Sendable {
  /// Where a run stands.
  package enum State: Sendable, Hashable {
    /// A process is at it.
    case running(process: String)
    case finished, stopped, failed
    /// Its last process ended without saying so.
    case killed

    /// In one word, as tables and JSON have it.
    package var word: String {
      switch self {
      case .running: "running"
      case .finished: "finished"
      case .stopped: "stopped"
      case .failed: "failed"
      case .killed: "killed"
      }
    }
  }

  /// The folder.
  package let folder: URL
  /// The preset's name.
  package let preset: String
  package let state: State
  /// What it is; nil when it ended before data and network were loaded.
  package let description: SessionDescription?
  /// The settings at its end.
  package let settings: Settings
  /// Steps done.
  package let step: Int
  /// Last and best weights on the test images, where they were measured.
  package let results: [Probe]
  /// The last measurement of the weights that were trained, on the sentinel's images where it checked.
  package let lastProbe: Probe?
  /// The last check by stronger attacks, and its reading that leaves least: of the same weights and images.
  package let lastCheck: (probe: Probe, reading: GapReading)?
  /// What it told about the gap.
  package let measuredGap: GapRecord
  /// How its best weights were chosen, as its last session said at its end; nil before, and in records of earlier
  /// versions.
  package let best: BestChoice?
  /// Its sessions.
  package let sessions: [RunStore.Session]
  /// What was done to it.
  package let interventions: InterventionRecord
  /// Its places to go back to by name.
  package let marks: Marks
  /// The run that it branched off, and where.
  package let parent: (run: String, step: Int)?

  /// Reads a run. Throws `RunError`.
  package init(_ store: RunStore) throws {
    folder = store.folder
    preset = try store.fact("preset") ?? "unknown"
    sessions = try store.sessions()
    interventions = try store.interventions()
    marks = try store.marks()
    step = try store.lastStep()
    state = State(RunLock.holder(of: store.folder), sessions.last)
    description = try store.last(of: "started", first: true)?.description
    results = try store.results()
    lastProbe = try store.lastProbe()
    lastCheck = try store.lastCheck()
    measuredGap = try store.gap()
    best = try store.last(of: "summary")?.summary?.best
    var settings = description?.settings ?? Settings()
    for case .set(let knob, let value) in interventions.inOrder().map(\.act) { try? settings.set(knob, to: value) }
    self.settings = settings
    let run = try store.fact("parent"), step = try store.fact("parent_step").flatMap { Int($0) }
    parent = run.flatMap { run in step.map { (run, $0) } }
  }

  /// What its bits depend on: each program with its kind of kernels once, in the order of its sessions.
  package var computed: [Provenance] {
    sessions.reduce([]) { all, session in
      Provenance(version: session.version, kernels: session.kernels, convolution: session.convolution).following(all)
    }
  }
  /// What the gap means now; nil when nothing was measured.
  package var gap: GapState? { measuredGap.state }
  /// The reading of it that speaks loudest.
  package var strongest: GapReading? { measuredGap.strongest }
  /// The folder's name.
  package var name: String { folder.lastPathComponent }
  /// Steps of the whole run.
  package var totalSteps: Int? { description.map { settings.totalSteps(stepsPerEpoch: $0.stepsPerEpoch) } }
}

extension RunCard.State {
  fileprivate init(_ holder: String?, _ session: RunStore.Session?) {
    if let holder {
      self = .running(process: holder)
    } else {
      switch session?.outcome {
      case "finished": self = .finished
      case "stopped": self = .stopped
      case "failed": self = .failed
      default: self = .killed
      }
    }
  }
}

extension RunStore {
  /// The last (or first) event of a kind.
  fileprivate func last(of kind: String, first: Bool = false) throws -> Event? {
    let order = first ? "ASC" : "DESC"
    let text = try read { db in
      try String.fetchOne(
        db, sql: "SELECT json FROM event WHERE kind = ? ORDER BY seq \(order) LIMIT 1", arguments: [kind])
    }
    return text.flatMap { try? LosslessJSON.value($0) }
  }

  /// The measurements on the test images after the last change of the weights.
  fileprivate func results() throws -> [Probe] {
    try probes(
      """
      json ->> 'split' = 'test' AND seq > (SELECT coalesce(max(seq), 0) FROM sample) ORDER BY seq
      """)
  }

  /// The last measurement of the weights that were trained.
  fileprivate func lastProbe() throws -> Probe? {
    try probes("json ->> 'weights' = 'current' ORDER BY seq DESC LIMIT 1").first
  }

  /// Of the readings at the step of the last check, the one that leaves least.
  fileprivate func lastCheck() throws -> (probe: Probe, reading: GapReading)? {
    try probes(
      """
      json ->> 'gapState' IS NOT NULL AND step =
        (SELECT max(step) FROM event WHERE kind = 'probe' AND json ->> 'gapState' IS NOT NULL) ORDER BY seq
      """
    ).flatMap { probe in [probe.quick, probe.deep].compactMap(\.self).map { (probe, $0) } }
      .min { $0.1.accuracy.value < $1.1.accuracy.value }
  }

  /// The measurements that fulfil a condition of the record; those that cannot be read are left out.
  private func probes(_ condition: String) throws -> [Probe] {
    let texts = try read { db in
      try String.fetchAll(db, sql: "SELECT json FROM event WHERE kind = 'probe' AND \(condition)")
    }
    return texts.compactMap { text -> Probe? in
      guard let event: Event = try? LosslessJSON.value(text), case .probe(let probe) = event else { return nil }
      return probe
    }
  }

  /// What the run told about the gap.
  fileprivate func gap() throws -> GapRecord {
    let texts = try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT json FROM event WHERE kind = 'alarm' OR (kind = 'probe' AND json ->> 'gapState' IS NOT NULL)
            ORDER BY seq
          """)
    }
    return GapRecord(texts.lazy.compactMap { try? LosslessJSON.value($0) as Event })
  }
}

extension Event {
  fileprivate var description: SessionDescription? { if case .started(let value) = self { value } else { nil } }
  fileprivate var summary: Summary? { if case .summary(let value) = self { value } else { nil } }
}
