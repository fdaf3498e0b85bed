import Evaluation
import Foundation
import Readout
import Synchronization
import Tensors

/// One evaluation, from its start or from where it was interrupted, to its result.
struct AttackJob {
  private struct Interrupted: Error {}

  private let plan: AttackPlan
  private let options: AttackOptions
  private let output: Output
  private let evaluation: RobustnessEvaluation
  /// What other attacks broke of what was left.
  private var bestKnown: BestKnown?
  /// The card, which names what computed earlier verdicts.
  private let card: AttackCard

  /// Loads what is resumed. Throws `CommandFailure`.
  init(_ plan: AttackPlan, _ options: AttackOptions, output: Output) throws {
    (self.plan, self.options, self.output) = (plan, options, output)
    do {
      try AttackFiles.checkOverwriting(options.json, plan.shard, resume: options.resume)
      let earlier = try options.resume.map { try Self.earlier($0, for: plan) }
      card = earlier.map { plan.card.continuing($0.card) } ?? plan.card
      evaluation = try RobustnessEvaluation(
        plan.network, EvaluationSet(plan.images), settings: plan.settings, shard: plan.shard,
        resuming: earlier.map(\.record))
      evaluation.guessing = plan.guessing
      if let earlier, let path = options.saveAdversarials { try restoreImages(from: path, earlier) }
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure.failed("\(error)")
    }
  }

