import ArgumentParser
import Events
import Foundation

/// Where presets, suites and themes are looked for first.
package struct FolderOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder of presets, before the usual ones.", valueName: "dir"))
  var presetsDir: String?

  @Option(help: ArgumentHelp("Folder of suites, before the usual ones.", valueName: "dir"))
  var suitesDir: String?

  @Option(help: ArgumentHelp("Folder of themes, before the usual ones.", valueName: "dir"))
  var themesDir: String?

  package init() {}

  var access: PresetAccess { PresetAccess(presetsFolder: presetsDir, themesFolder: themesDir, suitesFolder: suitesDir) }
}

/// What a run is started with, in the lab and headless.
package struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A preset's name or file.", valueName: "preset"))
  var preset = PresetAccess.defaultPreset

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A setting, such as gamma=0.1; may be given many times.", valueName: "name=value"))
  var assignments: [String] = []

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
  package let threads: Int

  /// Applies the options to the preset: `--set` in order, then `--steps` and `--seed`. Throws `CommandFailure`.
  package init(_ options: RunOptions, preset: NamedPreset, cores: Int) throws {
    var settings = preset.settings
    do {
      for assignment in options.assignments { try settings.apply(assignment: assignment) }
      if let steps = options.steps {
        guard steps > 0 else { throw SettingError("--steps \(steps): give 1 or more") }
        try settings.set("steps", to: .integer(steps))
      }
      if let seed = options.seed { try settings.set("seed", to: .integer(seed)) }
      if let conflict = settings.conflict { throw conflict }
    } catch {
      throw CommandFailure.usage("\(error)")
    }
    let threads = options.threads ?? cores
    guard (1...1024).contains(threads) else {
      throw CommandFailure.usage("--threads \(threads): give a whole number in 1 … 1024")
    }
    (self.preset, self.settings, self.threads) = (preset, settings, threads)
  }

  /// The run that the options ask for on this machine.
  init(_ options: RunOptions) throws {
    try self.init(
      options, preset: try options.folders.access.preset(options.preset),
      cores: ProcessInfo.processInfo.activeProcessorCount)
  }
}
