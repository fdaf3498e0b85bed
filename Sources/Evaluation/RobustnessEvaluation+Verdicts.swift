import Attacks
import Networks
import Tensors

/// How a found point becomes a verdict.
extension RobustnessEvaluation {
  /// Records what runs found. An image counts as broken only if the classifier misclassifies the point once more, and
  /// the point lies in ball and box.
  func store(_ ended: [AttackRounds.Entry], attack: Int) {
    let confirmed = confirm(ended.filter { $0.run.found != nil })
    for entry in ended {
      let tally = entry.run.tally, distance = confirmed[entry.example], isBroken = distance != nil
      if let found = entry.run.found, isBroken, record.examples[entry.example].isRobust {
        let pixels = set.shape.planarCount
        (adversarials.pointer + entry.example * pixels).update(from: found, count: pixels)
      }
      record.examples[entry.example].outcomes.append(
        AttackOutcome(
          attack: attack, broken: isBroken, target: isBroken ? tally.target : nil, iterations: tally.iterations,
          forwards: tally.forwards + (entry.run.found == nil ? 0 : 1), backwards: tally.backwards,
          zeroGradient: tally.zeroGradient, distance: distance))
      meter.end(tally, broken: isBroken)
    }
  }

  /// The distances of the found points that are misclassified, and in box and ball (tolerance 1e-6).
  private func confirm(_ entries: [AttackRounds.Entry]) -> [Int: Double] {
    guard !entries.isEmpty else { return [:] }
    let pixels = set.shape.planarCount, classes = classifier.classes
    let points = Storage(count: entries.count * pixels)
    for (row, entry) in entries.enumerated() {
      if let found = entry.run.found { (points.pointer + row * pixels).update(from: found, count: pixels) }
    }
    let logits = classifier.logits(points.pointer, count: entries.count)
    var confirmed: [Int: Double] = [:]
    for (row, entry) in entries.enumerated() {
      let point = points.pointer + row * pixels
      let distance = audit(point, entry.example)
      guard let distance else {
        record.add(audit: set.indices[entry.example])
        continue
      }
      let here = Array(logits[row * classes..<(row + 1) * classes])
      if predictedClass(here, classes: classes) != set.labels[entry.example] { confirmed[entry.example] = distance }
    }
    return confirmed
  }

  /// ‖point − image‖; nil if the point is outside box or ball.
  func audit(_ point: UnsafePointer<Float>, _ image: Int) -> Double? {
    guard (0..<set.shape.planarCount).allSatisfy({ point[$0] >= -1e-6 && point[$0] <= 1 + 1e-6 }) else { return nil }
    let distance = record.settings.norm.distance(point, set.image(image), set.shape.planarCount)
    return distance <= record.settings.epsilon + 1e-6 ? distance : nil
  }
}
