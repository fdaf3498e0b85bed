import Diagnostics
import Engine
import Evaluation
import Events
import Foundation
import Lab
import Readout
import Spelling
import Synchronization
import Tensors

/// Examines weights of runs that are over, for the lab: one examination at a time, on a thread of its own.
final class Examiner: Sendable {
  /// Test images of an attack, and of a diagnosis. All of them are what 'dualab attack' uses.
  static let attacked = 500, diagnosed = 128

  private struct Cancelled: Error {}

  /// What is examined now.
  private struct State {
    var isRunning = false
    var isCancelled = false
  }

  /// The folder of a run on the screen, by its number.
  private let folder: @Sendable (Int) -> URL
  private let state = Mutex(State())

  init(folder: @escaping @Sendable (Int) -> URL) { self.folder = folder }

  /// Asks the examination that is running to end.
  func cancel() { state.withLock { $0.isCancelled = true } }

  /// Begins. Throws `CommandFailure` while another one is running.
  func start(_ examination: Examination, run: Int) throws -> AsyncStream<ExaminationNews> {
    let isFree = state.withLock { state in
      defer { if !state.isRunning { state = State(isRunning: true) } }
      return !state.isRunning
    }
    guard isFree else { throw CommandFailure.failed("an examination is running; cancel it first, with x in Results") }
    let (stream, teller) = AsyncStream<ExaminationNews>.makeStream(bufferingPolicy: .unbounded)
    teller.onTermination = { [self] _ in cancel() }
    let thread = Thread { [self] in
      perform(examination, in: folder(run)) { teller.yield($0) }
      teller.yield(.ended)
      // The end of the stream cancels, which must not reach the next examination.
      teller.finish()
      state.withLock { $0.isRunning = false }
    }
    thread.stackSize = 8 << 20
    thread.name = "dualab examine"
    thread.start()
    return stream
  }

  private func poll() throws { if state.withLock({ $0.isCancelled }) { throw Cancelled() } }

  private func perform(_ examination: Examination, in folder: URL, tell: (ExaminationNews) -> Void) {
    switch examination {
    case .attack(let weights): attack(weights, in: folder, tell: tell)
    case .diagnosis(let weights): diagnose(weights, in: folder, tell: tell)
    }
  }

  private static func file(_ weights: Probe.Weights, in folder: URL) -> String {
    "\(folder.relativePath)/checkpoints/\(weights.rawValue).safetensors"
  }

  // MARK: AutoAttack

  /// AutoAttack on the first test images; every verdict goes to a file in the run's folder.
  private func attack(_ weights: Probe.Weights, in folder: URL, tell: (ExaminationNews) -> Void) {
    let start = ContinuousClock.now
    var note = AttackProgressNote(step: 0, scope: .full, phase: .running, n: Self.attacked)
    note.weights = weights
    func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
    do {
      let file = Self.file(weights, in: folder)
      note.step = try SavedCheckpoint(file).step
      let plan = try AttackPlan(AttackOptions.parse(["--checkpoint", file, "--limit", "\(Self.attacked)"]))
      let evaluation = try RobustnessEvaluation(plan.network, EvaluationSet(plan.images), settings: plan.settings)
      evaluation.guessing = plan.guessing
      for line in plan.notes { tell(.note(line)) }
      (note.n, note.epsilon) = (plan.images.count, plan.settings.epsilon)
      tell(.attack(note))
      try evaluation.run(
        observe: { progress in
          note.take(progress, plan.settings.suite)
          note.correct = evaluation.record.examples.count { $0.cleanCorrect }
          note.seconds = seconds()
          tell(.attack(note))
        }, poll: poll)
      note.correct = evaluation.record.examples.count { $0.cleanCorrect }
      note.broken = evaluation.record.examples.count { $0.cleanCorrect && !$0.isRobust }
      note.finish(.finished, seconds: seconds())
      tell(.attack(note))
      tell(.note(keep(evaluation, plan, as: "attack-\(weights.rawValue)-\(note.step).json", in: folder)))
    } catch is Cancelled {
      note.finish(.cancelled, seconds: seconds())
      tell(.attack(note))
    } catch {
      note.finish(.failed, seconds: seconds())
      note.reason = oneLine((error as? CommandFailure)?.line ?? "\(error)")
      tell(.attack(note))
    }
  }

  /// Writes every verdict to a file; returns what there is to say about it.
  private func keep(
    _ evaluation: RobustnessEvaluation, _ plan: AttackPlan, as name: String, in folder: URL
  ) -> String {
    let result = AttackResult(plan.card, plan.importRecord, evaluation.report(), evaluation.record, shard: nil)
    let json = folder.appendingPathComponent(name)
    do {
      try AtomicFile.write(try result.encoded(), to: json)
      return "every verdict is in \(json.relativePath)"
    } catch {
      return oneLine("the result stands, but its verdicts could not be written: \(error)")
    }
  }

  // MARK: diagnosis

  private func diagnose(_ weights: Probe.Weights, in folder: URL, tell: (ExaminationNews) -> Void) {
    do {
      let file = Self.file(weights, in: folder)
      tell(.note("diagnosing \(file) on \(Self.diagnosed) test images …"))
      let diagnosis = try Diagnosis(
        checkpoint: file, limit: Self.diagnosed, layer: nil, assignments: [], threads: nil)
      let result = try diagnosis.run(poll: poll)
      tell(
        .report(heading: "Diagnosis of the \(weights.rawValue) weights", DiagnoseTable.lines(result, columns: 74)))
    } catch is Cancelled {
      tell(.note("the diagnosis was cancelled"))
    } catch {
      tell(.note(oneLine((error as? CommandFailure)?.line ?? "\(error)")))
    }
  }
}