  /// The interrupted evaluation to resume.
  private static func earlier(_ path: String, for plan: AttackPlan) throws -> AttackResult {
    let result: AttackResult
    do { result = try AttackResult(contentsOf: path) } catch { throw CommandFailure.failed("--resume \(error)") }
    guard let difference = result.difference(from: plan.card, plan.shard) else { return result }
    let others = AttackFiles.fitting(plan.card, plan.shard, nextTo: path)
    let remedy =
      others.isEmpty
      ? "use the same, or start again without --resume"
      : "use the same, or continue what fits with --resume \(others.joined(separator: " or "))"
    throw CommandFailure.usage("--resume \(path): was made with a different value of \(difference); \(remedy)")
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

  /// Attacks, writes the files and prints the result. Throws `CommandFailure` or `OutputClosed`.
  mutating func run() throws {
    let stop = Mutex(false), signals = SignalWatch { stop.withLock { $0 = true } }
    var files = AttackFiles(json: options.json, output: output) { stop.withLock { $0 } }
    try files.check(images: evaluation.set.count, attacks: plan.settings.suite.attacks.count)
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
          if let json = try? encoded() { files.keep(json) }
        }, poll: { if stop.withLock({ $0 }) { throw Interrupted() } })
      if options.beyond {
        // What follows may take as long again; the verdicts must not wait for it.
        if let json = try? encoded() { files.keep(json) }
        let suite = AttackSuite(.beyond, classes: plan.network.classes)
        screen = AttackScreen(suite, output: output, isQuiet: options.quiet)
        bestKnown = try evaluation.bestKnown(
          suite, from: try earlierWeights(), observe: { screen.show($0) },
          poll: { if stop.withLock({ $0 }) { throw Interrupted() } })
      }
    } catch is Interrupted {
      isInterrupted = true
    } catch {
      screen.clear()
      throw CommandFailure.failed("\(plan.card.weights): \(error)")
    }
    screen.clear()
    let isWritten = try finish(isInterrupted: isInterrupted, files)
    if isInterrupted || !isWritten, let signal = signals.signal { throw CommandFailure.signal(signal) }
  }

  /// Earlier weights of the run that is attacked; those that can't be used are said.
  private func earlierWeights() throws -> [TransferSource] {
    guard let path = options.checkpoint else { return [] }
    let earlier = try EarlierWeights(than: path, input: plan.network.input, pool: plan.network.pool)
    for note in earlier.notes { try output.error("note: \(note)\n") }
    return earlier.sources
  }

  private func encoded() throws -> Data {
    var result = AttackResult(
      card, plan.importRecord, evaluation.report(), evaluation.record, shard: plan.shard)
    result.bestKnown = bestKnown
    return try result.encoded()
  }

  /// Prints notes on the files, then the maximum cost.
  private func explain() throws {
    for note in plan.notes { try output.error("note: \(note)\n") }
    if let mixture = AttackTable.mixture(card) { try output.error("note: \(mixture)\n") }
    if let shard = AttackTable.shard(plan.shard, of: card) { try output.error(shard + "\n") }
    if options.resume != nil {
      let done = evaluation.record.examples.count { verdict in
        plan.settings.suite.attacks.indices.allSatisfy { !evaluation.record.isPending($0, on: verdict) }
      }
      try output.error("resumed: \(done) of \(evaluation.set.count) images finished\n")
    }
    let title = plan.settings.suite.title(classes: plan.network.classes)
    try output.error(AttackProgress.forecast(evaluation.forecast(), title: title) + "\n")
  }

  // MARK: the end

  /// Prints the result and writes the files. False when a signal came before they were written where they should be.
  private func finish(isInterrupted: Bool, _ files: AttackFiles) throws -> Bool {
    let report = evaluation.report(), json = try encoded()
    var failure: (any Error)?
    do { try show(report, json) } catch { failure = error }
    let wanted = options.json.flatMap { $0 == "-" ? nil : $0 } ?? (isInterrupted ? options.resume : nil)
    let problem = wanted.flatMap { path in
      files.insist(on: path) { try AtomicFile.write(json, to: URL(fileURLWithPath: path)) }
    }
    // Verdicts that took hours are kept even if no file was requested, and if stdout is a file on a full disk.
    let isCut = options.json == "-" && failure is CommandFailure
    if let wanted, problem == nil {
      if isInterrupted { try say("interrupted; all verdicts so far are in \(wanted)", at: wanted) }
    } else if problem != nil || isInterrupted || isCut {
      let reason = problem ?? failure.map { CommandFailure($0).line }
      try rescue(json, reason, isOnStdout: options.json == "-" && failure == nil, isComplete: report.isComplete)
      // It has been reported.
      if isCut { failure = CommandFailure(status: 1, line: "") }
    }
    let isDrawn = try writeImages(files)
    if let failure { throw failure }
    return problem == nil && isDrawn
  }

  private func show(_ report: EvaluationReport, _ json: Data) throws {
    guard options.json == "-" else {
      let lines = AttackTable.lines(
        report, card, plan.importRecord, shard: plan.shard, columns: output.tableColumns())
      return try output.result((lines + (bestKnown?.lines ?? [])).joined(separator: "\n") + "\n")
    }
    try output.result(String(decoding: json, as: UTF8.self))
    // Guessing has been reported before the attacks, unless they began in an earlier run.
    let known: [EvaluationWarning.Kind] = options.resume == nil ? [.guessing, .labelOrder] : []
    for warning in report.warnings where !known.contains(warning.kind) {
      try output.error(warning.line + "\n")
    }
  }

  /// Writes the verdicts somewhere else, because of `problem` if there is one.
  private func rescue(_ json: Data, _ problem: String?, isOnStdout: Bool, isComplete: Bool) throws {
    let reason = problem.map { "\($0); " } ?? "interrupted; ", soFar = isComplete ? "" : " so far"
    let place = AttackFiles.rescue(ending: ".json") { try AtomicFile.write(json, to: URL(fileURLWithPath: $0)) }
    if let place {
      return try say("\(reason)all verdicts\(soFar) are in \(place)", at: isComplete ? nil : place)
    }
    if !isOnStdout {
      do { try output.result(String(decoding: json, as: UTF8.self)) } catch {
        throw CommandFailure.failed("\(reason)no folder takes the verdicts\(soFar), nor does stdout: they are lost")
      }
    }
    try output.error(
      "\(reason)no folder takes the verdicts\(soFar): they are the last line of stdout; copy that to a file for --resume\n"
    )
  }

  private func say(_ line: String, at place: String?) throws {
    try output.error(line + (place.map { "; run the same command with --resume \($0) to continue" } ?? "") + "\n")
  }

  /// The adversarial images; true when they are written, or were not asked for.
  private func writeImages(_ files: AttackFiles) throws -> Bool {
    guard let path = options.saveAdversarials else { return true }
    let write = { (path: String) throws in
      try AdversarialFile.write(evaluation, card, to: path, layout: options.images.layout ?? .nhwc)
    }
    guard let problem = files.insist(on: path, { try write(path) }) else { return true }
    if let place = AttackFiles.rescue(ending: ".npz", write) {
      try output.error("\(problem); the adversarial images are in \(place)\n")
    } else {
      try output.error("\(problem); no folder takes the adversarial images: they are lost\n")
    }
    return false
  }
}
