import ArgumentParser
import Foundation
import Networks
import Terminal

/// The program: parses the arguments, runs the command, and returns its exit status.
package struct Program {
  /// Runs the command line and returns the exit status.
  package static func main() async -> Int32 {
    reexecWithoutInteractiveBacktrace()
    // Before there are threads.
    DirectColor.offer()
    // Writing to a closed pipe then returns an error. The signal would kill the program before its checkpoint.
    signal(SIGPIPE, SIG_IGN)
    // The same for a file that would grow beyond 'ulimit -f'.
    signal(SIGXFSZ, SIG_IGN)
    return await status(of: Array(CommandLine.arguments.dropFirst()), output: .standard)
  }

  /// Runs a command line and returns its exit status: 0 success, 1 failure, 2 usage error, 128 + n after signal n.
  package static func status(of arguments: [String], output: Output) async -> Int32 {
    var command: any ParsableCommand
    do {
      try checkEnvironment()
      try checkWords(arguments)
      command = try DualabCommand.parseAsRoot(arguments)
    } catch let failure as CommandFailure {
      return explain(failure, output)
    } catch {
      return explain(parsing: error, output)
    }
    do {
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return 0
    } catch  where DualabCommand.exitCode(for: error).isSuccess {
      // 'dualab help' is a command that throws its help page.
      return explain(parsing: error, output)
    } catch {
      return explain(CommandFailure(error), output)
    }
  }

  /// Environment variables that choose kernels must name kernels that this machine has.
  private static func checkEnvironment() throws {
    let environment = ProcessInfo.processInfo.environment
    for (name, accepted) in [
      ("DUALAB_CPU", KernelVariant.available), ("DUALAB_CONV", ConvolutionKind.allCases.map(\.rawValue)),
    ] {
      guard let value = environment[name], !accepted.contains(value) else { continue }
      throw CommandFailure.usage("\(name)=\(value): not available; use one of \(accepted.joined(separator: ", "))")
    }
  }

  /// The first words must be commands. The parser would take an unknown word as an argument of the default command, and
  /// 'help' would ignore it.
  private static func checkWords(_ arguments: [String]) throws {
    var words = arguments.prefix { !$0.hasPrefix("-") }
    if words.first == "help" { words.removeFirst() }
    var command: any ParsableCommand.Type = DualabCommand.self, path = ["dualab"]
    for word in words where !command.configuration.subcommands.isEmpty && word != "help" {
      let subcommands = command.configuration.subcommands
      guard let next = subcommands.first(where: { $0.configuration.commandName == word }) else {
        throw CommandFailure.unknownCommand(
          word, of: path.joined(separator: " "), subcommands.compactMap { $0.configuration.commandName })
      }
      command = next
      path.append(word)
    }
  }

  private static func explain(_ failure: CommandFailure, _ output: Output) -> Int32 {
    if !failure.line.isEmpty { try? output.error("dualab: \(failure.line)\n") }
    return failure.status
  }

  /// Errors of the parser are usage errors, except help and version, which it throws too.
  private static func explain(parsing error: any Error, _ output: Output) -> Int32 {
    guard DualabCommand.exitCode(for: error).isSuccess else {
      return explain(.usage(CommandFailure.usageLine(DualabCommand.message(for: error))), output)
    }
    do {
      try output.result(DualabCommand.fullMessage(for: error) + "\n")
      return 0
    } catch {
      return explain(CommandFailure(error), output)
    }
  }
}
