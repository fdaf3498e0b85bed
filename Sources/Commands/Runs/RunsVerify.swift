import ArgumentParser
import Foundation
import Runs
import Spelling

/// `dualab runs verify`: proves that a run is what its record says.
struct RunsVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Execute a run again from preset, seed and journal, and compare the weights bit for bit.",
    discussion:
      "Exit status: 0 when every bit is the same, 1 otherwise. Takes as long as the training did, without its checks.")

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name: String

  @OptionGroup var threads: ThreadsOption

  func run() async throws {
    let run = try RunName(name), output = Output.standard
    let count = try threads.count(usually: ProcessInfo.processInfo.activeProcessorCount)
    let verification = try Verification(try run.store(), threads: count)
    for difference in verification.differences { try output.error("note: the run began with \(difference)\n") }
    let outcome = try await verification.run { step, last in
      guard output.canRedraw, step % 10 == 0 || step == last else { return }
      try? output.redraw("step \(step) of \(last)")
    }
    if output.canRedraw { try output.clearLine() }
    let steps = NumberText.count(outcome.steps, "step")
    guard outcome.differing.isEmpty else {
      throw CommandFailure.failed(
        "\(run.url.relativePath): \(steps) executed again give other weights than \(outcome.file) (CRC-32 \(outcome.found), "
          + "stored \(outcome.stored)); first difference: \(outcome.differing[0])"
          + (verification.differences.isEmpty
            ? "" : "; with \(verification.differences.joined(separator: ", ")) this is no proof against the record"))
    }
    if let damaged = verification.damaged.first {
      throw CommandFailure.failed(
        "\(damaged); the checkpoint before it, \(outcome.file), is what \(steps) executed again give")
    }
    try output.result(
      "verified: \(steps) executed again give the weights of \(outcome.file) bit for bit (CRC-32 \(outcome.stored))\n")
  }
}
