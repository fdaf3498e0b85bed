import Tensors

/// Logits of a training batch and room for the gradient of the loss with respect to them.
///
/// The adversarial rows are those of all images. The clean rows are those of all images too, or of the last ones
/// (`clean.rows`), or there are none. A clean row and the adversarial row of its image are a pair; KL compares the two.
package struct ObjectiveBatch {
  /// The rows of one kind.
  package struct Rows {
    /// [count][classes].
    package let logits: UnsafePointer<Float>
    /// [count][classes]; what the loss adds is added to it.
    package let gradient: UnsafeMutablePointer<Float>
    /// How many rows.
    package let count: Int
    /// How many rows the whole batch has, other processes included.
    package let total: Int

    /// `count` rows of logits and of their gradient; all of them unless `total` says otherwise.
    package init(
      logits: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, count: Int, total: Int? = nil
    ) {
      self.logits = logits
      self.gradient = gradient
      self.count = count
      self.total = total ?? count
    }
  }

  let clean: Rows?
  let adversarial: Rows?
  /// The clean predictions that the adversarial ones are compared with: the clean rows, or those of a pass of their
  /// own.
  let target: Rows?
  /// A label per image.
  let labels: [Int]
  let classes: Int
  /// In which order losses are added.
  private let tree: BatchTree
  /// Which part of the batch this is; nil for all of it.
  private let part: BatchPart?

  /// A batch; a `target` of its own has the third pass of `seq3`.
  /// Where other processes have parts of the batch, losses are those of all.
  package init(
    clean: Rows?, adversarial: Rows?, target: Rows? = nil, labels: [Int], classes: Int, part: BatchPart? = nil
  ) {
    self.clean = clean
    self.adversarial = adversarial
    self.target = target ?? clean
    self.labels = labels
    self.classes = classes
    tree = part?.tree ?? BatchTree(images: labels.count)
    self.part = part
  }

  /// The batch `logits` [rows][classes] of one pass over `rows`; `gradient` of the same size starts at 0.
  package init(
    rows: BatchRows, logits: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, labels: [Int], classes: Int
  ) {
    let first = Rows(logits: logits, gradient: gradient, count: labels.count)
    let half = labels.count * classes
    switch rows {
    case .clean: self.init(clean: first, adversarial: nil, labels: labels, classes: classes)
    case .adversarial: self.init(clean: nil, adversarial: first, labels: labels, classes: classes)
    case .both:
      self.init(
        clean: first, adversarial: Rows(logits: logits + half, gradient: gradient + half, count: labels.count),
        labels: labels, classes: classes)
    }
  }

  /// The mean CE of the clean rows, nil when there are none; adds `weight` times its gradient.
  func cleanCrossEntropy(weight: Double) -> Double? { crossEntropy(clean, weight) }

  /// The mean CE of the adversarial rows, nil when there are none; adds `weight` times its gradient.
  func adversarialCrossEntropy(weight: Double) -> Double? { crossEntropy(adversarial, weight) }

  /// The mean of KL(clean‖adversarial) over the pairs, **not** over the classes, nil when there are none; adds `weight`
  /// times its gradient to both sides, nothing is detached.
  func divergence(weight: Double) -> Double? {
    meansOverPairs { pair, share in
      let divergence = RowLosses.divergence(
        clean: pair.clean, adversarial: pair.adversarial, classes: classes, weight: weight * share,
        cleanGradient: pair.cleanGradient, adversarialGradient: pair.adversarialGradient)
      return SIMD2(divergence, 0)
    }?.x
  }

  /// The mean CE of rows; adds `weight` times its gradient.
  private func crossEntropy(_ rows: Rows?, _ weight: Double) -> Double? {
    meanOverRows(rows) { row, label, gradient, share in
      RowLosses.crossEntropy(row, classes: classes, label: label, weight: weight * share, addingTo: gradient)
    }
  }

  /// The mean of `loss` over rows, nil when there are none; `share` is one row's part of the mean.
  func meanOverRows(
    _ rows: Rows?,
    _ loss: (_ row: UnsafePointer<Float>, _ label: Int, _ gradient: UnsafeMutablePointer<Float>, _ share: Double) ->
      Double
  ) -> Double? {
    guard let rows, rows.total > 0 else { return nil }
    return means(overLast: rows.total) { row, label, share in
      SIMD2(loss(rows.logits + row * classes, label, rows.gradient + row * classes, share), 0)
    }.x
  }

  /// A clean row and the adversarial row of the same image.
  struct Pair {
    let clean: UnsafePointer<Float>
    let adversarial: UnsafePointer<Float>
    let cleanGradient: UnsafeMutablePointer<Float>
    let adversarialGradient: UnsafeMutablePointer<Float>
    let label: Int
  }

  /// The means of two losses over the pairs, nil when there are none; `share` is one pair's part of a mean.
  func meansOverPairs(_ losses: (_ pair: Pair, _ share: Double) -> SIMD2<Double>) -> SIMD2<Double>? {
    guard let target, let adversarial, target.total > 0 else { return nil }
    return means(overLast: target.total) { row, label, share in
      let place = row * classes, twin = (adversarial.count - target.count + row) * classes
      let pair = Pair(
        clean: target.logits + place, adversarial: adversarial.logits + twin, cleanGradient: target.gradient + place,
        adversarialGradient: adversarial.gradient + twin, label: label)
      return losses(pair, share)
    }
  }

  /// The means of two losses over the last `count` images, added in the order of the batch's tree; `row` counts these
  /// from 0.
  private func means(
    overLast count: Int, _ losses: (_ row: Int, _ label: Int, _ share: Double) -> SIMD2<Double>
  ) -> SIMD2<Double> {
    let share = 1 / Double(count), first = tree.images - count, start = part?.images.lowerBound ?? 0
    var sum = BatchTree.sum(part?.leaves ?? 0..<tree.leaves, +) { leaf in
      var sum = SIMD2<Double>()
      for image in tree.images(ofLeaf: leaf) where image >= first {
        sum += losses(image - max(first, start), labels[image - start], share)
      }
      return sum
    }
    if let part {
      withUnsafeMutableBytes(of: &sum) {
        if let numbers = $0.assumingMemoryBound(to: Double.self).baseAddress { part.team.add(numbers, count: 2) }
      }
    }
    return sum / Double(count)
  }
}
