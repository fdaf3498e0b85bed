import Events
import Networks
import Recipe
import Spelling
import Tensors

/// A process of several that is not the first: does its part of every step until it is told that the run is over. It
/// writes nothing and has no screen.
package struct RankWorker {
  private let team: RankTeam
  private let threads: Int

  package init(_ team: RankTeam, threads: Int) { (self.team, self.threads) = (team, threads) }

  /// Works to the end of the run. `settings` are those that this process's options ask for, or why there are none.
  /// Throws when the first process cannot be reached any more, or ends everybody.
  package func run(_ settings: () throws -> Settings) throws {
    let text = try team.share("")
    guard !text.isEmpty else { return }
    let start: RankStart
    do { start = try LosslessJSON.value(text) } catch {
      // Another version's message: rank 0 says what is wrong.
      return try refuse("another version of dualab than rank 0; use the same program everywhere")
    }
    let trainer: Trainer
    do { trainer = try prepare(start, settings) } catch { return try refuse("\(error)") }
    let answer = RankAnswer(images: trainer.data.digests)
    _ = try team.gather(try LosslessJSON.text(answer))
    guard try team.share("").isEmpty else { return }
    try trainer.shareNetwork(team)
    try trainer.shareSentinel(team)
    trainer.follow(team)
    try obey(trainer, start.initial)
  }

  private func refuse(_ complaint: String) throws {
    _ = try team.gather(try LosslessJSON.text(RankAnswer(complaint: oneLine(complaint))))
    _ = try team.share("")
  }

  private func prepare(_ start: RankStart, _ settings: () throws -> Settings) throws -> Trainer {
    let differences = Provenance.current.differences(from: start.provenance)
    guard differences.isEmpty else {
      throw TrainingFailure(
        "would compute different bits from rank 0: " + differences.joined(separator: ", ")
          + "; use the same program everywhere, and one DUALAB_CPU that all machines have")
    }
    if !start.isResumed {
      let own = try settings()
      if let knob = own.differences(from: start.initial).first {
        throw TrainingFailure(
          "\(knob.name) is \(own.formatted(knob)), but \(start.initial.formatted(knob)) on rank 0; use one preset and the "
            + "same options everywhere")
      }
    }
    return try Trainer(
      settings: start.initial, built: start.built, presetName: start.preset, threads: threads, folder: nil)
  }

  private func obey(_ trainer: Trainer, _ initial: Settings) throws {
    var settings = initial
    while true {
      let order: RankOrder = try team.hear()
      switch order {
      case .step(let number, let changed):
        settings = changed ?? settings
        // Where a step diverges or is interrupted, the first process knows the same, and decides what comes next.
        do { _ = try trainer.step(number, settings: settings, poll: {}) } catch is WorkWithdrawn {} catch let error
          as TrainingFailure where error.divergence != nil
        {}
      case .check(let check, let step, let changed):
        settings = changed ?? settings
        // What is wrong with a check the first process says; nothing depends on it.
        try? trainer.takePart(in: check, afterStep: step, settings: settings)
        try team.check()
      case .measure(let split, let kept, let step, let changed):
        settings = changed ?? settings
        try? trainer.takePart(inMeasuring: split, of: kept, afterStep: step, settings: settings)
        try team.check()
      case .network(let built): try trainer.takeNetwork(built, team)
      case .end: return
      }
    }
  }
}

extension Trainer {
  /// Makes this the trainer of a process that is not the first.
  func follow(_ team: RankTeam) { training.team = team }

  /// Trains a network with these normalization layers and the numbers of the first process from now on.
  func takeNetwork(_ settings: Settings, _ team: RankTeam) throws {
    var model = network.settings
    model.setNorms(from: settings)
    if model != network.settings {
      let other = try model.network(in: pool)
      training.exchange(other)
    }
    try shareNetwork(team)
  }
}
