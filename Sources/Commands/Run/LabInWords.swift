import Lab

/// The lab for those who listen or take notes: what the screen would show, in sentences, whenever something was
/// measured or decided.
enum LabInWords {
  /// Runs what the options ask for to its end. Throws `CommandFailure` for everything but a finished run.
  static func run(_ options: RunOptions, lab: Lab, output: Output) async throws {
    var lab = lab
    try await Headless.run(options, output: output) { event in
      lab.words(after: event).map { [.result($0 + "\n")] } ?? []
    }
  }
}
