import ArgumentParser
import Runs

/// `dualab send`: a line for a run that another process trains.
struct SendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Send a command to a run that another process trains with --control.",
    usage: "dualab send <run> <command>",
    discussion: """
      The command is one of the lab's command line: 'set beta=1', 'pause', 'run 50', 'attack full', 'checkpoint', 'note …'. \
      Exit status: 0 when it was obeyed, 1 when it was refused, with the reason.
      """)

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name: String

  @Argument(help: ArgumentHelp("The command, in one or several words.", valueName: "command"))
  var words: [String]

  func run() throws {
    let run = try RunName(name)
    if let refusal = try ControlClient.send(words.joined(separator: " "), to: run.url) {
      throw CommandFailure.failed(refusal)
    }
  }
}
