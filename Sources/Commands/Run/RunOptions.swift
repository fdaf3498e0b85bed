import ArgumentParser
import Runs

extension ControlPermission: ExpressibleByArgument {}

/// The options of a run, in the lab and without a screen.
package struct RunOptions: ParsableArguments, SetsValues {
  package static let setHelp = "Override a setting, e.g. gamma=0.1."
  private static let defaultPreset = "false-robustness"

  @Option(
    help: ArgumentHelp("Preset to start from: a name or a file (default: \(defaultPreset)).", valueName: "preset"))
  var preset: String?

  @Option(
    name: [.customLong("resume"), .customLong("run")],
    help: ArgumentHelp(
      "Go on with a run, bit for bit as if it had never ended. --steps makes it longer.", valueName: "dir"))
  var resume: String?

  @Flag(help: "Resume even if this program or machine computes other bits than the one that began the run.")
  var force = false

  @OptionGroup var set: SetOption<Self>

  @Option(
    name: .customLong("at"), parsing: .singleValue,
    help: ArgumentHelp(
      "Change a setting after a step: STEP:NAME=VALUE, e.g. 200:beta=1. Repeatable. In the lab, changing a setting "
        + "cancels those still to come.", valueName: "change"))
  var changes: [String] = []

  @Option(help: ArgumentHelp("Folder to write the run to (default: runs/TIME-PRESET).", valueName: "dir"))
  var out: String?

  @Option(help: ArgumentHelp("Number of training steps (default: the preset's).", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("Random seed of weights, batches and attacks (default: the preset's).", valueName: "n"))
  var seed: Int?

  @OptionGroup var threads: ThreadsOption

  @Option(
    help: ArgumentHelp(
      "Program to run when an alarm is raised, without a shell. STEP GAP LOWER UPPER TIER FOLDER are appended to its "
        + "arguments.",
      valueName: "cmd"))
  var onAlarm: String?

  @Option(
    help: ArgumentHelp(
      "Let other programs of yours reach the run through a socket in its folder: watch, tune or all. See 'dualab send'.",
      valueName: "permission"))
  var control: ControlPermission?

  @OptionGroup var folders: FolderOptions

  package init() {}

  /// The preset that was asked for, or the usual one.
  var presetName: String { preset ?? RunOptions.defaultPreset }
}
