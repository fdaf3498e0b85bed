import ArgumentParser

/// `dualab train`: a run without a screen.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train without a screen; ends with a table of last and best weights.",
    discussion: """
      Ends with 0 when done, 1 when failed, 2 for wrong usage, 3 after an alarm with --fail-on-alarm; 130, 143 and 129 after SIGINT, SIGTERM and SIGHUP, each \
      after a checkpoint. A second signal leaves at once.
      """)

  @OptionGroup var options: RunOptions

  @Flag(help: "One JSON object an event on stdout, and nothing else there.")
  var json = false

  @Flag(help: "End with status 3 when an alarm was raised.")
  var failOnAlarm = false

  @Flag(help: "Nothing on stderr but errors.")
  var quiet = false

  mutating func run() async throws {
    try await Headless.run(
      options, style: Headless.Style(json: json, quiet: quiet), failsOnAlarm: failOnAlarm, output: .standard)
  }
}
