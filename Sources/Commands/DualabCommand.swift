import ArgumentParser
import Foundation
import Networks
import Terminal

/// The program: reads the arguments, runs the command, ends with its exit status.
package struct Program {
  /// Runs the command line and returns the exit status.
  package static func main() async -> Int32 {
    reexecWithoutInteractiveBacktrace()
    // A reader that went away is reported by write(2) instead of killing the program before its checkpoint.
    signal(SIGPIPE, SIG_IGN)
    return await status(of: Array(CommandLine.arguments.dropFirst()), output: .standard)
  }

  /// Runs a command line and says how it ended: 0 done, 1 failed, 2 usage, 128 + n after signal n.
  package static func status(of arguments: [String], output: Output) async -> Int32 {
    do {
      try checkEnvironment()
      let commands = DualabCommand.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
      if let word = arguments.first, !word.hasPrefix("-"), !commands.contains(word) {
        throw CommandFailure.unknownCommand(word, commands: commands)
      }
      var command = try DualabCommand.parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return 0
    } catch {
      return explain(error, output: output)
    }
  }

  /// What the environment asks of the kernels must be something they can do: nothing is silently repaired.
  private static func checkEnvironment() throws {
    let environment = ProcessInfo.processInfo.environment
    for (name, accepted) in [
      ("DUALAB_CPU", KernelVariant.available), ("DUALAB_CONV", ConvolutionKind.allCases.map(\.rawValue)),
    ] {
      guard let wish = environment[name], !accepted.contains(wish) else { continue }
      throw CommandFailure.usage("\(name)=\(wish): give one of \(accepted.joined(separator: ", "))")
    }
  }

  private static func explain(_ error: any Error, output: Output) -> Int32 {
    switch error {
    case let failure as CommandFailure:
      if !failure.line.isEmpty { try? output.error("dualab: \(failure.line)\n") }
      return failure.status
    case is OutputClosed: return CommandFailure.readerLeft.status
    case let exit as ExitCode: return exit.rawValue
    default: break
    }
    if DualabCommand.exitCode(for: error).isSuccess {
      // Help and version arrive as errors of the parser.
      return (try? output.result(DualabCommand.fullMessage(for: error) + "\n")) == nil
        ? CommandFailure.readerLeft.status : 0
    }
    try? output.error("dualab: \(CommandFailure.usageLine(DualabCommand.message(for: error)))\n")
    return CommandFailure.usageStatus
  }
}

/// The tree of commands.
struct DualabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dualab",
    abstract: "A terminal laboratory for dual-domain adversarial training.",
    discussion: "Without a command: 'lab' with the default preset.",
    version: "dualab 0.1.0",
    subcommands: [
      LabCommand.self, TrainCommand.self, AttackCommand.self, DiagnoseCommand.self, AttacksCommand.self,
      ConvertCommand.self, SuiteCommand.self, PresetsCommand.self, ThemesCommand.self, ModelsCommand.self,
      DataCommand.self,
      BenchCommand.self, DoctorCommand.self,
    ],
    defaultSubcommand: LabCommand.self)
}
