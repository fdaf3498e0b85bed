import Events

extension RobustnessEvaluation {
  /// The result, complete or so far.
  package func report() -> EvaluationReport {
    let settings = record.settings, examples = record.examples, n = set.count
    let rows = settings.suite.attacks.indices.map(row)
    var warnings = record.warnings
    let isComplete =
      !examples.isEmpty
      && settings.suite.attacks.indices.allSatisfy { attack in
        !examples.contains { record.isPending(attack, on: $0) }
      }
    warnings += [zeroGradient(), gradientFreeEffective(rows)].compactMap(\.self)
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
      attack: record.settings.suite.attacks[attack],
      robust: Proportion(correct: robust, n: examples.isEmpty ? 0 : set.count), broken: broken,
      finished: outcomes.count, attacked: outcomes.count + pending, seconds: record.seconds[attack],
      forwards: outcomes.reduce(0) { $0 + $1.forwards }, backwards: outcomes.reduce(0) { $0 + $1.backwards })
  }

  private func zeroGradient() -> EvaluationWarning? {
    let hit = record.examples.filter { $0.outcomes.contains(where: \.zeroGradient) }.map(\.index)
    return hit.isEmpty ? nil : .zeroGradient(hit, of: set.count)
  }

  /// An attack without gradients leaves less than the best gradient attack, by more than 0.2 points.
  private func gradientFreeEffective(_ rows: [AttackRow]) -> EvaluationWarning? {
    let done = rows.filter { $0.finished == $0.attacked && $0.finished > 0 }
    let others = done.filter(\.attack.usesGradients).map(\.robust.value).min()
    guard let best = done.first(where: { !$0.attack.usesGradients }), let others, best.robust.value < others - 0.002
    else { return nil }
    let attacks = record.settings.suite.attacks
    let onlyThese = record.examples.filter { example in
      let breaking = example.outcomes.filter(\.broken)
      return !breaking.isEmpty && breaking.allSatisfy { !attacks[$0.attack].usesGradients }
    }
    return .squareEffective(
      onlyThese.map(\.index), attack: best.attack, points: 100 * (others - best.robust.value))
  }
}
