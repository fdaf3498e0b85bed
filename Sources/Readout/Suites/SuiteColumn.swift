/// A number that a suite reports next to the accuracies. The raw value is its name in CSV and JSON.
package enum SuiteColumn: String, Sendable, Hashable, CaseIterable {
  case w2CleanPGD = "w2_clean_pgd"
  case w2CleanAA = "w2_clean_aa"
  case w2PGDAA = "w2_pgd_aa"
  case w2BrokenCleanPGD = "w2_broken_clean_pgd"
  case w2BrokenCleanAA = "w2_broken_clean_aa"
  case w2BrokenPGDAA = "w2_broken_pgd_aa"
  case explained1 = "explained_1"
  case explained2 = "explained_2"
  case separationCleanPGD = "separation_clean_pgd"
  case separationCleanAA = "separation_clean_aa"
  case separationPGDAA = "separation_pgd_aa"
  case runningCleanMedian = "running_clean_median"
  case runningCleanLargest = "running_clean_largest"
  case runningCleanLast = "running_clean_last"
  case runningAdversarialMedian = "running_adversarial_median"
  case runningAdversarialLargest = "running_adversarial_largest"
  case runningAdversarialLast = "running_adversarial_last"

  /// Its heading in text and Markdown; nil for numbers that only CSV and JSON have.
  package var title: String? {
    switch self {
    case .w2CleanPGD: "W2² clean–PGD"
    case .w2CleanAA: "W2² clean–AA"
    case .w2PGDAA: "W2² PGD–AA"
    case .w2BrokenCleanPGD, .w2BrokenCleanAA, .w2BrokenPGDAA: nil
    case .explained1: "PC1"
    case .explained2: "PC2"
    case .separationCleanPGD: "apart: clean–PGD"
    case .separationCleanAA: "apart: clean–AA"
    case .separationPGDAA: "apart: PGD–AA"
    case .runningCleanMedian: "clean–running: median"
    case .runningCleanLargest: "clean–running: largest"
    case .runningCleanLast: "clean–running: last"
    case .runningAdversarialMedian: "adversarial–running: median"
    case .runningAdversarialLargest: "adversarial–running: largest"
    case .runningAdversarialLast: "adversarial–running: last"
    }
  }
}
