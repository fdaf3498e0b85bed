import ArgumentParser
import Attacks
import Datasets
import Networks
import Recipe
import Spelling
import Watching

/// What to watch, on which images, and how, as typed.
package struct WatchOptions: ParsableArguments, LimitsImages, SetsValues {
  package static let usualLimit: Int? = 128
  package static let setHelp =
    "Set a network, data or sentinel setting, e.g. width=64, data.dir=DIR or sentinel.alarm=0.2."

  @Argument(help: ArgumentHelp("Folder that a training writes checkpoints to.", valueName: "folder"))
  var folder: String

  @Option(help: ArgumentHelp("Model of the checkpoints (default: recognized by their tensors).", valueName: "model"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Which of several sets of weights in a file, e.g. ema; see 'dualab weights show'.", valueName: "key"))
  var key: String?

  @OptionGroup var set: SetOption<Self>

  @Option(help: "Statistics that dual and split norms use: posterior, clean or adversarial.")
  var branch: Branch?

  @Option(
    help: ArgumentHelp("Data set and split: train, validation or test (default: test).", valueName: "name[:split]"))
  var data: String?

  @Option(help: ArgumentHelp("Images x_test and labels y_test in a .npz file of numpy.", valueName: "file"))
  var npz: String?

  @Option(
    help: ArgumentHelp(
      "A folder with a folder of JPEG and PNG images for each class, or tensors images and labels in a .safetensors file.",
      valueName: "folder|file"))
  var images: String?

  @Option(help: "Channel order of --npz and --images, where it cannot be recognized: nhwc or nchw.")
  var layout: LabeledImages.Layout?

  @Option(help: "Norm of the ball: linf or l2 (default: linf).")
  var norm: BallNorm?

  @Option(help: ArgumentHelp("Radius of the ball, e.g. 8/255.", valueName: "radius"))
  var eps: String?

  @OptionGroup var limit: LimitOption<Self>
  @OptionGroup var threads: ThreadsOption

  @Flag(help: "Measure the checkpoints that are there, in order, and end.")
  var once = false

  @Option(
    help: ArgumentHelp(
      "Of the checkpoints that are waiting, measure only the N newest (default: 64; all with --once).", valueName: "n"))
  var newest: Int?

  @Option(
    help: ArgumentHelp(
      "Run AutoAttack on the first 32 images of every Nth checkpoint (default: 1; 0: never). See sentinel.deep_images.",
      valueName: "n"))
  var deepEvery = 1

  @Option(help: ArgumentHelp("Seconds between two looks into the folder (default: 2).", valueName: "s"))
  var interval = 2.0

  @Option(
    help: ArgumentHelp(
      "Seconds that an incomplete file may stay unchanged before it is skipped (default: 60).", valueName: "s"))
  var patience = 60.0

  @Option(
    help: ArgumentHelp(
      "Keep what was measured in a file of JSON lines; the same command continues from it. One watch per file.",
      valueName: "file"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Program to run when an alarm is raised, without a shell. STEP GAP LOWER UPPER TIER FOLDER are appended to its "
        + "arguments.",
      valueName: "cmd"))
  var onAlarm: String?

  @Flag(
    help: """
      Exit with status 3 if an alarm was raised and not acknowledged, here or earlier in the file of --out; without a \
      screen or --once, at a new alarm.
      """)
  var failOnAlarm = false

  package init() {}
}

extension WatchOptions {
  /// Checks what the parser does not. Throws `CommandFailure` of usage.
  func check() throws {
    let sources = [data, npz, images].compactMap(\.self)
    guard sources.count == 1 else {
      throw CommandFailure.usage(
        sources.isEmpty
          ? "the images to measure on are missing; use --data NAME, --npz FILE or --images FILE"
          : "use only one of --data NAME, --npz FILE and --images FILE")
    }
    if let newest { try CommandFailure.check("--newest", newest, in: 1...Int.max) }
    try CommandFailure.check("--deep-every", deepEvery, in: 0...Int.max)
    guard interval >= 0.05, interval <= 86_400 else {
      throw CommandFailure.usage("--interval \(interval): use a number of seconds in 0.05 … 86400")
    }
    guard patience >= 0, patience <= 86_400 else {
      throw CommandFailure.usage("--patience \(patience): use a number of seconds in 0 … 86400")
    }
  }

  /// The settings of the measurement, and those of network and data.
  func changes() throws -> (own: [Assignment], other: [Assignment]) {
    let all = try set.changes
    return (all.filter { $0.name.hasPrefix("sentinel.") }, all.filter { !$0.name.hasPrefix("sentinel.") })
  }

  /// The same images and networks as options of `attack`, so that both commands take them alike.
  func attackOptions(_ network: [Assignment]) throws -> AttackOptions {
    var arguments = ["--weights", folder, "--limit", "\(try limit.count ?? 128)"]
    let values: [(String, String?)] = [
      ("--model", model), ("--key", key), ("--branch", branch?.rawValue), ("--data", data), ("--npz", npz),
      ("--images", images),
      ("--layout", layout?.rawValue), ("--norm", norm?.rawValue), ("--eps", eps),
    ]
    for (name, value) in values { if let value { arguments.append("\(name)=\(value)") } }
    for change in network { arguments.append("--set=\(change.name)=\(change.value)") }
    let options = try AttackOptions.parse(arguments)
    try options.check()
    return options
  }
}
