import ArgumentParser
import Attacks
import Datasets
import Networks

/// Weights of another program and what to attack them with, for commands that examine a run as a rule. They become the
/// options of `dualab attack`, so that both load the same.
package struct ForeignNetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("State dictionary of another program: .safetensors, .pt, .pth or .ckpt.", valueName: "file"))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "Model of --weights (default: recognized from the tensors); see 'dualab models list'.", valueName: "model"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Which weights of --weights to take when the file holds several sets, e.g. model_ema.", valueName: "name"))
  var key: String?

  @Option(
    help: ArgumentHelp("Data set and split for --weights, e.g. cifar10:test.", valueName: "name[:split]"))
  var data: String?

  @Option(help: ArgumentHelp("Images x_test and labels y_test in a .npz file, for --weights.", valueName: "file"))
  var npz: String?

  @Option(
    help: ArgumentHelp("Tensors images and labels in a .safetensors file, for --weights.", valueName: "file"))
  var images: String?

  @Option(help: ArgumentHelp("Norm of the ball for --weights: linf or l2 (default: linf).", valueName: "norm"))
  var norm: BallNorm?

  @Option(help: ArgumentHelp("Radius of the ball for --weights, e.g. 8/255.", valueName: "radius"))
  var eps: String?

  package init() {}

  private var given: [(name: String, value: String)] {
    let all = [
      ("--model", model), ("--key", key), ("--data", data), ("--npz", npz), ("--images", images),
      ("--norm", norm?.rawValue), ("--eps", eps),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }

  /// Throws `CommandFailure` of usage when an option is given that only --weights needs.
  func refuse() throws {
    guard let first = given.first else { return }
    throw CommandFailure.usage("\(first.name) belongs to --weights: a run's checkpoint says it itself; remove it")
  }

  /// The same for `dualab attack`. Throws `CommandFailure` of usage.
  func attackOptions(
    _ weights: String, assignments: [String], limit: Int, threads: Int?, json: String?
  ) throws -> AttackOptions {
    var arguments = ["--weights=\(weights)", "--limit=\(limit)", "--attack=autoattack"]
    arguments += given.map { "\($0.name)=\($0.value)" } + assignments.map { "--set=\($0)" }
    if let threads { arguments.append("--threads=\(threads)") }
    if let json { arguments.append("--json=\(json)") }
    return try AttackOptions.parse(arguments)
  }
}
