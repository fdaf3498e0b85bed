import ArgumentParser
import Foundation
import Readout
import Recipe
import Runs

extension RunPlace: ExpressibleByArgument {
  package init?(argument: String) {
    guard let place = try? RunPlace(argument) else { return nil }
    self = place
  }
}

/// `dualab runs branch`: the road not taken.
struct RunsBranch: AsyncParsableCommand, SetsValues {
  static let setHelp = "Change a setting after that step, e.g. beta=1."
  static let configuration = CommandConfiguration(
    commandName: "branch", abstract: "Make a second run that leaves a run after some step, with other settings.",
    usage: "dualab runs branch <run> --at <step or mark> [--set <name=value>]…",
    discussion: """
      The run itself stays as it is. The branch goes on from the checkpoint before that step and does again what was done \
      between the two, so that any step will do. Train it with 'dualab train --resume DIR' or 'dualab lab --run DIR', which \
      are printed.
      """)

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name: String

  @Option(
    help: ArgumentHelp(
      "After which step, or at which mark: m2, or a word of what happened there, such as alarm or beta.",
      valueName: "place"))
  var at: RunPlace

  @OptionGroup var set: SetOption<Self>

  @Option(help: ArgumentHelp("Folder of the branch (default: RUN-branch-STEP next to the run).", valueName: "dir"))
  var out: String?

  func run() async throws {
    let run = try RunName(name)
    let store = try run.store(), step = try at.step(in: store.marks())
    let branch = try RunBranch(of: store, at: step, try set.changes)
    let folder = try RunFolder(of: branch, next: run.url, at: step, out: out), path = folder.url.relativePath
    let output = Output.standard
    try output.error(
      "branched at step \(step)"
        + (branch.checkpointStep < step ? ", from the checkpoint of step \(branch.checkpointStep)" : "")
        + "\n")
    try output.result("\(path)\n")
    try output.error("train it: dualab train --resume \(path)\nor open it: dualab lab --run \(path)\n")
  }
}
