import ArgumentParser
import Evaluation
import Foundation
import Synchronization
import Tensors

/// `dualab attack`: how robust a network is.
package struct AttackCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "attack", abstract: "Measure how robust a network is, with AutoAttack or attacks of your choice.",
    discussion: """
      Ends with 0 when done, 1 when failed, 2 for wrong usage; 130, 143 and 129 after SIGINT, SIGTERM and SIGHUP, with \
      the result so far; --resume continues it. A second SIGINT or SIGTERM leaves at once.
      """)

  @OptionGroup var options: AttackOptions

  package init() {}

  package func run() throws {
    let plan = try AttackPlan(options)
    try AttackRun(plan, options, output: .standard).run()
  }
}

/// One evaluation, from its beginning or from where it was interrupted, to its result.
private struct AttackRun {
  private struct Interrupted: Error {}

  private let plan: AttackPlan
  private let options: AttackOptions
  private let output: Output
  private let evaluation: RobustnessEvaluation

  init(_ plan: AttackPlan, _ options: AttackOptions, output: Output) throws {
    (self.plan, self.options, self.output) = (plan, options, output)
    let earlier = try options.resume.map { try AttackResult(contentsOf: $0) }
    if let earlier, let difference = earlier.card.difference(from: plan.card) {
      throw CommandFailure.usage(
        "--resume \(options.resume ?? ""): was made with another value of \(difference); give the same, or start anew")
    }
    let images = plan.images
    do {
      let set = try EvaluationSet(
        images: images.pixels, shape: images.shape, labels: images.labels, indices: images.indices)
      evaluation = try RobustnessEvaluation(
        plan.network, set, settings: plan.settings, resuming: earlier.map(\.record))
    } catch {
      throw CommandFailure.failed("\(error)")
    }
    if let earlier, let path = options.saveAdversarials {
      try AdversarialFile.restore(
        path, into: evaluation, broken: earlier.examples.map { $0.brokenBy != nil }, layout: options.layout)
    }
  }

  func run() throws {
    let stop = Mutex(false), signals = SignalWatch { stop.withLock { $0 = true } }
    if !options.quiet { try explain() }
    var screen = AttackScreen(plan.settings.suite, output: output, isQuiet: options.quiet)
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

  /// Keeps the verdicts of long evaluations even where the machine fails; what cannot be written is said at the end.
  private func save() {
    guard let path = options.json, path != "-" else { return }
    let result = AttackResult(plan.card, evaluation.report(), evaluation.record)
    if let json = try? result.encoded() { try? AtomicFile.write(json, to: URL(fileURLWithPath: path)) }
  }

  /// Notes on the files, then what it may cost.
  private func explain() throws {
    for note in plan.notes { try output.error("note: \(note)\n") }
    if options.resume != nil {
      let done = evaluation.record.examples.count { verdict in
        plan.settings.suite.attacks.indices.allSatisfy { !evaluation.record.isPending($0, on: verdict) }
      }
      try output.error("resumed: \(done) of \(plan.images.count) images are done\n")
    }
    let title = plan.settings.suite.title(classes: plan.network.classes)
    try output.error(AttackProgress.forecast(evaluation.forecast(), title: title) + "\n")
  }

  /// Writes the files and says the result; a file that cannot be written takes nothing from the result.
  private func finish(isInterrupted: Bool) throws {
    let report = evaluation.report()
    var kept = options.json == "-" ? nil : options.json
    // Verdicts that took hours are kept even when nobody asked for a file.
    if isInterrupted, kept == nil { kept = options.resume ?? Self.freeName() }
    var failure: CommandFailure?
    var json = Data()
    do {
      json = try AttackResult(plan.card, report, evaluation.record).encoded()
      if let kept { try AtomicFile.write(json, to: URL(fileURLWithPath: kept)) }
      if let path = options.saveAdversarials { try AdversarialFile.write(path, evaluation, layout: options.layout) }
    } catch {
      failure = .failed("\(error)")
    }
    if options.json == "-" {
      try output.result(String(decoding: json, as: UTF8.self))
      for warning in report.warnings { try output.error(warning.line + "\n") }
    } else {
      try output.result(AttackTable.lines(report, plan.card).joined(separator: "\n") + "\n")
    }
    if let failure { throw failure }
    if isInterrupted, let kept {
      try output.error(
        "interrupted; all verdicts so far are in \(kept): the same command with --resume \(kept) continues\n")
    }
  }

  /// A file in the current folder that is not there yet.
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

/// What stderr shows while the attacks run.
struct AttackScreen {
  private var progress: AttackProgress
  private let output: Output
  private let isQuiet: Bool
  private var isBarShown = false

  init(_ suite: AttackSuite, output: Output, isQuiet: Bool) {
    progress = AttackProgress(suite)
    self.output = output
    self.isQuiet = isQuiet
  }

  mutating func show(_ now: EvaluationProgress) {
    guard !isQuiet else { return }
    let note = progress.note(now)
    if output.canRedraw {
      isBarShown = true
      // One column stays free: a full line would wrap and could not be redrawn.
      try? output.error("\r" + progress.line(now, columns: output.columns() - 1) + "\u{1b}[K")
    } else if let note {
      try? output.error(note + "\n")
    }
  }

  mutating func clear() {
    if isBarShown { try? output.error("\r\u{1b}[K") }
    isBarShown = false
  }
}
