import Attacks
import Foundation

/// The JSON of an evaluation: protocol card, accuracies, verdicts. An unfinished evaluation continues from it.
package struct AttackResult: Codable {
  package var card: AttackCard
  /// Which part of the card's images the verdicts are of; nil: all.
  package var shard: Shard?
  /// What was assumed and converted when the files were read; nil in files of earlier versions.
  package var imported: ImportRecord?
  package var title: String
  /// Every attack has finished every image; otherwise the robust accuracy may still drop.
  package var isComplete: Bool
  package var n: Int
  package var cleanAccuracy: Double
  package var robustAccuracy: Double
  /// 95 % Wilson interval of the robust accuracy.
  package var interval: [Double]
  package var cleanInterval: [Double]
  package var largestPerturbation: Double
  package var attacks: [Row]
  package var examples: [Example]
  package var warnings: [EvaluationWarning]
  /// What the checks before the attacks found: part of `warnings`.
  package var checks: [EvaluationWarning]
  /// The cheap attacks on the first images, where they have run.
  package var comparisons: [Comparison]?
  /// What `--beyond` found, once it has run to its end.
  package var bestKnown: BestKnown?

  enum CodingKeys: String, CodingKey {
    case card = "protocol"
    case imported = "import"
    case shard, title, n, interval, attacks, examples, warnings, checks, comparisons
    case isComplete = "complete"
    case cleanAccuracy = "clean_accuracy"
    case robustAccuracy = "robust_accuracy"
    case bestKnown = "best_known"
    case cleanInterval = "clean_interval"
    case largestPerturbation = "largest_perturbation"
  }

  /// One attack.
  package struct Row: Codable {
    package var name: String
    package var title: String
    package var robustAccuracy: Double
    package var broken: Int
    package var finished: Int
    package var attacked: Int
    package var seconds: Double
    package var forwards: Int
    package var backwards: Int

    enum CodingKeys: String, CodingKey {
      case name, title, broken, finished, attacked, seconds, forwards, backwards
      case robustAccuracy = "robust_accuracy"
    }
  }

  /// The result so far.
  package init(
    _ card: AttackCard, _ imported: ImportRecord?, _ report: EvaluationReport, _ record: EvaluationRecord,
    shard: Shard? = nil
  ) {
    (self.card, self.imported, self.shard) = (card, imported, shard)
    title = report.title
    isComplete = report.isComplete
    n = report.clean.n
    cleanAccuracy = report.clean.value
    robustAccuracy = report.robust.value
    interval = [report.robust.interval.lowerBound, report.robust.interval.upperBound]
    cleanInterval = [report.clean.interval.lowerBound, report.clean.interval.upperBound]
    largestPerturbation = report.largestPerturbation
    attacks = report.attacks.map { row in
      Row(
        name: row.attack.name, title: row.attack.title, robustAccuracy: row.robust.value, broken: row.broken,
        finished: row.finished, attacked: row.attacked, seconds: row.seconds, forwards: row.forwards,
        backwards: row.backwards)
    }
    examples = record.examples.map { Example($0, suite: record.settings.suite) }
    warnings = report.warnings
    checks = record.warnings
    comparisons = record.comparisons
  }

  /// What an evaluation continues from.
  package var record: EvaluationRecord {
    var record = EvaluationRecord(settings: card.settings)
    record.examples = examples.map(\.verdict)
    if attacks.count == record.seconds.count { record.seconds = attacks.map(\.seconds) }
    record.warnings = checks
    record.comparisons = comparisons
    return record
  }

  /// What differs, so that an evaluation of `shard` under `card` can't continue this one; nil if it can.
  package func difference(from card: AttackCard, _ shard: Shard?) -> String? {
    let names = [self.card.difference(from: card), self.shard == shard ? nil : "--shard"].compactMap(\.self)
    return names.isEmpty ? nil : names.joined(separator: ", ")
  }

  /// One line of JSON.
  package func encoded() throws -> Data { try jsonLine(self) }

  /// Reads a file that `encoded` wrote. Throws one line.
  package init(contentsOf path: String) throws(EvaluationError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw EvaluationError("\(path): can't be read; give a file that 'dualab attack --json' wrote")
    }
    guard let result = try? JSONDecoder().decode(AttackResult.self, from: data) else {
      throw EvaluationError("\(path): not the JSON of an evaluation; give a file that 'dualab attack --json' wrote")
    }
    self = result
    let count = card.suite.attacks.count
    let isSound = examples.allSatisfy { $0.verdict.outcomes.allSatisfy { (0..<count).contains($0.attack) } }
    let images = shard?.count(in: card.images) ?? card.images
    guard isSound, shard?.of ?? 1 <= max(1, card.images), examples.isEmpty || examples.count == images else {
      throw EvaluationError("\(path): its verdicts do not match its protocol card; start again without it")
    }
  }
}

extension AttackResult {
  /// What is known of one image: its verdict, and what follows from it.
  package struct Example: Codable {
    package let verdict: ExampleVerdict
    /// The attack that broke it first.
    package let brokenBy: String?

    private enum CodingKeys: String, CodingKey {
      case robust
      case cleanCorrect = "clean_correct"
      case brokenBy = "broken_by"
    }

    init(_ verdict: ExampleVerdict, suite: AttackSuite) {
      self.verdict = verdict
      brokenBy = verdict.breaking.map { suite.attacks[$0.attack].name }
    }

    package init(from decoder: any Decoder) throws {
      verdict = try ExampleVerdict(from: decoder)
      brokenBy = try decoder.container(keyedBy: CodingKeys.self).decode(String?.self, forKey: .brokenBy)
    }

    /// The verdict's keys next to ours; `broken_by` is null if nothing broke it.
    package func encode(to encoder: any Encoder) throws {
      try verdict.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(verdict.cleanCorrect, forKey: .cleanCorrect)
      try container.encode(verdict.isRobust, forKey: .robust)
      try container.encode(brokenBy, forKey: .brokenBy)
    }
  }
}
