import Events

extension RobustnessEvaluation {
  /// The result, complete or so far.
  package func report() -> EvaluationReport { record.report(classes: classifier.classes) }
}

extension EvaluationRecord {
  /// The result for a model with this many classes, complete or so far.
  package func report(classes: Int) -> EvaluationReport {
    let n = examples.count, rows = settings.suite.attacks.indices.map(row)
    var warnings = self.warnings
    let isComplete =
      !examples.isEmpty
      && settings.suite.attacks.indices.allSatisfy { attack in
        !examples.contains { isPending(attack, on: $0) }
      }
    warnings += [zeroGradient(), gradientFreeEffective(rows)].compactMap(\.self)
    warnings += comparisonWarnings(isComplete: isComplete, classes: classes)
    return EvaluationReport(
      settings: settings, title: settings.suite.title(classes: classes), classes: classes,
      clean: Proportion(correct: examples.count(where: \.cleanCorrect), n: n),
      robust: Proportion(correct: examples.count(where: \.isRobust), n: n),
      attacks: rows, examples: examples, warnings: warnings, comparisons: comparisons,
      isComplete: isComplete,
      largestPerturbation: examples.reduce(0) { max($0, $1.breaking?.distance ?? 0) })
  }

  private func row(_ attack: Int) -> AttackRow {
    let outcomes = examples.flatMap { $0.outcomes.filter { $0.attack == attack } }
    let broken = outcomes.count(where: \.broken)
    let pending = examples.count { isPending(attack, on: $0) }
    // In a cascade an image counts as robust after this attack unless this or an earlier one broke it.
    let robust =
      settings.individual
      ? examples.count(where: \.cleanCorrect) - broken
      : examples.count { $0.cleanCorrect && !$0.outcomes.contains { $0.broken && $0.attack <= attack } }
    return AttackRow(
      attack: settings.suite.attacks[attack],
      robust: Proportion(correct: robust, n: examples.count), broken: broken,
      finished: outcomes.count, attacked: outcomes.count + pending, seconds: seconds[attack],
      forwards: outcomes.reduce(0) { $0 + $1.forwards }, backwards: outcomes.reduce(0) { $0 + $1.backwards })
  }

  private func zeroGradient() -> EvaluationWarning? {
    let hit = examples.filter { $0.outcomes.contains(where: \.zeroGradient) }.map(\.index)
    return hit.isEmpty ? nil : .zeroGradient(hit, of: examples.count)
  }

  /// An attack without gradients leaves less than the best gradient attack, by more than 0.2 points.
  private func gradientFreeEffective(_ rows: [AttackRow]) -> EvaluationWarning? {
    let done = rows.filter { $0.finished == $0.attacked && $0.finished > 0 }
    let others = done.filter(\.attack.usesGradients).map(\.robust.value).min()
    guard let best = done.first(where: { !$0.attack.usesGradients }), let others, best.robust.value < others - 0.002
    else { return nil }
    let attacks = settings.suite.attacks
    let onlyThese = examples.filter { example in
      let breaking = example.outcomes.filter(\.broken)
      return !breaking.isEmpty && breaking.allSatisfy { !attacks[$0.attack].usesGradients }
    }
    return .squareEffective(
      onlyThese.map(\.index), attack: best.attack, points: 100 * (others - best.robust.value))
  }
}
