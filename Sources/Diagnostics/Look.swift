import Attacks
import Evaluation
import Events
import Networks
import Tensors

/// One look at part of the probe: attacks one after another, each on what those before have left, until every image is
/// broken or has survived all. docs/algorithms.md §11.4.
///
/// A point counts only if the present network misclassifies it once more and it lies in ball and box. Results depend on
/// neither threads nor time.
final class Look {
  private let network: Network
  private let set: EvaluationSet
  private let logits: [Float]
  private let norm: BallNorm
  private let epsilon: Float
  private let seed: UInt32
  /// The processes that look together, each at a part of the images.
  private let team: RankTeam?

  /// Positions that have survived everything.
  private(set) var left: [Int] = []
  /// Positions under attack that nothing has broken so far, in order.
  fileprivate var pending: [Int] = []
  /// Which attack broke how many, in the order of the attacks.
  private(set) var breakers: [GapBreaker] = []
  /// Forward and backward passes of one image.
  private(set) var passes = 0
  /// The points of all images of the probe; those of images that are not broken have no meaning.
  let points: Storage
  /// What is remembered, with what this look has found.
  private(set) var memory: AttackMemory

  /// A look at images that survived an attack. `logits` are those of the clean probe.
  init(
    after attack: any Attack, in set: EvaluationSet, logits: [Float], on network: Network,
    seed: UInt32, memory: AttackMemory, team: RankTeam? = nil
  ) {
    self.network = network
    self.set = set
    self.logits = logits
    norm = attack.norm
    epsilon = attack.epsilon
    self.seed = seed
    self.memory = memory
    self.team = team
    points = Storage(count: set.images.count)
  }

  // MARK: the parts

  /// Images that are misclassified without attack are broken, whatever the attack made of them.
  fileprivate func dropMisclassified(_ correct: Swift.Set<Int>) {
    let lost = pending.filter { !correct.contains($0) }
    for image in lost { (points.pointer + image * pixels).update(from: set.image(image), count: pixels) }
    pending.removeAll { !correct.contains($0) }
    if !lost.isEmpty { note("no attack", broken: lost.count) }
  }

  private func note(_ attack: String, broken: Int) {
    breakers = GapBreaker.sum(breakers, [GapBreaker(attack: attack, broken: broken)])
  }

  /// Replays what broke an image before.
  fileprivate func replay(poll: () throws -> Void) throws {
    let known = pending.filter { !memory.bank[$0].isEmpty }
    try run("bank", on: known, stream: 0, poll: poll) { image, problem in
      let entries = memory.bank[image], points = Storage(count: entries.count * pixels)
      for (row, entry) in entries.enumerated() {
        entry.write(points.pointer + row * pixels, around: problem.image, norm, epsilon)
      }
      return ReplayRun(problem, points: points, count: entries.count)
    }
  }

  /// What an attack is called in a look.
  static func name(of attack: any EvaluationAttack) -> String {
    switch attack {
    case let pgd as PGDAttack where pgd.anyIterate: pgd.radius < 1 ? "small radius" : "small steps"
    case is SquareAttack: SquareAttack.usualTitle
    default: attack.title
    }
  }

  /// Any attack of an evaluation, from the start.
  fileprivate func run(_ attack: any EvaluationAttack, poll: () throws -> Void) throws {
    try run(attack.title, on: pending, stream: type(of: attack).stream, poll: poll) { _, problem in
      attack.makeRun(problem)
    }
  }

  /// PGD with small steps from the image; any iterate counts.
  fileprivate func runSmallSteps(_ steps: Int, radius: Float, _ name: String, poll: () throws -> Void) throws {
    let pgd = PGD(
      norm: norm, epsilon: epsilon * radius, stepSize: epsilon / 16, steps: steps, start: .clean, restarts: 1)
    try run(name, on: pending, stream: PGDAttack.stream, poll: poll) { _, problem in
      PGDRun(problem, pgd, anyIterate: true, rescales: true)
    }
  }

