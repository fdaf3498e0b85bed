import Engine
import Events
import Foundation
import Presets
import Recipe
import Spelling

/// A run, resolved: what is trained, with which settings, on how many threads.
package struct RunPlan {
  package let preset: Preset
  package let settings: Settings
  /// The preset's tour and the changes of `--at`, by step.
  package let tour: [TourStop]
  package let threads: Int
  /// Settings that a person gave and that this run never uses, one line each.
  package let notes: [String]

  /// Applies the options to the preset: `--set` in order, then `--steps` and `--seed`. The changes of `--at` join the
  /// tour. Throws `CommandFailure` or `SettingError`.
  package init(_ options: RunOptions, preset: Preset, cores: Int) throws {
    var settings = preset.settings, tour = preset.tour
    for change in try options.set.changes { try settings.set(change.name, parsing: change.value) }
    if let steps = options.steps {
      try CommandFailure.check("--steps", steps, in: 1...Int.max)
      try settings.set(.steps, to: steps)
    }
    if let seed = options.seed { try settings.set(.seed, to: seed) }
    if let complaint = settings.startComplaint { throw complaint }
    if !options.changes.isEmpty {
      tour += try options.changes.map { try Self.stop($0, steps: settings[.steps]) }
      tour = tour.enumerated().sorted { ($0.element.step, $0.offset) < ($1.element.step, $1.offset) }.map(\.element)
      var later = settings
      for change in tour.flatMap(\.changes) {
        try later.set(change.knob, to: change.value)
        if let complaint = later.startComplaint { throw SettingError("--at: \(complaint)") }
      }
    }
    threads = try options.threads.count(usually: cores)
    notes = Self.unused(try options.set.changes, options, preset, settings, tour)
    (self.preset, self.settings, self.tour) = (preset, settings, tour)
  }

  /// A run that goes on from a checkpoint.
  init(resuming point: ResumePoint, threads: Int, notes: [String]) {
    preset = Preset(name: point.preset, settings: point.initial)
    (settings, tour) = (point.initial, [])
    (self.threads, self.notes) = (threads, notes)
  }

  /// The same with more to say.
  func adding(notes more: [String]) -> RunPlan {
    RunPlan(preset: preset, settings: settings, tour: tour, threads: threads, notes: more + notes)
  }

  private init(preset: Preset, settings: Settings, tour: [TourStop], threads: Int, notes: [String]) {
    (self.preset, self.settings, self.tour) = (preset, settings, tour)
    (self.threads, self.notes) = (threads, notes)
  }

  /// What of `--set`, of a preset file given by its path, and of `--at` has no effect at any time of the run.
  private static func unused(
    _ given: [Assignment], _ options: RunOptions, _ preset: Preset, _ settings: Settings, _ tour: [TourStop]
  ) -> [String] {
    var stages = [settings], notes: [String] = []
    for stop in tour {
      var next = stages[stages.count - 1]
      for change in stop.changes { try? next.set(change.knob, to: change.value) }
      for change in stop.changes where options.changes.contains(where: { $0.contains(":\(change.knob)=") }) {
        guard let knob = AnyKnob.named(change.knob), let reason = knob.idleReason(in: next) else { continue }
        notes.append("--at \(stop.step):\(knob.name)=\(next.formatted(knob)) has no effect then: \(reason)")
      }
      stages.append(next)
    }
    func reason(_ knob: AnyKnob) -> String? {
      stages.allSatisfy { knob.idleReason(in: $0) != nil } ? knob.idleReason(in: settings) : nil
    }
    for knob in given.compactMap({ AnyKnob.named($0.name) }) {
      guard let reason = reason(knob) else { continue }
      notes.append("--set \(knob.name)=\(settings.formatted(knob)) has no effect: \(reason)")
    }
    guard options.presetName.contains("/") || options.presetName.hasSuffix(".yaml") else { return notes }
    for knob in AnyKnob.all where preset.settings[knob] != knob.initial {
      guard let reason = reason(knob), !given.contains(where: { $0.name == knob.name }) else { continue }
      notes.append("\(preset.path): \(knob.name) \(preset.settings.formatted(knob)) has no effect: \(reason)")
    }
    return notes
  }

  /// A change of `--at`. `steps` is 0 when the number of steps depends on the data. Throws `SettingError`.
  private static func stop(_ change: String, steps: Int) throws -> TourStop {
    let stop = try TourStop(change: change)
    guard steps == 0 || !stop.comesTooLate(for: steps) else {
      throw SettingError(
        "--at \(change): the run ends after step \(steps), and changes apply from the next step on; use a step below "
          + "\(steps), or more --steps")
    }
    return stop
  }

  /// The run that the options ask for on this machine. Throws as above, and `ResourceError`.
  init(_ options: RunOptions) throws {
    try self.init(
      options, preset: try options.folders.library(of: Preset.self).load(options.presetName),
      cores: ProcessInfo.processInfo.activeProcessorCount)
  }

  /// A preset file that repeats the run without its preset: every setting, and the changes in `tour`.
  func file(tour: [TourStop]) -> String {
    resolvedYAML(settings, tour: tour, header: "All settings of a run of '\(preset.name)'.")
  }
}

extension TourStop {
  /// Reads the text of `--at`: `200:beta=1`. Throws `SettingError`.
  init(change text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let step = Int(parts[0]), step >= 0, parts[1].contains("=") else {
      throw SettingError("--at \(text): use STEP:NAME=VALUE, for example 200:beta=1")
    }
    let change = try Assignment(String(parts[1]))
    guard let knob = AnyKnob.named(change.name) else { throw SettingError.unknown(change.name) }
    guard knob.isLive else {
      throw SettingError("--at \(text): \(change.name) cannot change during a run; use --set")
    }
    self.init(step: step, changes: [Change(knob: knob.name, value: try knob.parse(change.value))], caption: "")
  }
}
