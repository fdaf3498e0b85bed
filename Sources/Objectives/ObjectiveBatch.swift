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

    /// `count` rows of logits and of their gradient.
    package init(logits: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, count: Int) {
      self.logits = logits
      self.gradient = gradient
      self.count = count
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

  /// A batch; a `target` of its own has the third pass of `seq3`.
  package init(clean: Rows?, adversarial: Rows?, target: Rows? = nil, labels: [Int], classes: Int) {
    self.clean = clean
    self.adversarial = adversarial
    self.target = target ?? clean
    self.labels = labels
    self.classes = classes
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
    meanOverPairs { pair, share in
      RowLosses.divergence(
        clean: pair.clean, adversarial: pair.adversarial, classes: classes, weight: weight * share,
        cleanGradient: pair.cleanGradient, adversarialGradient: pair.adversarialGradient)
    }
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
    guard let rows, rows.count > 0 else { return nil }
    var sum = 0.0
    let first = labels.count - rows.count
    for row in 0..<rows.count {
      let place = row * classes
      sum += loss(rows.logits + place, labels[first + row], rows.gradient + place, 1 / Double(rows.count))
    }
    return sum / Double(rows.count)
  }

  /// A clean row and the adversarial row of the same image.
  struct Pair {
    let clean: UnsafePointer<Float>
    let adversarial: UnsafePointer<Float>
    let cleanGradient: UnsafeMutablePointer<Float>
    let adversarialGradient: UnsafeMutablePointer<Float>
    let label: Int
  }

  /// The mean of `loss` over the pairs, nil when there are none; `share` is one pair's part of the mean.
  func meanOverPairs(_ loss: (_ pair: Pair, _ share: Double) -> Double) -> Double? {
    guard let target, let adversarial, target.count > 0 else { return nil }
    let first = labels.count - target.count
    var sum = 0.0
    for row in 0..<target.count {
      let place = row * classes, twin = (adversarial.count - target.count + row) * classes
      let pair = Pair(
        clean: target.logits + place, adversarial: adversarial.logits + twin, cleanGradient: target.gradient + place,
        adversarialGradient: adversarial.gradient + twin, label: labels[first + row])
      sum += loss(pair, 1 / Double(target.count))
    }
    return sum / Double(target.count)
  }
}
