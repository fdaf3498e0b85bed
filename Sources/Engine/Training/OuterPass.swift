import Events
import Networks
import Objectives
import Tensors

/// Is told of passes right after they moved the running statistics.
package protocol PassObserver: AnyObject {
  /// A pass went through `slot`, with these rows of each domain.
  func note(_ network: Network, cleanRows: Range<Int>, adversarialRows: Range<Int>, slot: Int)
}

/// The outer loss of one batch and its gradient: which passes, in which order. docs/algorithms.md §2.
package struct OuterPass {
  let network: Network
  let objective: any Objective
  let batching: Batching
  /// [labels][C][H][W], and right after them as many adversarial images.
  let clean: UnsafePointer<Float>
  let labels: [Int]
  /// Clean rows of the whole batch that join a `cat` batch: the last ones, which come right before the adversarial ones
  /// in memory.
  let cleanRows: Int
  /// Which part of the batch the images are; nil for all of it.
  private let part: BatchPart?
  /// Room for the gradient of the logits of three passes, [3][labels][classes].
  let gradient: Storage
  /// Told of every pass that moved the running statistics; not of the third of `seq3`, which sees the clean images
  /// again.
  package var observer: (any PassObserver)?

  package init(
    network: Network, objective: any Objective, batching: Batching, clean: UnsafePointer<Float>, labels: [Int],
    cleanRows: Int, gradient: Storage
  ) {
    self.network = network
    self.objective = objective
    self.batching = batching
    self.clean = clean
    self.labels = labels
    self.cleanRows = cleanRows
    self.gradient = gradient
    part = network.part
  }

  /// The outer loss of a batch, and how well the network classified it.
  package struct Result {
    package var loss = LossParts()
    /// NLL of the domains, before its weight; nil without dual BN layers that saw both.
    package var nll: Double?
    package var cleanAccuracy: Proportion?
    package var adversarialAccuracy: Proportion?
  }

  /// Computes the loss, and leaves the parameter gradients in the network. `mode` is `train`, or `batch` to leave the
  /// running statistics alone.
  package func run(mode: Mode, poll: () throws -> Void) throws -> Result {
    gradient.clear()
    switch (objective.rows, batching) {
    case (.both, .cat): return try together(mode, poll)
    case (.both, .seq): return try oneAfterAnother(mode, clean2: false, poll)
    case (.both, .seq3): return try oneAfterAnother(mode, clean2: true, poll)
    case (.clean, _), (.adversarial, _): return try alone(mode, poll)
    }
  }

  private var count: Int { labels.count }
  /// Images of the whole batch.
  private var total: Int { part?.tree.images ?? count }
  /// Those of `cleanRows` that are here.
  private var ownCleanRows: Int { part?.images(ofLast: cleanRows).count ?? cleanRows }
  private var pixels: Int { network.settings.input.planarCount }
  private var adversarial: UnsafePointer<Float> { clean + count * pixels }

  /// The rows that the objective needs, as one pass over all of them takes them.
  package var rowsTogether: (images: UnsafePointer<Float>, count: Int, domains: Domains) {
    switch objective.rows {
    case .clean: (clean, count, .clean)
    case .adversarial: (adversarial, count, .adversarial)
    case .both:
      (
        adversarial - ownCleanRows * pixels, ownCleanRows + count,
        cleanRows > 0 ? .cleanFirst(ownCleanRows) : .adversarial
      )
    }
  }

  // MARK: batching

  private func forwardTogether(_ mode: Mode, _ poll: () throws -> Void) throws -> UnsafePointer<Float> {
    let rows = rowsTogether
    return try network.forward(rows.images, count: rows.count, mode: mode, domains: rows.domains, poll: poll)
  }

  /// Rows of one kind.
  private func alone(_ mode: Mode, _ poll: () throws -> Void) throws -> Result {
    let isClean = objective.rows == .clean
    let logits = try forwardTogether(mode, poll)
    note(mode, clean: isClean ? 0..<count : 0..<0, adversarial: isClean ? 0..<0 : 0..<count, slot: 0)
    let rows = rows(logits, count, of: total, place: 0)
    let result = try result(clean: isClean ? rows : nil, adversarial: isClean ? nil : rows, target: nil)
    try backward(gradient.pointer, slot: 0, accumulating: false, poll)
    return result
  }

  private func together(_ mode: Mode, _ poll: () throws -> Void) throws -> Result {
    let logits = try forwardTogether(mode, poll), own = ownCleanRows
    note(mode, clean: 0..<own, adversarial: own..<own + count, slot: 0)
    var result = try result(
      clean: rows(logits, own, of: cleanRows, place: 0),
      adversarial: rows(logits + own * network.classes, count, of: total, place: own), target: nil)
    try backward(gradient.pointer, slot: 0, accumulating: false, poll)
    if cleanRows > 0, network.settings.norm.infersDomains {
      let nll = network.nllTotal
      result.nll = nll
      result.loss.total += network.dual.weight * nll
    }
    return result
  }

  private func oneAfterAnother(_ mode: Mode, clean2: Bool, _ poll: () throws -> Void) throws -> Result {
    let first = try network.forward(clean, count: count, mode: mode, domains: .clean, slot: 0, poll: poll)
    note(mode, clean: 0..<count, adversarial: 0..<0, slot: 0)
    let second = try network.forward(adversarial, count: count, mode: mode, domains: .adversarial, slot: 1, poll: poll)
    note(mode, clean: 0..<0, adversarial: 0..<count, slot: 1)
    let third =
      clean2 ? try network.forward(clean, count: count, mode: mode, domains: .clean, slot: 2, poll: poll) : nil
    let result = try result(
      clean: rows(first, count, of: total, place: 0), adversarial: rows(second, count, of: total, place: count),
      target: third.map { rows($0, count, of: total, place: 2 * count) })
    let part = count * network.classes
    try backward(gradient.pointer + part, slot: 1, accumulating: false, poll)
    try addBackward(gradient.pointer, part, slot: 0, poll)
    if clean2 { try addBackward(gradient.pointer + 2 * part, part, slot: 2, poll) }
    return result
  }

  /// Does nothing for rows that are in no loss: the first pass of MART, the clean one of MAT with γ = 0 and β = 0.
  private func addBackward(
    _ cotangent: UnsafeMutablePointer<Float>, _ count: Int, slot: Int, _ poll: () throws -> Void
  ) throws {
    var isUsed = (0..<count).contains(where: { cotangent[$0] != 0 }) ? 1.0 : 0
    part?.team.add(&isUsed, count: 1)
    guard isUsed != 0 else { return }
    try backward(cotangent, slot: slot, accumulating: true, poll)
  }

  private func backward(
    _ cotangent: UnsafeMutablePointer<Float>, slot: Int, accumulating: Bool, _ poll: () throws -> Void
  ) throws {
    try network.backward(cotangent, wanted: .parameters, slot: slot, accumulating: accumulating, poll: poll)
  }

  private func note(_ mode: Mode, clean: Range<Int>, adversarial: Range<Int>, slot: Int) {
    guard mode == .train else { return }
    observer?.note(network, cleanRows: clean, adversarialRows: adversarial, slot: slot)
  }

  // MARK: loss and accuracy

  /// `count` of `total` rows, whose gradient starts `place` rows into the room for it.
  private func rows(
    _ logits: UnsafePointer<Float>, _ count: Int, of total: Int, place: Int
  ) -> ObjectiveBatch.Rows {
    ObjectiveBatch.Rows(
      logits: logits, gradient: gradient.pointer + place * network.classes, count: count, total: total)
  }

  private func result(
    clean: ObjectiveBatch.Rows?, adversarial: ObjectiveBatch.Rows?, target: ObjectiveBatch.Rows?
  ) throws -> Result {
    let loss = objective.evaluate(
      ObjectiveBatch(
        clean: clean, adversarial: adversarial, target: target, labels: labels, classes: network.classes, part: part))
    try part?.team.check()
    return Result(loss: loss, cleanAccuracy: correct(clean), adversarialAccuracy: correct(adversarial))
  }

  /// How many rows are classified correctly; nil when there are none.
  private func correct(_ rows: ObjectiveBatch.Rows?) -> Proportion? {
    guard let rows, rows.total > 0 else { return nil }
    let first = labels.count - rows.count, classes = network.classes
    var right = Double(
      (0..<rows.count).count { row in
        predictedClass(rows.logits + row * classes, classes: classes) == labels[first + row]
      })
    part?.team.add(&right, count: 1)
    return Proportion(correct: Int(right), n: rows.total)
  }
}
