import ArgumentParser
import Engine
import Networks

/// The tree of commands. A new command is one file, `NameCommand.swift`, and one line here.
struct DualabCommand: AsyncParsableCommand {
  /// The name and version, as `--version` prints them and results record them.
  static let version = "dualab \(Provenance.version)"

  static let configuration = CommandConfiguration(
    commandName: "dualab",
    abstract: "A terminal laboratory for dual-domain adversarial training.",
    discussion: "Without a command, 'dualab' runs 'lab' with the default preset.",
    version: version,
    subcommands: [
      LabCommand.self,
      TrainCommand.self,
      RunsCommand.self,
      ReplayCommand.self,
      SendCommand.self,
      WatchCommand.self,
      AttackCommand.self,
      MergeCommand.self,
      AttacksCommand.self,
      DiagnoseCommand.self,
      ConvertCommand.self,
      WeightsCommand.self,
      SuiteCommand.self,
      PresetsCommand.self,
      ThemesCommand.self,
      ModelsCommand.self,
      DataCommand.self,
      BenchCommand.self,
      DoctorCommand.self,
    ],
    defaultSubcommand: LabCommand.self)
}
