import Attacks
import Evaluation
import Events
import Networks
import Recipe
import Tensors

/// One image of the sentinel's probe under the training attack, for people to look at.
extension Trainer {
  /// Uses the sentinel's random numbers, so that at the run's own radius the image ends where a quick check has it.
  /// Changes neither weights nor statistics, nor anything that a check remembers.
  package func examine(
    _ request: ImageRequest, afterStep step: Int, settings: Settings, poll: () throws -> Void
  ) throws -> ImageReport {
    let start = ContinuousClock.now
    // What the step left in the network is gone afterwards; a check that may follow shows it.
    if settings[.sentinelEvery] > 0 { _ = training.book.distances(ofStep: step, on: network) }
    network.follow(settings)
    let set = try sentinelState().sentinel.set
    var search = ImageSearch(set: set, network: network, attack: settings.attack(within: request.epsilon), seed: seed)
    let found = try search.position(of: request.choice, poll: poll)
    let position = found ?? request.choice.origin(in: set.count), image = try set.part([position])
    let stages = try search.stages(of: image, poll: poll)
    var report = ImageReport(
      step: step, request: request, position: position, count: set.count, index: set.indices[position],
      label: set.labels[position], classes: data.classNames, channels: set.shape.channels, height: set.shape.height,
      width: set.shape.width, attack: search.attack.title, norm: search.attack.norm.rawValue,
      epsilon: request.epsilon ?? settings[.epsilon], usualEpsilon: settings[.epsilon], stages: stages,
      hasStart: search.attack is PGD, passes: search.passes, seconds: 0)
    report.isFound = found != nil
    report.seconds = seconds(since: start)
    return report
  }
}

extension Settings {
  /// The training attack in a ball of this radius; its step keeps its share of the radius.
  fileprivate func attack(within epsilon: Double?) -> any Attack {
    guard let epsilon else { return trainingAttack }
    let usual = self[.epsilon], step = usual > 0 ? self[.attackStep] * epsilon / usual : self[.attackStep]
    return self[.attack].type.init(
      TrainingAttackSettings(
        norm: self[.attackNorm], epsilon: Float(epsilon), stepSize: Float(step), steps: self[.attackSteps],
        start: self[.attackStart]))
  }
}

extension ImageRequest.Choice {
  /// The position that it counts from, inside a probe of `count` images.
  fileprivate func origin(in count: Int) -> Int {
    switch self {
    case .at(let position), .nextMisclassified(let position), .nextBroken(let position):
      min(max(0, position), count - 1)
    }
  }
}

/// Finds images of a probe, and follows the attack on one of them.
private struct ImageSearch {
  let set: EvaluationSet
  let network: Network
  let attack: any Attack
  let seed: UInt32
  /// Forward and backward passes of one image so far.
  private(set) var passes = 0

  /// Images that are attacked together while one that breaks is looked for.
  private static let block = 16

  init(set: EvaluationSet, network: Network, attack: any Attack, seed: UInt32) {
    (self.set, self.network, self.attack, self.seed) = (set, network, attack, seed)
  }

  /// Nil when no image is as it is asked for.
  mutating func position(of choice: ImageRequest.Choice, poll: () throws -> Void) throws -> Int? {
    let origin = choice.origin(in: set.count), order = (1...set.count).map { (origin + $0) % set.count }
    switch choice {
    case .at: return origin
    case .nextMisclassified:
      let correct = try clean(poll)
      return order.first { !correct.contains($0) }
    case .nextBroken:
      let correct = try clean(poll), candidates = order.filter(correct.contains)
      for start in stride(from: 0, to: candidates.count, by: Self.block) {
        let block = Array(candidates[start..<min(start + Self.block, candidates.count)])
        if let broken = try firstBroken(of: block, poll: poll) { return broken }
      }
      return nil
    }
  }

  /// Positions that are correctly classified without an attack.
  private mutating func clean(_ poll: () throws -> Void) throws -> Set<Int> {
    try poll()
    passes += set.count
    return Set(network.correctPositions(at: set.images.pointer, labels: set.labels))
  }

  private mutating func firstBroken(of positions: [Int], poll: () throws -> Void) throws -> Int? {
    let part = try set.part(positions), points = Storage(count: part.images.count)
    try attack.perturb(part.batch(seed: seed), on: network, into: points.pointer, poll: poll)
    passes += part.count * (attack.passes + 1)
    let left = Set(network.correctPositions(at: points.pointer, labels: part.labels))
    return positions.indices.first { !left.contains($0) }.map { positions[$0] }
  }

  /// The image, and every point that the attack on it goes through.
  mutating func stages(of image: EvaluationSet, poll: () throws -> Void) throws -> [ImageReport.Stage] {
    let pixels = image.shape.planarCount, batch = image.batch(seed: seed), point = Storage(count: pixels)
    var points = [Array(image.images.buffer)]
    if let pgd = attack as? PGD {
      pgd.setStart(of: batch, at: point.pointer, count: pixels)
      points.append(Array(point.buffer))
      try pgd.iterate(batch, on: network, at: point.pointer, poll: poll) { _ in points.append(Array(point.buffer)) }
    } else {
      try attack.perturb(batch, on: network, into: point.pointer, poll: poll)
      points.append(Array(point.buffer))
    }
    passes += attack.passes + points.count
    let all = points.flatMap(\.self), classes = network.classes
    let logits = all.withUnsafeBufferPointer { all in
      all.baseAddress.map { network.evaluate($0, count: points.count) } ?? []
    }
    return points.enumerated().map { row, pixels in
      ImageReport.Stage(pixels: pixels, logits: Array(logits[row * classes..<(row + 1) * classes]))
    }
  }
}
