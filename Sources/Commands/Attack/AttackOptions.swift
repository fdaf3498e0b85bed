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
      "RobustBench entry that the weights are of: says network, normalization, norm and ε, and prints the published "
        + "accuracies; see 'dualab models robustbench'.", valueName: "entry"))
  var robustbench: String?

  @Option(help: ArgumentHelp("Model of --weights; see 'dualab models list'.", valueName: "model"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Which weights of --weights to take when the file holds several sets, e.g. model_ema.", valueName: "name"))
  var key: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Set a network or data setting, e.g. width=64, mean=0.5 or data.dir=DIR. Repeatable.",
      valueName: "name=value"))
  var assignments: [String] = []

  @Option(
    help: "Statistics that dual and split norms use: posterior, clean or adversarial (default: the checkpoint's).")
  var branch: Branch?

  @Option(
    help: ArgumentHelp("Data set and split: train, validation or test (default: test).", valueName: "name[:split]"))
  var data: String?

  @Option(help: ArgumentHelp("Images x_test and labels y_test in a .npz file of numpy.", valueName: "file"))
  var npz: String?

  @Option(
    help: ArgumentHelp(
      "A folder with a folder of JPEG and PNG images for each class (its test or val where it has one), or tensors images "
        + "and labels in a .safetensors file.", valueName: "folder|file"))
  var images: String?

  @Flag(help: "Leave broken image files out and count them (data.skip_broken).")
  var skipBroken = false

  @Option(help: "Channel order of --npz and --images, where it cannot be recognized: nhwc or nchw.")
  var layout: LabeledImages.Layout?

  @Option(
    help: ArgumentHelp(
      "A suite, or attacks separated by commas; see 'dualab attacks list'.",
      valueName: "names"))
  var attack = "autoattack"

  @Flag(help: "Run each attack separately on every correctly classified image, and report the worst case.")
  var individual = false

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
  var entry: RobustBenchEntry? {
    get throws {
      let name = data.map { String($0.prefix { $0 != ":" }) }
      return try robustbench.map { try RobustBenchEntry.named($0, data: name, norm: norm) }
    }
  }

  /// Checks that the options go together. Throws `CommandFailure`.
  package func check() throws {
    try checkNetwork()
    try checkImages()
    try checkNumbers()
    try checkOutputs()
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
    if let robustbench, let model {
      throw CommandFailure.usage("--model \(model) is not needed with --robustbench \(robustbench); remove it")
    }
    if checkpoint != nil, model != nil {
      throw CommandFailure.usage("--model is not needed with --checkpoint: the checkpoint names its own model")
    }
    if let key, checkpoint != nil {
      throw CommandFailure.usage(
        "\(keyOption(key)) is not needed with --checkpoint: it has one set of weights; remove it")
    }
  }

  private func checkImages() throws {
    let sources = [data, npz, images].compactMap { $0 }
    guard sources.count == 1 || (sources.isEmpty && (checkpoint ?? robustbench) != nil) else {
      throw CommandFailure.usage("use one of --data NAME, --npz FILE and --images FILE")
    }
    if let layout, npz == nil, images == nil, saveAdversarials == nil {
      throw CommandFailure.usage("--layout \(layout.rawValue): a data set has its own order; remove --layout")
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
    let inputs = [("--checkpoint", checkpoint), ("--weights", weights), ("--npz", npz), ("--images", images)]
    let json = json.flatMap { $0 == "-" ? nil : OutputFile("--json", $0) }
    try json?.check(inputs: inputs)
    guard let saveAdversarials else { return }
    try OutputFile("--save-adversarials", saveAdversarials).check(
      inputs: inputs + [("--resume", resume)], outputs: [json].compactMap(\.self))
  }

  /// `--set`, separated into data settings and network settings.
  package func settings() throws -> (data: [String], network: [String: String]) {
    var data = skipBroken ? ["data.skip_broken=on"] : [], network: [String: String] = [:]
    for assignment in assignments {
      guard let equals = assignment.firstIndex(of: "=") else {
        throw CommandFailure.usage("--set \(assignment): use NAME=VALUE, e.g. width=64")
      }
      let name = String(assignment[..<equals])
      if name.hasPrefix("data.") || name == "validation.fraction" {
        data.append(assignment)
      } else {
        network[name] = String(assignment[assignment.index(after: equals)...])
      }
    }
    if let model {
      network["model"] = model
      // WRN-28-10 says depth and width too, and the tensors must agree.
      var said = Settings()
      if (try? said.set(Knob.model.name, parsing: model)) != nil {
        network["model"] = said[.model].rawValue
        for knob in said.differences(from: Settings()) where Knob.model.declaration.numbers.contains(knob.name) {
          network[knob.name] = network[knob.name] ?? said.formatted(knob)
        }
      }
    }
    if let key {
      if let other = network["key"] {
        throw CommandFailure.usage("\(keyOption(key)) and --set key=\(other) name the weights twice; remove one")
      }
      network["key"] = key
    }
    return (data, network)
  }
}