  /// Square goes on for this many queries from where it was.
  fileprivate func goOnWithSquare(queries: Int, poll: () throws -> Void) throws {
    let attack = SquareAttack(iterations: queries)
    try run("Square", on: pending, stream: SquareAttack.stream, poll: poll) { image, problem in
      guard let state = memory.square[image] else { return SquareRun(problem, attack) }
      let point = Storage(count: pixels)
      state.best.write(point.pointer, around: problem.image, norm, epsilon)
      return withExtendedLifetime(point) {
        SquareRun(
          problem, attack,
          from: SquareRun.Earlier(
            point: UnsafePointer(point.pointer), queries: state.queries, cap: LookParts.squareCap))
      }
    }
  }

  // MARK: running

  private var pixels: Int { return set.shape.planarCount }

  fileprivate func run(
    _ name: String, on images: [Int], stream: Int, poll: () throws -> Void,
    _ make: (Int, AttackProblem) -> any AttackRun
  ) throws {
    guard !images.isEmpty else { return }
    let broken = try shareOut(images, poll: poll) { images, poll in
      var broken: Swift.Set<Int> = []
      try AttackRounds(network).attack(images, { make($0, problem($0, stream)) }) { ended, _ in
        broken.formUnion(take(ended))
        try poll()
      }
      return broken
    }
    pending.removeAll { broken.contains($0) }
    note(name, broken: broken.count)
  }

  /// Has `attack` done for every image by one process; returns the images that are broken. Afterwards all processes know
  /// what each has found.
  private func shareOut(
    _ images: [Int], poll: () throws -> Void, _ attack: ([Int], @escaping () throws -> Void) throws -> Swift.Set<Int>
  ) throws -> Swift.Set<Int> {
    let own = Array(images[team?.part(of: images.count) ?? images.indices]), before = passes
    let mine = try RankTeam.together(team, poll) { try attack(own, $0) }
    guard let team else { return mine }
    let found = LookFindings(
      images: own, broken: own.filter(mine.contains), points: own.filter(mine.contains).flatMap(point),
      passes: passes - before, memory: memory.part(own))
    var broken: Swift.Set<Int> = []
    passes = before
    for message in try team.collectMessages(try found.encoded()) {
      let found = try LookFindings(message)
      broken.formUnion(found.broken)
      passes += found.passes
      memory.take(found.images, from: found.memory)
      for (row, image) in found.broken.enumerated() {
        for pixel in 0..<pixels { points.pointer[image * pixels + pixel] = found.points[row * pixels + pixel] }
      }
    }
    return broken
  }

