import Foundation
import Presets
import Recipe
import Spelling
import Tensors

/// One training of a suite: a row with a seed, known by a digest of everything that its weights depend on.
package struct SuiteRun: Sendable, Hashable {
  /// Every setting, the seed too.
  package let settings: Settings
  /// The preset it stands on, for checkpoints.
  package let preset: String
  /// Names it on disk: equal settings have equal digests, in whichever suite.
  package let digest: String

  init(_ row: ResolvedRow, seed: Int) throws {
    var settings = row.settings
    try settings.set(.seed, to: seed)
    // The suite measures by itself, on images of its own number.
    try settings.set(.testLimit, to: 1)
    self.settings = settings
    preset = row.preset
    digest = SuiteRun.digest(of: settings)
  }

  /// A digest of the settings that differ from their initial values: a setting that a later version adds changes
  /// nothing. `data.dir` says where the images are, not what they are.
  static func digest(of settings: Settings) -> String {
    let changed = settings.differences(from: Settings()).filter { $0.name != Knob.dataFolder.name }
    let text = changed.map { "\($0.name)=\(exact(settings[$0]))\n" }.sorted().joined()
    var digest = Digest()
    for byte in text.utf8 { digest.add(UInt64(byte)) }
    return digest.text
  }

  /// The value with all its digits; what a person writes may be rounded.
  private static func exact(_ value: KnobValue) -> String {
    switch value {
    case .number(let number): Fraction.decimal(number)
    case .integer(let integer): "\(integer)"
    case .text(let text): text
    case .flag(let flag): flag ? "on" : "off"
    }
  }
}

/// Something that a person gave for all rows of a suite.
package struct SuiteOverride: Sendable, Hashable, Codable {
  /// A setting's name, or `limit`.
  package let name: String
  /// The value as it was typed.
  package let value: String

  /// As it is given: `steps=20`.
  var text: String { "\(name)=\(value)" }
}

/// A suite at one scale, decided: which runs there are, and what each row consists of.
package struct SuitePlan: Sendable {
  /// A row of the table.
  package struct Row: Sendable {
    /// What the table calls it.
    package let label: String
    /// Its settings but the seed.
    package let settings: Settings
    /// The same without what was given by hand.
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

  /// What is reproduced.
  package let suite: Suite
  /// At which scale.
  package let scale: SuiteScale
  /// So many test images are attacked.
  package let limit: Int
  /// The last weights, or the best by the paper's rule (highest clean + adversarial validation accuracy).
  package let weights: SuiteWeights
  /// The rows.
  package internal(set) var rows: [Row]
  /// The suite's rows that can be with what was given by hand, asked for or not.
  let possible: [ResolvedRow]
  /// What was given by hand: settings, each once, and the number of images.
  package let overrides: [SuiteOverride]

  /// Resolves every row before anything is trained. `seeds` and `limit` replace those of the suite; `labels` leaves only
  /// these rows. Throws `ResourceError` or `SettingError`, also for an assignment to what a row sets itself.
  package init(
    _ suite: Suite, scale: SuiteScale, presets: PresetLibrary, assignments: [String] = [], seeds: [Int]? = nil,
    limit: Int? = nil, labels: [String] = [], weights: SuiteWeights = .last
  ) throws {
    let resolved = try suite.resolved(scale, presets: presets, assignments: assignments)
    let given = try SuitePlan.given(assignments)
    for label in labels where !resolved.contains(where: { $0.label == label }) {
      let near = nearestName(to: label, in: resolved.map(\.label)).map { "did you mean '\($0)'?" }
      throw ResourceError(
        "row '\(label)': \(suite.name) has none of that name at the \(scale.rawValue) scale; "
          + (near ?? "'dualab suite show \(suite.name)' lists all"))
    }
    let seeds = seeds ?? suite.bases[scale]?.seeds ?? [0]
    (self.suite, self.scale, self.weights) = (suite, scale, weights)
    self.limit = limit ?? suite.bases[scale]?.limit ?? 500
    overrides = given + (limit.map { [SuiteOverride(name: "limit", value: "\($0)")] } ?? [])
    let asked = resolved.filter { labels.isEmpty || labels.contains($0.label) }
    for row in asked {
      guard let override = given.first(where: { row.own.contains($0.name) }) else { continue }
      throw SettingError(
        "--set \(override.text): row '\(row.label)' sets \(override.name) itself; leave it out, or "
          + "write a suite file of your own")
    }
    possible = resolved.filter { row in !given.contains { row.own.contains($0.name) } }
    rows = try asked.map { row in Row(row, try seeds.map { ($0, try SuiteRun(row, seed: $0)) }) }
  }

  /// The settings of `--set`, the last word on each. Throws `SettingError` for those that a suite has other options for.
  private static func given(_ assignments: [String]) throws -> [SuiteOverride] {
    var given: [SuiteOverride] = []
    for assignment in assignments {
      guard let equals = assignment.firstIndex(of: "="), let knob = AnyKnob.named(String(assignment[..<equals])) else {
        throw SettingError("--set \(assignment): give NAME=VALUE, such as steps=100")
      }
      let value = String(assignment[assignment.index(after: equals)...])
      if let option = ["seed": "--seeds", "test.limit": "--limit"][knob.name] {
        throw SettingError("--set \(assignment): a suite has its own; give \(option) \(value)")
      }
      given.removeAll { $0.name == knob.name }
      given.append(SuiteOverride(name: knob.name, value: value))
    }
    return given
  }

  /// What is measured of every run, in the order in which one builds on the other. Clean accuracy comes with any attack.
  var measurements: [MeasurementKey] {
    let asked = suite.measures, isAttacked = asked.contains(.pgd) || asked.contains(.autoattack)
    return SuiteMeasure.allCases.filter { $0 != .clean && (asked.contains($0) || ($0 == .pgd && !isAttacked)) }
      .map { MeasurementKey(measure: $0, weights: weights, limit: limit) }
  }

  /// Every training once, in the order of the rows; the first seeds of all rows come first, so that a whole column is
  /// there early.
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

/// Which weights of a run a suite measures.
package enum SuiteWeights: String, Sendable, Hashable, Codable, CaseIterable {
  case last, best
}
