import Recipe

/// The two sizes of a suite.
package enum SuiteScale: String, Sendable, Hashable, Codable, CaseIterable {
  /// Takes minutes on a laptop, with built-in or packaged data.
  case lite
  /// The paper's data, networks and number of epochs.
  case full
}

/// What a suite measures for each run.
package enum SuiteMeasure: String, Sendable, Hashable, Codable, CaseIterable {
  /// Accuracy on clean images; every attack measures it too.
  case clean
  /// Accuracy under the training attack.
  case pgd
  /// Accuracy under standard AutoAttack.
  case autoattack
  /// How far apart clean, PGD and AutoAttack images are inside the network.
  case w2
  /// The principal plane of the inputs of each normalization layer, for clean, PGD and AutoAttack images.
  case scatter
  /// How far training batches were from the running statistics during training.
  case running

  /// True when it uses AutoAttack's images, so that the suite must measure `autoattack` too.
  package var needsAutoAttack: Bool { self == .w2 || self == .scatter }
}

/// A setting and the value that a suite gives it.
package struct SuiteSetting: Sendable, Hashable {
  /// The knob's name.
  package let name: String
  /// A value that the knob accepts.
  package let value: KnobValue
}

/// What the paper reports for a row; nil where it reports nothing.
package struct PaperFigures: Sendable, Hashable, Codable {
  /// Accuracy on clean images, in percent.
  package var clean: Double?
  /// Accuracy under the training attack, in percent.
  package var pgd: Double?
  /// Accuracy under AutoAttack, in percent.
  package var autoattack: Double?
  /// The training attack's less AutoAttack's, in percentage points, where the paper has only the difference.
  package var gap: Double?
  /// W2², summed over layers: clean–PGD, clean–AA, PGD–AA.
  package var w2: [Double]?
}

/// A table or figure of the paper. Each row changes some settings of a preset; it is trained with several seeds and
/// measured.
package struct Suite: Sendable, Hashable {
  /// One row.
  package struct Row: Sendable, Hashable {
    /// Its name in the table; no two rows have the same.
    package let label: String
    /// The scales that have this row.
    package let scales: [SuiteScale]
    /// The settings it changes at every scale.
    package let settings: [SuiteSetting]
    /// The settings it changes at one scale, applied after those of every scale.
    package let own: [SuiteScale: [SuiteSetting]]
    /// A preset that replaces the scale's.
    package let presets: [SuiteScale: String]
    /// The paper's numbers, which compare with the full scale.
    package let paper: PaperFigures?
  }

  /// What the rows of a scale have in common.
  package struct Base: Sendable, Hashable {
    /// The preset that rows change.
    package let preset: String
    /// Seeds of the runs.
    package let seeds: [Int]
    /// Number of test images that are attacked.
    package let limit: Int
    /// The settings that every row changes, applied before the row's own.
    package let settings: [SuiteSetting]
  }

  /// The file's name without `.yaml`.
  package let name: String
  /// The title of the table.
  package let title: String
  /// The first line of the header comment.
  package let summary: String
  /// The whole comment at the top of the file, without `#`.
  package let header: String
  /// The file.
  package let path: String
  /// Network, data and ε of the paper's numbers; nil for a suite without any.
  package let paperSetting: String?
  /// What is measured for each run.
  package let measures: [SuiteMeasure]
  /// The setting on the x-axis of a figure, or `clean`; nil for a table.
  package let abscissa: String?
  /// What the rows have in common, by scale.
  package let bases: [SuiteScale: Base]
  /// The rows, in order.
  package let rows: [Row]
}

/// A row with the value of every setting.
package struct ResolvedRow: Sendable, Hashable {
  /// Its name in the table.
  package let label: String
  /// The preset it is based on.
  package let preset: String
  /// Every setting; the seed is not yet that of a run.
  package let settings: Settings
  /// The same without `--set`.
  package let written: Settings
  /// Names of the settings that define the row: those it sets, and those in which its own preset differs from the
  /// scale's.
  package let own: Set<String>
  /// The paper's numbers, which compare with the full scale.
  package let paper: PaperFigures?
}

extension Suite {
  /// The rows of a scale with every setting. Applied in this order: the preset, the scale's settings, the row's, the
  /// row's at this scale, and `assignments` (`--set`). Throws `ResourceError` or `SettingError`.
  package func resolved(
    _ scale: SuiteScale, presets: PresetLibrary, assignments: [String] = []
  ) throws -> [ResolvedRow] {
    guard let base = bases[scale] else { throw ResourceError("\(path): has no scale '\(scale.rawValue)'; add it") }
    return try rows.filter { $0.scales.contains(scale) }.map { row in
      func load(_ name: String) throws -> Preset {
        do { return try presets.load(name) } catch { throw ResourceError("\(path): row '\(row.label)': \(error)") }
      }
      let preset = try load(row.presets[scale] ?? base.preset), changes = row.settings + (row.own[scale] ?? [])
      var own = Set(changes.map(\.name))
      if row.presets[scale] != nil {
        let common = try load(base.preset).settings
        own.formUnion(preset.settings.differences(from: common).map(\.name))
      }
      var written = preset.settings
      for change in base.settings + changes { try written.set(change.name, to: change.value) }
      var settings = written
      for assignment in assignments { try settings.apply(assignment: assignment) }
      return ResolvedRow(
        label: row.label, preset: preset.name, settings: settings, written: written, own: own,
        paper: row.paper)
    }
  }
}