  private func point(_ image: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: points.pointer + image * pixels, count: pixels)
  }

  private func problem(_ image: Int, _ stream: Int) -> AttackProblem {
    let classes = network.classes, index = set.indices[image], seed = seed
    let row = Array(logits[image * classes..<(image + 1) * classes])
    return AttackProblem(
      image: set.image(image), shape: set.shape, label: set.labels[image], classes: classes,
      rivals: AttackProblem.rivals(row, classes: classes, label: set.labels[image]), norm: norm, epsilon: epsilon
    ) { attempt in
      RandomStream(
        seed: seed, purpose: .evaluationStart, step: UInt32(stream), example: UInt32(truncatingIfNeeded: index),
        attempt: UInt32(attempt))
    }
  }

  /// Verifies what runs have found, and remembers it; the images that are broken.
  private func take(_ ended: [AttackRounds.Entry]) -> [Int] {
    let broken = verified(ended)
    for entry in ended {
      let image = entry.example, tally = entry.run.tally
      passes += tally.forwards + tally.backwards
      let isBroken = broken.contains(image)
      if isBroken, let found = entry.run.found {
        (points.pointer + image * pixels).update(from: found, count: pixels)
      }
      if let replay = entry.run as? ReplayRun {
        if isBroken, let entry = replay.breaking { memory.noteBrokenAgain(image, byEntry: entry) }
      } else if isBroken, let found = entry.run.found {
        memory.noteBroken(image, by: perturbation(found, image))
      }
      if let square = entry.run as? SquareRun {
        let before = memory.square[image]?.queries ?? 0
        memory.noteSquare(image, best: perturbation(square.bestPoint, image), queries: before + tally.iterations)
      }
    }
    return ended.map(\.example).filter(broken.contains)
  }

  private func perturbation(_ point: UnsafePointer<Float>, _ image: Int) -> Perturbation {
    Perturbation(point, around: set.image(image), count: pixels, norm, epsilon)
  }

  /// The images whose point is misclassified when looked at again, and in box and ball (tolerance 1e-6).
  private func verified(_ ended: [AttackRounds.Entry]) -> Swift.Set<Int> {
    let claims = ended.filter { $0.run.found != nil }
    guard !claims.isEmpty else { return [] }
    let candidates = Storage(count: claims.count * pixels)
    for (row, claim) in claims.enumerated() {
      if let found = claim.run.found { (candidates.pointer + row * pixels).update(from: found, count: pixels) }
    }
    let right = Swift.Set(
      network.correctPositions(at: candidates.pointer, labels: claims.map { set.labels[$0.example] }))
    passes += claims.count
    var broken: Swift.Set<Int> = []
    for (row, claim) in claims.enumerated() where !right.contains(row) {
      let point = candidates.pointer + row * pixels
      let isInBox = (0..<pixels).allSatisfy { point[$0] >= -1e-6 && point[$0] <= 1 + 1e-6 }
      let distance = norm.distance(point, set.image(claim.example), pixels)
      if isInBox, distance <= Double(epsilon) + 1e-6 { broken.insert(claim.example) }
    }
    return broken
  }
}

// MARK: the order of a look

extension Look {
  /// The parts of a look at some survivors, the cheapest proof first. `clean`: positions that are correctly classified
  /// without attack.
  func attack(
    _ survivors: [Int], with parts: LookParts, clean: Swift.Set<Int>, poll: () throws -> Void
  ) throws {
    pending = survivors
    dropMisclassified(clean)
    if parts.replays { try replay(poll: poll) }
    if parts.usesMargin {
      try run(MarginAttack(iterations: LookParts.marginIterations).limited(toClasses: network.classes), poll: poll)
    } else if let first = AttackSuite(.quick, classes: network.classes).attacks.first {
      try run(first.base, poll: poll)
    }
    if parts.usesSmallSteps {
      try runSmallSteps(20, radius: 1, "small steps", poll: poll)
      try runSmallSteps(10, radius: 0.25, "small radius", poll: poll)
    }
    if parts.squareQueries > 0 { try goOnWithSquare(queries: parts.squareQueries, poll: poll) }
    left += pending
  }

  /// What is left once more, for at most `allowance` passes: a longer margin attack, then Square.
  func insist(with parts: LookParts, allowance: Int, poll: () throws -> Void) throws {
    (pending, left) = (left, [])
    let before = passes
    let margin = MarginAttack(iterations: LookParts.longMarginIterations).limited(toClasses: network.classes)
    let (forwards, backwards) = margin.passes(classes: network.classes)
    if parts.usesMargin, pending.count * (forwards + backwards) <= allowance { try run(margin, poll: poll) }
    let queries = min(LookParts.longSquareQueries, (allowance - (passes - before)) / max(1, pending.count) - 1)
    if parts.squareQueries > 0, queries >= parts.squareQueries { try goOnWithSquare(queries: queries, poll: poll) }
    left = pending
  }

  /// Any run, made for an image.
  func attack(
    _ survivors: [Int], with name: String, stream: Int, poll: () throws -> Void,
    _ make: (Int, AttackProblem) -> any AttackRun
  ) throws {
    pending = survivors
    try run(name, on: pending, stream: stream, poll: poll, make)
    left += pending
  }

  /// Attacks of an evaluation, each from the start.
  func attack(_ survivors: [Int], with attacks: [any EvaluationAttack], poll: () throws -> Void) throws {
    pending = survivors
    for attack in attacks { try run(attack, poll: poll) }
    left += pending
  }
}
