import ArgumentParser

/// `dualab attack`: measures how robust a network is.
package struct AttackCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "attack", abstract: "Measure how robust a network is, with AutoAttack or attacks of your choice.",
    usage: """
      dualab attack --checkpoint <file> [<options>]
      dualab attack <file> --eps <radius> [<options>]
      dualab attack <file> --robustbench <entry> [<options>]
      """,
    discussion: """
      A signal ends it with the result so far, and --resume continues it. A second SIGINT or SIGTERM exits at once.

      Where the disk is full at the end, it waits and tries again. After a signal it writes the verdicts to the current \
      folder, to the one for temporary files, or to stdout.

      Exit status: 0 success, 1 failure, 2 usage error; 130, 143 or 129 after SIGINT, SIGTERM or SIGHUP.
      """)

  @OptionGroup var options: AttackOptions

  package init() {}

  package func run() throws {
    let plan = try AttackPlan(options)
    var job = try AttackJob(plan, options, output: .standard)
    try job.run()
  }
}
