import ArgumentParser
import Attacks
import Datasets
import Evaluation
import Foundation
import Networks
import Recipe
import Spelling

extension LabeledImages.Layout: ExpressibleByArgument {}
extension BallNorm: ExpressibleByArgument {}
extension Branch: ExpressibleByArgument {}

extension ExpressibleByArgument where Self: CaseIterable & RawRepresentable, RawValue == String {
  /// The case that the text means, however the field writes it: `Linf`.
  package init?(argument: String) {
    guard let known = KnownName(argument, in: Self.allCases.map(\.rawValue)) else { return nil }
    self.init(rawValue: known.name)
  }
}

/// What to attack, on which images, and how, as typed.
package struct AttackOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Checkpoint of a run.", valueName: "file"))
  var checkpoint: String?

  @Option(
    help: ArgumentHelp(
      "State dictionary of another program: .safetensors, or a PyTorch .pt, .pth or .ckpt.", valueName: "file"))
  var weights: String?

  @Argument(help: ArgumentHelp("The weights, as --weights.", valueName: "file"))
  var file: String?

  @Option(
    help: ArgumentHelp(
      "RobustBench entry that the weights are of: says network, norm and ε, and the normalization of a file that has "
        + "none, and prints the published accuracies; see 'dualab models robustbench'.", valueName: "entry"))
  var robustbench: String?

  @OptionGroup var network: NetworkOptions

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Set a network or data setting, e.g. width=64, mean=0.5 or data.dir=DIR. Repeatable.",
      valueName: "name=value"))
  var assignments: [String] = []

  @Option(
    help: "Statistics that dual and split norms use: posterior, clean or adversarial (default: the checkpoint's).")
  var branch: Branch?

  @OptionGroup var images: ImageOptions

  @Flag(help: "Leave broken image files out and count them (data.skip_broken).")
  var skipBroken = false

  @Option(
    help: ArgumentHelp(
      "A suite, or attacks separated by commas; see 'dualab attacks list'.",
      valueName: "names"))
  var attack = "autoattack"

  @Flag(help: "Run each attack separately on every correctly classified image, and report the worst case.")
  var individual = false

  @Flag(
    help: ArgumentHelp(
      "Then try adversarial images of the run's earlier checkpoints, PMA, MALT and a long MM-9 on the images that are "
        + "left, and report the best known accuracy next to the robust one."))
  var beyond = false

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Check if the result can be trusted, with FGSM, PGD-10, PGD-100 and a PGD with large ε on the first 250 images "
        + "(default for autoattack and autoattack-plus)."))
  var checks: Bool?

  @Option(help: "Norm of the ball: linf or l2 (default: the checkpoint's or the entry's, otherwise linf).")
  var norm: BallNorm?

  @Option(
    help: ArgumentHelp(
      "Radius of the ball, e.g. 8/255 (default: the checkpoint's or the entry's).", valueName: "radius"))
  var eps: String?

  @Option(help: ArgumentHelp("Use only the first N images (default: all).", valueName: "n"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "Attack only part I of N of the images, every N-th from the I-th on, e.g. 2/8; slurm takes both from a Slurm job "
        + "array. 'dualab merge' puts the results together.", valueName: "i/n"))
  var shard: String?

  @Option(help: "Random seed of the attacks.")
  var seed = 0

  @Option(
    help: ArgumentHelp(
      "Write the result with every verdict to a file; - prints only that, to stdout.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Write the adversarial images to a .npz file.", valueName: "file.npz"))
  var saveAdversarials: String?

  @Option(help: ArgumentHelp("Resume an interrupted evaluation from its JSON file.", valueName: "file"))
  var resume: String?

  @Option(
    help: ArgumentHelp(
      "Number of worker threads (default: one per core). Does not affect results.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print only errors and warnings to stderr.")
  var quiet = false

  package init() {}
}

extension AttackOptions {
  /// Weights of another program, as an option or as the argument.
  var weightsFile: String? { weights ?? file }

