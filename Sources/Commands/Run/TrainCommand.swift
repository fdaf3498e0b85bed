import ArgumentParser

/// `dualab train`: a run without a screen.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train without a screen and print a table of the last and the best weights.",
    discussion: """
      After a signal, the run writes a checkpoint and stops. A second SIGINT or SIGTERM ends it at once.

      \(CommandFailure.statusHelp)
      """)

  @OptionGroup var options: RunOptions

  @Flag(help: "Print one JSON object per event to stdout, and nothing else.")
  var json = false

  @Flag(help: "Exit with status 3 if an alarm was raised and not acknowledged.")
  var failOnAlarm = false

  @Flag(help: "Print only errors to stderr.")
  var quiet = false

  mutating func run() async throws {
    try await Launch.run(options) { team in
      try await Headless.run(
        options, style: Headless.Style(json: json, quiet: quiet), failsOnAlarm: failOnAlarm, team: team,
        output: .standard)
    }
  }
}
