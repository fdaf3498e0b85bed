import Events

extension RobustnessEvaluation {
  /// The result, whole or so far.
  package func report() -> EvaluationReport {
    let settings = record.settings, examples = record.examples, n = set.count
    let rows = settings.suite.attacks.indices.map(row)
    var warnings = record.warnings
    let isComplete =
      !examples.isEmpty
      && settings.suite.attacks.indices.allSatisfy { attack in
        !examples.contains { record.isPending(attack, on: $0) }
      }
    warnings += [zeroGradient(), squareEffective(rows)].compactMap(\.self)
    warnings += comparisonWarnings(isComplete: isComplete)
    return EvaluationReport(
      settings: settings, title: settings.suite.title(classes: classifier.classes), classes: classifier.classes,
      clean: Proportion(correct: examples.count(where: \.cleanCorrect), n: examples.isEmpty ? 0 : n),
      robust: Proportion(correct: examples.count(where: \.isRobust), n: examples.isEmpty ? 0 : n),
      attacks: rows, examples: examples, warnings: warnings, comparisons: record.comparisons,
      isComplete: isComplete,
      largestPerturbation: examples.reduce(0) { max($0, $1.breaking?.distance ?? 0) })
  }

  private func row(_ attack: Int) -> AttackRow {
    let examples = record.examples
    let outcomes = examples.flatMap { $0.outcomes.filter { $0.attack == attack } }
    let broken = outcomes.count(where: \.broken)
    let pending = examples.count { record.isPending(attack, on: $0) }
    // In a cascade an image counts as robust after this attack unless this or an earlier one broke it.
    let robust =
      record.settings.individual
      ? examples.count(where: \.cleanCorrect) - broken
      : examples.count { $0.cleanCorrect && !$0.outcomes.contains { $0.broken && $0.attack <= attack } }
    return AttackRow(
      spec: record.settings.suite.attacks[attack],
      robust: Proportion(correct: robust, n: examples.isEmpty ? 0 : set.count), broken: broken,
      finished: outcomes.count, attacked: outcomes.count + pending, seconds: record.seconds[attack],
      forwards: outcomes.reduce(0) { $0 + $1.forwards }, backwards: outcomes.reduce(0) { $0 + $1.backwards })
  }

  private func zeroGradient() -> EvaluationWarning? {
    let hit = record.examples.filter { $0.outcomes.contains(where: \.zeroGradient) }.map(\.index)
    guard !hit.isEmpty else { return nil }
    return EvaluationWarning(
      .zeroGradient,
      "the gradient is exactly zero at \(hit.count) of \(set.count) images; gradient attacks cannot move there, so the model "
        + "may hide its gradients: trust Square, not the others",
      examples: hit)
  }

  /// Square below the best other attack by more than 0.2 points.
  private func squareEffective(_ rows: [AttackRow]) -> EvaluationWarning? {
    let done = rows.filter { $0.finished == $0.attacked && $0.finished > 0 }
    let others = done.filter { $0.spec.name != .square }.map(\.robust.value).min()
    guard let square = done.first(where: { $0.spec.name == .square }), let others, square.robust.value < others - 0.002
    else { return nil }
    let attacks = record.settings.suite.attacks
    let onlySquare = record.examples.filter { example in
      let breaking = example.outcomes.filter(\.broken).map { attacks[$0.attack].name }
      return !breaking.isEmpty && breaking.allSatisfy { $0 == .square }
    }
    let points = (1000 * (others - square.robust.value)).rounded() / 10
    return EvaluationWarning(
      .squareEffective,
      "Square, which sees only logits, lowers the accuracy by \(points) points below the best gradient attack; "
        + "gradients are probably masked, add an adaptive attack",
      examples: onlySquare.map(\.index))
  }
}