  /// The entry of `--robustbench`, for the data set and norm of the other options. Throws `SettingError`.
  package var entry: RobustBenchEntry? {
    get throws {
      let typed = images.data.map { String($0.prefix { $0 != ":" }) }
      let name = typed.map { KnownName($0, in: DataKind.allCases.map(\.rawValue))?.name ?? $0 }
      return try robustbench.map { try RobustBenchEntry.named($0, data: name, norm: norm) }
    }
  }

  /// Checks that the options go together. Throws `CommandFailure` or `SettingError`.
  package func check() throws {
    try checkNetwork()
    try images.check(
      required: (checkpoint ?? robustbench) == nil, settings: settings().data.map(typed),
      takesLayout: saveAdversarials != nil)
    try checkNumbers()
    try checkOutputs()
    guard !beyond || shard == nil else {
      throw CommandFailure.usage("--beyond: not with --shard, for merged results do not have it; remove it")
    }
  }

  private func checkNetwork() throws {
    if let weights, let file {
      throw CommandFailure.usage("weights are given twice, \(weights) and \(file); remove one")
    }
    guard (checkpoint == nil) != (weightsFile == nil) else {
      throw CommandFailure.usage("use either --checkpoint FILE, or --weights FILE")
    }
    if let robustbench, checkpoint != nil {
      throw CommandFailure.usage(
        "--robustbench \(robustbench) is not needed with --checkpoint: the checkpoint names its own model")
    }
    if let robustbench, let model = network.model {
      throw CommandFailure.usage("--model \(model) is not needed with --robustbench \(robustbench); remove it")
    }
    if checkpoint != nil, network.model != nil {
      throw CommandFailure.usage("--model is not needed with --checkpoint: the checkpoint names its own model")
    }
    if let key = network.key, checkpoint != nil {
      throw CommandFailure.usage(
        "\(keyOption(key)) is not needed with --checkpoint: it has one set of weights; remove it")
    }
  }

  private func checkNumbers() throws {
    if let limit, limit < 1 { throw CommandFailure.usage("--limit \(limit): use a whole number of at least 1") }
    guard (0...Int(UInt32.max)).contains(seed) else {
      throw CommandFailure.usage("--seed \(seed): use a whole number in 0 … \(UInt32.max)")
    }
    if let threads, !(1...1024).contains(threads) {
      throw CommandFailure.usage("--threads \(threads): use a whole number in 1 … 1024")
    }
    if eps == nil, checkpoint == nil, robustbench == nil {
      throw CommandFailure.usage("--eps is missing; give the radius of the ball, e.g. 8/255")
    }
    if let eps, Fraction.parse(eps) == nil {
      throw CommandFailure.usage("--eps \(eps): use a number or a fraction, e.g. 8/255")
    }
  }

  /// Results must not replace what they are results of. `--json` may continue the file of `--resume`.
  private func checkOutputs() throws {
    var inputs: [(String, String?)] = [
      ("--checkpoint", checkpoint), (weights == nil ? "the weights" : "--weights", weightsFile), ("--npz", images.npz),
      ("--images", images.images),
    ]
    inputs += try settings().data.filter { $0.name == Knob.dataFolder.name }.map { ("data.dir", $0.value) }
    let json = json.flatMap { $0 == "-" ? nil : OutputFile("--json", $0) }
    try json?.check(inputs: inputs)
    guard let saveAdversarials else { return }
    try OutputFile("--save-adversarials", saveAdversarials).check(
      inputs: inputs + [("--resume", resume)], outputs: [json].compactMap(\.self))
  }

  /// `--set`, separated into data settings and network settings. Throws `CommandFailure` or `SettingError`.
  package func settings() throws -> (data: [Assignment], network: [String: String]) {
    let all = try assignments.map(Assignment.init)
    let isOfData = { (change: Assignment) in
      change.name.hasPrefix("data.") || change.name == Knob.validationFraction.name
    }
    let skips = skipBroken ? [Assignment(.dataSkipsBroken, true)] : []
    return (skips + all.filter(isOfData), try network.given(all.filter { !isOfData($0) }))
  }

  /// A data setting as it was typed.
  func typed(_ change: Assignment) -> String {
    let isFlag = skipBroken && change == Assignment(.dataSkipsBroken, true)
    return isFlag ? "--skip-broken" : "--set \(change.name)=\(change.value)"
  }
}
