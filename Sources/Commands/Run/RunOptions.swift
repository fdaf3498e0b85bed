import ArgumentParser
import Events
import Foundation
import Recipe
import Spelling

/// Where presets, suites and themes are looked for first.
package struct FolderOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder of presets, before the usual ones.", valueName: "dir"))
  var presetsDir: String?

  @Option(help: ArgumentHelp("Folder of suites, before the usual ones.", valueName: "dir"))
  var suitesDir: String?

  @Option(help: ArgumentHelp("Folder of themes, before the usual ones.", valueName: "dir"))
  var themesDir: String?

  package init() {}

  /// Throws `CommandFailure` for a folder that is not there, whether the command looks into it or not.
  var access: PresetAccess {
    get throws {
      let access = PresetAccess(presetsFolder: presetsDir, themesFolder: themesDir, suitesFolder: suitesDir)
      try access.check()
      return access
    }
  }
}

/// What a run is started with, in the lab and headless.
package struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A preset's name or file.", valueName: "preset"))
  var preset = PresetAccess.defaultPreset

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A setting, such as gamma=0.1; may be given many times.", valueName: "name=value"))
  var assignments: [String] = []

  @Option(
    name: .customLong("at"), parsing: .singleValue,
    help: ArgumentHelp(
      "A change during the run, such as 200:beta=1, by STEP:NAME=VALUE, before its last step; may be given many times. In "
        + "the lab any key ends what is left of them, as it ends a tour.", valueName: "change"))
  var changes: [String] = []

  @Option(help: ArgumentHelp("Folder to write the run to (default: runs/TIME-PRESET).", valueName: "dir"))
  var out: String?

  @Option(help: "Length of the run in steps.")
  var steps: Int?

  @Option(help: "Seed of weights, order and attacks.")
  var seed: Int?

  @Option(help: "Worker threads; results do not depend on it (default: one a core).")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Program to start at an alarm, without a shell; it gets STEP GAP LOWER UPPER TIER FOLDER.", valueName: "cmd"))
  var onAlarm: String?

  @OptionGroup var folders: FolderOptions

  package init() {}
}

/// A run, decided: what is trained, with which settings, on how many threads.
package struct RunPlan {
  package let preset: NamedPreset
  package let settings: Settings
  /// The preset's tour and the changes of `--at`, by step.
  package let tour: [TourStop]
  package let threads: Int

  /// Applies the options to the preset: `--set` in order, then `--steps` and `--seed`; `--at` joins the tour. Throws
  /// `CommandFailure`.
  package init(_ options: RunOptions, preset: NamedPreset, cores: Int) throws {
    var settings = preset.settings, tour = preset.tour
    do {
      for assignment in options.assignments { try settings.apply(assignment: assignment) }
      if let steps = options.steps {
        guard steps > 0 else { throw SettingError("--steps \(steps): give 1 or more") }
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
    } catch {
      throw CommandFailure.usage("\(error)")
    }
    let threads = options.threads ?? cores
    guard (1...1024).contains(threads) else {
      throw CommandFailure.usage("--threads \(threads): give a whole number in 1 … 1024")
    }
    (self.preset, self.settings, self.tour, self.threads) = (preset, settings, tour, threads)
  }

  /// A change of `--at`; `steps` 0 is a number that only the data tell. Throws `SettingError`.
  private static func stop(_ change: String, steps: Int) throws -> TourStop {
    let stop = try TourStop(change: change)
    guard steps == 0 || !stop.comesTooLate(for: steps) else {
      throw SettingError(
        "--at \(change): the run ends after step \(steps), a change counts from the step after its own; give a step below "
          + "\(steps), or more --steps")
    }
    return stop
  }

  /// The run that the options ask for on this machine.
  init(_ options: RunOptions) throws {
    try self.init(
      options, preset: try options.folders.access.preset(options.preset),
      cores: ProcessInfo.processInfo.activeProcessorCount)
  }
}

extension TourStop {
  /// From the text of `--at`: `200:beta=1`. Throws `SettingError`.
  init(change text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let step = Int(parts[0]), step >= 0, let equals = parts[1].firstIndex(of: "=") else {
      throw SettingError("--at \(text): give STEP:NAME=VALUE, such as 200:beta=1")
    }
    let name = String(parts[1][..<equals])
    var settings = Settings()
    try settings.set(name, parsing: String(parts[1][parts[1].index(after: equals)...]))
    guard let knob = AnyKnob.named(name), knob.isLive else {
      throw SettingError("--at \(text): \(name) is fixed when a run starts; give it with --set")
    }
    self.init(step: step, changes: [Change(knob: knob.name, value: settings[knob])], caption: "")
  }
}
