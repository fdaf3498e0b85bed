import Recipe

/// The sizes a suite comes in.
package enum SuiteScale: String, Sendable, Hashable, Codable, CaseIterable {
  /// Minutes on a laptop, on built-in or packaged data.
  case lite
  /// The paper's data, networks and lengths.
  case full
}

/// What a suite measures of every run, beside clean accuracy.
package enum SuiteMeasure: String, Sendable, Hashable, Codable, CaseIterable {
  /// Accuracy on clean images; comes with the others.
  case clean
  /// Accuracy under the attack trained with.
  case pgd
  /// Accuracy under standard AutoAttack.
  case autoattack
  /// How far clean, PGD and AutoAttack images are apart inside the network.
  case w2
  /// The principal plane of what enters each norm layer for clean, PGD and AutoAttack images.
  case scatter
  /// How far training batches were from the running statistics, while the run trained.
  case running

  /// Images under AutoAttack are part of it, so that it stands beside `autoattack` only.
  package var needsAutoAttack: Bool { self == .w2 || self == .scatter }
}

/// A setting and what a suite makes of it.
package struct SuiteSetting: Sendable, Hashable {
  /// The knob's name.
  package let name: String
  /// A value that the knob accepts.
  package let value: KnobValue
}

/// Accuracies that the paper states for a row, in percent; nil where no source that was opened has them.
package struct PaperFigures: Sendable, Hashable, Codable {
  /// On clean images.
  package var clean: Double?
  /// Under the attack trained with.
  package var pgd: Double?
  /// Under AutoAttack.
  package var autoattack: Double?
}

/// A table or a figure of the paper: rows of a preset with other settings, each trained with several seeds and measured.
package struct Suite: Sendable, Hashable {
  /// One row.
  package struct Row: Sendable, Hashable {
    /// What the table calls it; no two rows are called the same.
    package let label: String
    /// The scales at which it exists.
    package let scales: [SuiteScale]
    /// What it changes at every scale.
    package let settings: [SuiteSetting]
    /// What it changes at one scale, after that.
    package let own: [SuiteScale: [SuiteSetting]]
    /// Another preset than the scale's.
    package let presets: [SuiteScale: String]
    /// The paper's numbers, which belong to the full scale.
    package let paper: PaperFigures?
  }

  /// What the rows of a scale have in common.
  package struct Base: Sendable, Hashable {
    /// The preset that rows change.
    package let preset: String
    /// Seeds of the runs.
    package let seeds: [Int]
    /// So many test images are attacked.
    package let limit: Int
    /// What every row changes, before the row's own settings.
    package let settings: [SuiteSetting]
  }

  /// The file's name without `.yaml`.
  package let name: String
  /// What the table is called.
  package let title: String
  /// The first line of the header comment.
  package let summary: String
  /// The whole comment at the top of the file, without `#`.
  package let header: String
  /// The file.
  package let path: String
  /// What is measured.
  package let measures: [SuiteMeasure]
  /// The knob on the abscissa of a figure, or `clean`; nil for a table.
  package let abscissa: String?
  /// Per scale.
  package let bases: [SuiteScale: Base]
  /// The rows, in order.
  package let rows: [Row]
}

/// A row whose settings are all known.
package struct ResolvedRow: Sendable, Hashable {
  /// What the table calls it.
  package let label: String
  /// The preset it stands on.
  package let preset: String
  /// Every setting but the seed.
  package let settings: Settings
  /// The same without what was given by hand.
  package let written: Settings
  /// Names of the settings that make it this row: those that it sets, and those in which its own preset differs from the
  /// scale's.
  package let own: Set<String>
  /// The paper's numbers; nil at the lite scale, which they say nothing about.
  package let paper: PaperFigures?
}

extension Suite {
  /// The rows of a scale with every setting: preset, the scale's settings, the row's, the row's at this scale, and last
  /// `assignments`, given by hand. Throws `ResourceError` or `SettingError`.
  package func resolved(
    _ scale: SuiteScale, presets: PresetLibrary, assignments: [String] = []
  ) throws -> [ResolvedRow] {
    guard let base = bases[scale] else { throw ResourceError("\(path): has no scale '\(scale.rawValue)'") }
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
        paper: scale == .full ? row.paper : nil)
    }
  }
}

/// The suites that can be found.
package struct SuiteLibrary: Sendable {
  /// Where they are looked for.
  package let folders: ResourceFolders

  /// The suites of these folders.
  package init(_ folders: ResourceFolders) { self.folders = folders }

  /// Every suite by name, those that cannot be used too.
  package func list() -> [ResourceEntry] {
    folders.files().map { name, path in
      do {
        return ResourceEntry(name: name, summary: try Suite(path: path).summary, path: path)
      } catch {
        return ResourceEntry(name: name, summary: "cannot be used: \(error)", path: path)
      }
    }
  }

  /// The suite of that name or file. Throws `ResourceError`.
  package func load(_ nameOrPath: String) throws -> Suite { try Suite(path: try folders.path(of: nameOrPath)) }
}
