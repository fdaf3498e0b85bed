import ArgumentParser
import Suites

/// `--shared`: several workers take the runs of a suite from one folder.
struct SharingOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Share --out with other workers that run the same command, on this machine or others: each takes runs that nobody has. "
        + "The last one makes the table. See docs/cluster.md."))
  var shared = false

  @Flag(
    inversion: .prefixedNo,
    help: "With --shared: when others have all runs that are left, wait, and take over those of workers that die.")
  var wait = true

  @Option(
    help: ArgumentHelp(
      "With --shared: seconds without a sign of life after which a worker on another machine counts as dead (default: 120). "
        + "On this machine it is known at once.", valueName: "s"))
  var deadAfter: Int?

  /// Nil without `--shared`. Throws `CommandFailure`.
  var settings: SuiteSharing? {
    get throws {
      if let deadAfter { try CommandFailure.check("--dead-after", deadAfter, in: 2...86_400) }
      guard shared else {
        if !wait { throw CommandFailure.usage("--no-wait: only used with --shared; add --shared, or remove --no-wait") }
        if let deadAfter {
          throw CommandFailure.usage(
            "--dead-after \(deadAfter): only used with --shared; add --shared, or remove --dead-after")
        }
        return nil
      }
      return SuiteSharing(patience: deadAfter.map(Double.init) ?? SuiteSharing().patience, waits: wait)
    }
  }
}
