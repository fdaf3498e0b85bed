import Events
import Lab

/// The lab for those who listen or keep notes: what the screen would show, in sentences, whenever something was measured
/// or decided.
package enum LabInWords {
  /// Runs what the options ask for to its end. Throws `CommandFailure` for everything but a finished run.
  static func run(_ options: RunOptions, lab: Lab, output: Output) async throws {
    var lab = lab
    try await Headless.run(options, output: output) { pieces(for: $0, &lab) }
  }

  /// What the lab says of itself after an event; nothing when there is nothing new to say.
  package static func pieces(for event: Event, _ lab: inout Lab) -> [HeadlessReport.Piece] {
    // Bells and leaving are for the screen.
    _ = lab.handle(event)
    return isWorthSaying(event) ? [.result(lab.describe() + "\n")] : []
  }

  private static func isWorthSaying(_ event: Event) -> Bool {
    switch event {
    case .layers, .scatter, .attackProgress: false
    case .probe(let probe): probe.split == .validation
    case .started, .alarm, .journal, .summary: true
    // The journal has the sentence of a surgery.
    case .state, .sample, .checkpoint, .surgery: false
    }
  }
}
