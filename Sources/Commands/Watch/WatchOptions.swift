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

  @OptionGroup var network: NetworkOptions

  @OptionGroup var set: SetOption<Self>

  @Option(help: "Statistics that dual and split norms use: posterior, clean or adversarial.")
  var branch: Branch?

  @OptionGroup var images: ImageOptions

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
    let values = [("--branch", branch?.rawValue), ("--norm", norm?.rawValue), ("--eps", eps)]
    arguments += (self.network.typed + images.typed).map { "\($0.name)=\($0.value)" }
    arguments += values.compactMap { name, value in value.map { "\(name)=\($0)" } }
    for change in network { arguments.append("--set=\(change.name)=\(change.value)") }
    let options = try AttackOptions.parse(arguments)
    try options.check()
    return options
  }
}
