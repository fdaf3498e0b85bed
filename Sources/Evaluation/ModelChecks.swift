import Attacks
import Networks
import Objectives
import Tensors

/// What is checked before the attacks run: whether attacks on this model can be trusted. docs/algorithms.md §7.3, §7.4.
struct ModelChecks {
  private let classifier: any Classifier
  private let set: EvaluationSet
  private let settings: EvaluationSettings
  /// Clean logits [n][classes].
  private let logits: [Float]
  /// Number of images the checks use, from the first on: as many as the reference takes in a batch.
  private let count: Int

  init(_ classifier: any Classifier, on set: EvaluationSet, settings: EvaluationSettings, cleanLogits logits: [Float]) {
    self.classifier = classifier
    self.set = set
    self.settings = settings
    self.logits = logits
    count = min(set.count, 250)
  }

  /// All warnings, in the order of the kinds.
  func warnings(_ poll: () throws -> Void) throws -> [EvaluationWarning] {
    var result: [EvaluationWarning] = []
    let checks = [randomized, softmaxOutput, saturatedCrossEntropy, fewClasses, batchDependent, stateChanged]
    for check in checks {
      try poll()
      if let warning = check() { result.append(warning) }
    }
    return result
  }

  /// Five passes over the same images: a different class, or normalized logits further apart than 1e-4.
  private func randomized() -> EvaluationWarning? {
    guard settings.suite.named?.averagesGradients != true else { return nil }
    let classes = classifier.classes
    var passes: [[Float]] = []
    for _ in 0..<5 { passes.append(classifier.logits(set.image(0), count: count)) }
    var changed: [Int] = []
    for image in 0..<count {
      var largest = 0.0
      let directions = passes.map { direction(row($0, image)) }
      for (number, first) in directions.enumerated() {
        for second in directions[..<number] {
          largest = max(largest, zip(first, second).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot())
        }
      }
      let classesSeen = Set(passes.map { predictedClass(row($0, image), classes: classes) })
      if largest > 1e-4 || classesSeen.count > 1 { changed.append(set.indices[image]) }
    }
    return changed.isEmpty ? nil : .randomized(changed)
  }

  /// Outputs in [0, 1] that add up to 1: probabilities.
  private func softmaxOutput() -> EvaluationWarning? {
    let isSoftmax = (0..<count).allSatisfy { image in
      let row = row(logits, image)
      return row.allSatisfy { $0 > -1e-5 && $0 < 1 + 1e-5 } && abs(row.reduce(0, +) - 1) < 1e-5
    }
    return isSoftmax ? .softmaxOutput(Array(set.indices[..<count])) : nil
  }

  /// The correctly classified images at which cross-entropy has no gradient: ‖∂CE/∂x‖ < 1e-10.
  private func saturatedCrossEntropy() -> EvaluationWarning? {
    let classes = classifier.classes, pixels = set.shape.planarCount
    let right = correctPositions(Array(logits[..<(count * classes)]), labels: Array(set.labels[..<count]))
    let seats = (right.count + Lane.capacity - 1) / Lane.capacity
    let lengths = Storage(count: max(1, right.count))
    let points = Storage(count: seats * Lane.capacity * pixels)
    for (place, image) in right.enumerated() {
      (points.pointer + place * pixels).update(from: set.image(image), count: pixels)
    }
    classifier.eachSeat(seats) { lane, seat in
      let images = seat * Lane.capacity..<min(right.count, (seat + 1) * Lane.capacity)
      let logits = lane.forward(points.pointer + images.lowerBound * pixels, count: images.count)
      let cotangent = lane.cotangent
      cotangent.update(repeating: 0, count: images.count * classes)
      for (row, image) in images.enumerated() {
        _ = RowLosses.crossEntropy(
          logits + row * classes, classes: classes, label: set.labels[right[image]],
          addingTo: cotangent + row * classes)
      }
      let gradient = lane.backward()
      for (row, image) in images.enumerated() {
        lengths.pointer[image] = Float(norm2(gradient + row * pixels, pixels))
      }
    }
    let saturated = right.indices.filter { lengths.pointer[$0] < 1e-10 }.map { set.indices[right[$0]] }
    let spread = right.indices.filter { lengths.pointer[$0] < 1e-10 }.map { place in
      let row = row(logits, right[place])
      return (row.max() ?? 0) - (row.min() ?? 0)
    }
    return saturated.isEmpty
      ? nil : .saturatedCrossEntropy(saturated, of: right.count, spread: spread.min() ?? 0, spread.max() ?? 0)
  }

  /// The suite as published needs four classes.
  private func fewClasses() -> EvaluationWarning? {
    guard settings.suite.named != nil, classifier.classes < 4 else { return nil }
    return .fewClasses(settings.suite, classes: classifier.classes)
  }

  /// Three images alone against the same images in the batch, to 1e-4 of their largest logit.
  private func batchDependent() -> EvaluationWarning? {
    guard count > 1 else { return nil }
    let batch = classifier.logits(set.image(0), count: count)
    let dependent = (0..<min(3, count)).filter { image in
      let alone = classifier.logits(set.image(image), count: 1), inBatch = row(batch, image)
      let largest = inBatch.reduce(0) { max($0, abs($1)) }
      return zip(alone, inBatch).contains { abs($0 - $1) > 1e-4 * largest }
    }
    return dependent.isEmpty ? nil : .batchDependent(dependent.map { set.indices[$0] }, of: min(3, count))
  }

  /// Running statistics before and after a pass.
  private func stateChanged() -> EvaluationWarning? {
    let before = classifier.stateDigest
    _ = classifier.logits(set.image(0), count: count)
    return classifier.stateDigest == before ? nil : .stateChanged(Array(set.indices[..<count]))
  }

  private func row(_ logits: [Float], _ image: Int) -> [Float] {
    Array(logits[image * classifier.classes..<(image + 1) * classifier.classes])
  }

  private func direction(_ logits: [Float]) -> [Double] {
    let length = logits.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() + 1e-12
    return logits.map { Double($0) / length }
  }
}
