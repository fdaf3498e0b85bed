import ArgumentParser

/// `dualab runs`: what the runs on this disk have become.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List, compare, verify, branch and export runs.",
    discussion: "A run is a folder, or the name of one in runs/. docs/run-format.md describes what is in it.",
    subcommands: [
      RunsList.self, RunsShow.self, RunsCompare.self, RunsVerify.self, RunsBranch.self, RunsExport.self, RunsPin.self,
      RunsRemove.self,
    ])
}
