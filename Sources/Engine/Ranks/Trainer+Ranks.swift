import Datasets
import Diagnostics
import Events
import Foundation
import Networks
import Recipe
import Tensors

/// Training with other processes: the first one decides and tells the others, which do their part of each step.
extension Trainer {
  /// The trainer that `make` makes, with the processes in `team`, which know already how the run starts. Throws what it
  /// throws, and one line when one of the others cannot take part.
  package static func leading(_ team: RankTeam?, _ make: () throws -> Trainer) throws -> Trainer {
    guard let team else { return try make() }
    var trainer: Trainer?, complaint: (any Error)?
    do {
      let made = try make()
      if let reason = made.complaint(aboutSharingWith: team) { complaint = TrainingFailure(reason) }
      trainer = made
    } catch { complaint = error }
    // The others wait for this in any case.
    let answers = try team.gather("").dropFirst().map { try LosslessJSON.value($0) as RankAnswer }
    let images = trainer?.data.digests ?? [:]
    for (number, answer) in answers.enumerated() where complaint == nil {
      let other = ["training", "validation", "test"].first { answer.images[$0] != images[$0] }
      let differs = other.map { "its \($0) images are not those of rank 0; use the same data" }
      if let reason = answer.complaint ?? differs {
        complaint = TrainingFailure("rank \(number + 1) of \(team.count): \(reason)")
      }
    }
    _ = try team.share(complaint == nil ? "" : "end")
    guard let trainer, complaint == nil else { throw complaint ?? RanksLost() }
    try trainer.shareNetwork(team)
    try trainer.shareSentinel(team)
    trainer.team = team
    return trainer
  }

  /// Why a batch cannot be shared out, in one line.
  private func complaint(aboutSharingWith team: RankTeam) -> String? {
    let images = min(initial[.batch], data.train.count), leaves = BatchTree(images: images).leaves
    guard leaves < team.count else { return nil }
    return "batch \(images) for \(team.count) processes: a batch is shared out in groups of up to "
      + "\(BatchTree.leafLimit) images; use at most \(leaves) process\(leaves == 1 ? "" : "es"), or a batch of at least "
      + "\(team.count / 2 * BatchTree.leafLimit + 1)"
  }

  /// Everybody gets the weights, momentum and running statistics of the first process.
  func shareNetwork(_ team: RankTeam) throws {
    network.shareNumbers(team)
    try team.check()
  }

  /// Everybody gets what the first process remembers of the checks of an earlier session.
  func shareSentinel(_ team: RankTeam) throws {
    var file = Safetensors()
    resumed.memory?.add(to: &file)
    if let look = resumed.look { file.metadata["look"] = try LosslessJSON.text(look) }
    let messages = try team.collectMessages(team.isFirst ? Array(try file.encoded()) : [])
    guard !team.isFirst, let message = messages.first else { return }
    file = try Safetensors(data: Data(message))
    resumed.memory = try AttackMemory(file)
    resumed.look = try file.metadata["look"].map { try LosslessJSON.value($0) }
  }

  /// Tells the others to run a step.
  func announceStep(_ number: Int, _ settings: Settings) throws {
    guard let team else { return }
    try team.tell(.step(number, news(settings)))
  }

  /// Tells the others to make a check together with this process.
  func announceCheck(_ check: RankCheck, afterStep step: Int, _ settings: Settings) throws {
    guard let team else { return }
    try team.tell(.check(check, afterStep: step, news(settings)))
  }

  /// Tells the others to measure accuracies together with this process.
  func announceMeasurement(_ split: Probe.Split, of kept: KeptDescription?, afterStep step: Int, _ settings: Settings)
    throws
  {
    guard let team else { return }
    try team.tell(.measure(split, of: kept, afterStep: step, news(settings)))
  }

  /// The settings, where the others do not know them.
  private func news(_ settings: Settings) -> Settings? {
    defer { announced = settings }
    return settings == announced ? nil : settings
  }

  /// To be called with the error of a step: the others know of it, or never will.
  func leaveTeam(after error: any Error) {
    guard let team, !(error is Interruption), (error as? TrainingFailure)?.divergence == nil else { return }
    team.abandon()
  }

  /// Gives the others the network as it is after an operation.
  func announceNetwork(_ settings: Settings) throws {
    guard let team else { return }
    try team.tell(.network(settings))
    try shareNetwork(team)
  }

  /// Tells the others that the run is over.
  func dismissTeam() {
    guard let team else { return }
    try? team.tell(.end)
    self.team = nil
  }
}

extension RankTeam {
  func tell(_ order: RankOrder) throws { _ = try share(try LosslessJSON.text(order)) }

  /// What the first process tells.
  func hear<Message: Decodable>() throws -> Message { try LosslessJSON.value(try share("")) }

  /// Tells the others how the run starts.
  package func begin(
    preset: String, initial: Settings, built: Settings? = nil, isResumed: Bool = false
  ) throws {
    hasBegun = true
    let start = RankStart(
      provenance: .current, preset: preset, initial: initial, built: built ?? initial, isResumed: isResumed)
    _ = try share(try LosslessJSON.text(start))
  }

  /// Tells the others that there is no run.
  package func dismiss() { _ = try? share("") }
}

extension DataSplits {
  /// The splits' digests, by what they are for.
  var digests: [String: String] { ["training": train.digest, "validation": validation.digest, "test": test.digest] }
}

extension Split {
  /// Tells sets of images apart: of all examples the indices and labels, and of all images the pixels, of 64 where
  /// images are files that must be decoded.
  var digest: String {
    var digest = Digest(), pixels = [Float](repeating: 0, count: images.imageSize)
    for position in 0..<count {
      digest.add(UInt64(indices[position]))
      digest.add(UInt64(label(position)))
    }
    let apart = images.isDecodedOnDemand ? max(1, count / 64) : 1
    for position in stride(from: 0, to: count, by: apart) {
      pixels.withUnsafeMutableBufferPointer {
        if let base = $0.baseAddress { try? copyImage(position, to: base) }
      }
      digest.add(pixels)
    }
    return digest.text
  }
}
