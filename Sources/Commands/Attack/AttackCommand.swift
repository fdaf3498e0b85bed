import ArgumentParser
import Evaluation
import Foundation
import Readout
import Synchronization
import Tensors

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

      Exit status: 0 success, 1 failure, 2 usage error; 130, 143 or 129 after SIGINT, SIGTERM or SIGHUP.
      """)

  @OptionGroup var options: AttackOptions

  package init() {}

  package func run() throws {
    let plan = try AttackPlan(options)
    try AttackJob(plan, options, output: .standard).run()
  }
}

/// One evaluation, from its start or from where it was interrupted, to its result.
private struct AttackJob {
  private struct Interrupted: Error {}

  private let plan: AttackPlan
  private let options: AttackOptions
  private let output: Output
  private let evaluation: RobustnessEvaluation

  init(_ plan: AttackPlan, _ options: AttackOptions, output: Output) throws {
    (self.plan, self.options, self.output) = (plan, options, output)
    do {
      let earlier = try options.resume.map { try Self.earlier($0, for: plan.card) }
      evaluation = try RobustnessEvaluation(
        plan.network, EvaluationSet(plan.images), settings: plan.settings, resuming: earlier.map(\.record))
      evaluation.guessing = plan.guessing
      if let earlier, let path = options.saveAdversarials { try restoreImages(from: path, earlier) }
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure.failed("\(error)")
    }
  }

  /// The interrupted evaluation to resume.
  private static func earlier(_ path: String, for card: AttackCard) throws -> AttackResult {
    let result: AttackResult
    do { result = try AttackResult(contentsOf: path) } catch { throw CommandFailure.failed("--resume \(error)") }
    guard let difference = result.card.difference(from: card) else { return result }
    throw CommandFailure.usage(
      "--resume \(path): was made with a different value of \(difference); use the same, or start again without --resume"
    )
  }

  /// Takes the adversarial images of the interrupted evaluation from its file.
  private func restoreImages(from path: String, _ earlier: AttackResult) throws {
    do {
      try AdversarialFile.restore(
        evaluation, from: path, broken: earlier.examples.map { $0.brokenBy != nil },
        layout: options.images.layout ?? .nhwc)
    } catch {
      throw CommandFailure.failed(
        "\(error): --resume with --save-adversarials needs the file that the interrupted evaluation wrote; use that "
          + "file, or remove --save-adversarials")
    }
  }

  func run() throws {
    let stop = Mutex(false), signals = SignalWatch { stop.withLock { $0 = true } }
    if !options.quiet { try explain() }
    var screen = AttackScreen(plan.settings.suite, output: output, isQuiet: options.quiet)
    evaluation.warned = { [output] in try? output.error($0.line + "\n") }
    var isInterrupted = false, saved = ContinuousClock.now
    do {
      try evaluation.run(
        observe: { progress in
          screen.show(progress)
          guard ContinuousClock.now - saved > .seconds(60) else { return }
          saved = .now
          save()
        }, poll: { if stop.withLock({ $0 }) { throw Interrupted() } })
    } catch is Interrupted {
      isInterrupted = true
    } catch {
      screen.clear()
      throw CommandFailure.failed("\(plan.card.weights): \(error)")
    }
    screen.clear()
    try finish(isInterrupted: isInterrupted)
    if isInterrupted, let signal = signals.signal { throw CommandFailure.signal(signal) }
  }

  /// Keeps the verdicts of long evaluations even if the machine fails. A write error is reported at the end.
  private func save() {
    guard let path = options.json, path != "-" else { return }
    let result = AttackResult(plan.card, plan.importRecord, evaluation.report(), evaluation.record)
    if let json = try? result.encoded() { try? AtomicFile.write(json, to: URL(fileURLWithPath: path)) }
  }

  /// Prints notes on the files, then the maximum cost.
  private func explain() throws {
    for note in plan.notes { try output.error("note: \(note)\n") }
    if options.resume != nil {
      let done = evaluation.record.examples.count { verdict in
        plan.settings.suite.attacks.indices.allSatisfy { !evaluation.record.isPending($0, on: verdict) }
      }
      try output.error("resumed: \(done) of \(plan.images.count) images finished\n")
    }
    let title = plan.settings.suite.title(classes: plan.network.classes)
    try output.error(AttackProgress.forecast(evaluation.forecast(), title: title) + "\n")
  }

  /// Writes the files and prints the result, even if a file can't be written.
  private func finish(isInterrupted: Bool) throws {
    let report = evaluation.report()
    var kept = options.json == "-" ? nil : options.json
    // Verdicts that took hours are kept even if no file was requested.
    if isInterrupted, kept == nil { kept = options.resume ?? Self.freeName() }
    var failure: CommandFailure?
    var json = Data()
    do {
      json = try AttackResult(plan.card, plan.importRecord, report, evaluation.record).encoded()
      if let kept { try AtomicFile.write(json, to: URL(fileURLWithPath: kept)) }
      if let path = options.saveAdversarials {
        try AdversarialFile.write(evaluation, plan.card, to: path, layout: options.images.layout ?? .nhwc)
      }
    } catch {
      failure = .failed("\(error)")
    }
    if options.json == "-" {
      try output.result(String(decoding: json, as: UTF8.self))
      // Guessing has been reported before the attacks, unless they began in an earlier run.
      for warning in report.warnings where warning.kind != .guessing || options.resume != nil {
        try output.error(warning.line + "\n")
      }
    } else {
      try output.result(
        AttackTable.lines(report, plan.card, plan.importRecord, columns: output.tableColumns()).joined(separator: "\n")
          + "\n")
    }
    if let failure { throw failure }
    if isInterrupted, let kept {
      try output.error(
        "interrupted; all verdicts so far are in \(kept); run the same command with --resume \(kept) to continue\n")
    }
  }

  /// The name of a new file in the current folder.
  private static func freeName() -> String {
    let exists = { (name: String) in FileManager.default.fileExists(atPath: name) }
    var name = "dualab-attack.json", number = 2
    while exists(name) {
      name = "dualab-attack-\(number).json"
      number += 1
    }
    return name
  }
}
