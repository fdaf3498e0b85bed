import Foundation
import Presets
import Recipe
import Spelling
import Tensors

/// One run of a suite: a row with a seed. Its digest covers everything that the weights depend on.
package struct SuiteRun: Sendable, Hashable {
  /// Every setting, including the seed.
  package let settings: Settings
  /// The preset it is based on, for checkpoints.
  package let preset: String
  /// Its name on disk. Equal settings have equal digests, in any suite.
  package let digest: String

  init(_ row: ResolvedRow, seed: Int) throws {
    var settings = row.settings
    try settings.set(.seed, to: seed)
    // The suite measures separately, on its own number of images.
    try settings.set(.testLimit, to: 1)
    self.settings = settings
    preset = row.preset
    digest = SuiteRun.digest(of: settings)
  }

  /// 64-bit FNV-1a over the settings that differ from their initial values, so that a setting added by a later version
  /// does not change it. `data.dir` is left out: it says where the images are, not what they are.
  static func digest(of settings: Settings) -> String {
    let changed = settings.differences(from: Settings()).filter { $0.name != Knob.dataFolder.name }
    let text = changed.map { "\($0.name)=\(exact(settings[$0]))\n" }.sorted().joined()
    var digest = Digest()
    for byte in text.utf8 { digest.add(UInt64(byte)) }
    return digest.text
  }

  /// The value with all its digits; the displayed one may be rounded.
  private static func exact(_ value: KnobValue) -> String {
    switch value {
    case .number(let number): Fraction.decimal(number)
    case .integer(let integer): "\(integer)"
    case .text(let text): text
    case .flag(let flag): flag ? "on" : "off"
    }
  }
}

/// A setting overridden in all rows of a suite.
package struct SuiteOverride: Sendable, Hashable, Codable {
  /// The setting's name, or `limit`.
  package let name: String
  /// The value as typed.
  package let value: String

  /// As typed: `steps=20`.
  var text: String { "\(name)=\(value)" }
}

/// A suite at one scale, resolved: its rows and the runs of each row.
package struct SuitePlan: Sendable {
  /// A row of the table.
  package struct Row: Sendable {
    /// Its name in the table.
    package let label: String
    /// Its settings; the seed is not that of a run.
    package let settings: Settings
    /// The same without the overrides.
    let written: Settings
    /// Its runs, by seed.
    package let runs: [(seed: Int, run: SuiteRun)]
    /// The paper's numbers.
    package let paper: PaperFigures?

    init(_ row: ResolvedRow, _ runs: [(seed: Int, run: SuiteRun)]) {
      (label, settings, written, paper) = (row.label, row.settings, row.written, row.paper)
      self.runs = runs
    }
  }

  /// The suite.
  package let suite: Suite
  /// The scale.
  package let scale: SuiteScale
  /// Number of test images that are attacked.
  package let limit: Int
  /// The last weights, or the best by the paper's rule (highest sum of clean and adversarial validation accuracy).
  package let weights: SuiteWeights
  /// The rows.
  package internal(set) var rows: [Row]
  /// All rows of the suite that are compatible with the overrides, requested or not.
  let possible: [ResolvedRow]
  /// The overrides: settings, each one once, and the number of images.
  package let overrides: [SuiteOverride]

  /// Resolves every row before anything is trained. `seeds` and `limit` replace those of the suite; `labels` selects
  /// rows. Throws `ResourceError` or `SettingError`, also when an assignment overrides a setting that a row sets
  /// itself.
  package init(
    _ suite: Suite, scale: SuiteScale, presets: PresetLibrary, assignments: [String] = [], seeds: [Int]? = nil,
    limit: Int? = nil, labels: [String] = [], weights: SuiteWeights = .last
  ) throws {
    let resolved = try suite.resolved(scale, presets: presets, assignments: assignments)
    let given = try SuitePlan.given(assignments)
    for label in labels where !resolved.contains(where: { $0.label == label }) {
      let near = nearestName(to: label, in: resolved.map(\.label)).map { "did you mean '\($0)'?" }
      throw ResourceError(
        "row '\(label)': \(suite.name) has no such row at the \(scale.rawValue) scale; "
          + (near ?? "'dualab suite show \(suite.name)' lists all rows"))
    }
    let seeds = seeds ?? suite.bases[scale]?.seeds ?? [0]
    (self.suite, self.scale, self.weights) = (suite, scale, weights)
    self.limit = limit ?? suite.bases[scale]?.limit ?? 500
    overrides = given + (limit.map { [SuiteOverride(name: "limit", value: "\($0)")] } ?? [])
    let asked = resolved.filter { labels.isEmpty || labels.contains($0.label) }
    for row in asked {
      guard let override = given.first(where: { row.own.contains($0.name) }) else { continue }
      throw SettingError(
        "--set \(override.text): row '\(row.label)' sets \(override.name) itself; remove the option, or write your own "
          + "suite file")
    }
    possible = resolved.filter { row in !given.contains { row.own.contains($0.name) } }
    rows = try asked.map { row in Row(row, try seeds.map { ($0, try SuiteRun(row, seed: $0)) }) }
  }

  /// The settings of `--set`; the last assignment to a setting counts. Throws `SettingError` for settings that have an
  /// option of their own.
  private static func given(_ assignments: [String]) throws -> [SuiteOverride] {
    var given: [SuiteOverride] = []
    for assignment in assignments {
      let change = try Assignment(assignment), name = AnyKnob.named(change.name)?.name ?? change.name
      if let option = ["seed": "--seeds", "test.limit": "--limit"][name] {
        throw SettingError("--set \(assignment): a suite has an option for this; use \(option) \(change.value)")
      }
      given.removeAll { $0.name == name }
      given.append(SuiteOverride(name: name, value: change.value))
    }
    return given
  }

  /// What is measured for each run, ordered so that each measurement can use earlier ones. Every attack also measures
  /// clean accuracy.
  var measurements: [MeasurementKey] {
    let asked = suite.measures, isAttacked = asked.contains(.pgd) || asked.contains(.autoattack)
    return SuiteMeasure.allCases.filter { $0 != .clean && (asked.contains($0) || ($0 == .pgd && !isAttacked)) }
      .map { MeasurementKey(measure: $0, weights: weights, limit: limit) }
  }

  /// Each run once, in the order of the rows. The first seed of every row comes first, so that one seed is soon
  /// complete for all rows.
  package var runs: [(title: String, run: SuiteRun)] {
    var seen = Set<String>(), result: [(String, SuiteRun)] = []
    for place in 0..<(rows.map(\.runs.count).max() ?? 0) {
      for row in rows where place < row.runs.count && seen.insert(row.runs[place].run.digest).inserted {
        result.append(("\(row.label), seed \(row.runs[place].seed)", row.runs[place].run))
      }
    }
    return result
  }
}

/// Which weights of a run are measured.
package enum SuiteWeights: String, Sendable, Hashable, Codable, CaseIterable {
  case last, best
}
