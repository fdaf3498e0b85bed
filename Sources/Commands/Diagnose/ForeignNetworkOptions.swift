import ArgumentParser
import Attacks
import Networks

/// Weights of another program and what to attack them with, for commands that examine a run as a rule. They become the
/// options of `dualab attack`, so that both load the same.
package struct ForeignNetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("State dictionary of another program: .safetensors, .pt, .pth or .ckpt.", valueName: "file"))
  var weights: String?

  @OptionGroup var network: NetworkOptions
  @OptionGroup var images: ImageOptions

  @Option(help: "Statistics that dual and split norms of --weights use: posterior, clean or adversarial.")
  var branch: Branch?

  @Option(help: ArgumentHelp("Norm of the ball for --weights: linf or l2 (default: linf).", valueName: "norm"))
  var norm: BallNorm?

  @Option(help: ArgumentHelp("Radius of the ball for --weights, e.g. 8/255.", valueName: "radius"))
  var eps: String?

  package init() {}

  private var typed: [(name: String, value: String)] {
    let own = [("--branch", branch?.rawValue), ("--norm", norm?.rawValue), ("--eps", eps)]
    return network.typed + images.typed + own.compactMap { name, value in value.map { (name, $0) } }
  }

  /// Throws `CommandFailure` of usage when an option is given that only --weights needs.
  func refuse() throws {
    guard let first = typed.first else { return }
    throw CommandFailure.usage("\(first.name) belongs to --weights: a run's checkpoint says it itself; remove it")
  }

  /// The same for `dualab attack`. Throws `CommandFailure` of usage.
  func attackOptions(
    _ weights: String, assignments: [String], limit: Int, threads: Int?, json: String?
  ) throws -> AttackOptions {
    var arguments = ["--weights=\(weights)", "--limit=\(limit)", "--attack=autoattack"]
    arguments += typed.map { "\($0.name)=\($0.value)" } + assignments.map { "--set=\($0)" }
    if let threads { arguments.append("--threads=\(threads)") }
    if let json { arguments.append("--json=\(json)") }
    return try AttackOptions.parse(arguments)
  }
}
