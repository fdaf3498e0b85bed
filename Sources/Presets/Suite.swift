import Events

/// The sizes a suite comes in.
public enum SuiteScale: String, Sendable, Hashable, Codable, CaseIterable {
  /// Minutes on a laptop, on built-in or packaged data.
  case lite
  /// The paper's data, networks and lengths.
  case full
}

/// What a suite measures of every run, beside clean accuracy.
public enum SuiteMeasure: String, Sendable, Hashable, Codable, CaseIterable {
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
  public var needsAutoAttack: Bool { self == .w2 || self == .scatter }
}

/// A setting and what a suite makes of it.
public struct SuiteSetting: Sendable, Hashable {
  /// The knob's name.
  public let name: String
  /// A value that the knob accepts.
  public let value: KnobValue
}

/// Accuracies that the paper states for a row, in percent; nil where no source that was opened has them.
public struct PaperFigures: Sendable, Hashable, Codable {
  /// On clean images.
  public var clean: Double?
  /// Under the attack trained with.
  public var pgd: Double?
  /// Under AutoAttack.
  public var autoattack: Double?
}

/// A table or a figure of the paper: rows of a preset with other settings, each trained with several seeds and measured.
public struct Suite: Sendable, Hashable {
  /// One row.
  public struct Row: Sendable, Hashable {
    /// What the table calls it; no two rows are called the same.
    public let label: String
    /// The scales at which it exists.
    public let scales: [SuiteScale]
    /// What it changes at every scale.
    public let settings: [SuiteSetting]
    /// What it changes at one scale, after that.
    public let own: [SuiteScale: [SuiteSetting]]
    /// Another preset than the scale's.
    public let presets: [SuiteScale: String]
    /// The paper's numbers, which belong to the full scale.
    public let paper: PaperFigures?
  }

  /// What the rows of a scale have in common.
  public struct Base: Sendable, Hashable {
    /// The preset that rows change.
    public let preset: String
    /// Seeds of the runs.
    public let seeds: [Int]
    /// So many test images are attacked.
    public let limit: Int
    /// What every row changes, before the row's own settings.
    public let settings: [SuiteSetting]
  }

  /// The file's name without `.yaml`.
  public let name: String
  /// What the table is called.
  public let title: String
  /// The first line of the header comment.
  public let summary: String
  /// The whole comment at the top of the file, without `#`.
  public let header: String
  /// The file.
  public let path: String
  /// What is measured.
  public let measures: [SuiteMeasure]
  /// The knob on the abscissa of a figure, or `clean`; nil for a table.
  public let abscissa: String?
  /// Per scale.
  public let bases: [SuiteScale: Base]
  /// The rows, in order.
  public let rows: [Row]
}

/// A row whose settings are all known.
public struct ResolvedRow: Sendable, Hashable {
  /// What the table calls it.
  public let label: String
  /// The preset it stands on.
  public let preset: String
  /// Every setting but the seed.
  public let settings: Settings
  /// The same without what was given by hand.
  public let written: Settings
  /// Names of the settings that make it this row: those that it sets, and those in which its own preset differs from the
  /// scale's.
  public let own: Set<String>
  /// The paper's numbers; nil at the lite scale, which they say nothing about.
  public let paper: PaperFigures?
}

extension Suite {
  /// The rows of a scale with every setting: preset, the scale's settings, the row's, the row's at this scale, and last
  /// `assignments`, given by hand. Throws `ResourceError` or `SettingError`.
  public func resolved(
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
        own.formUnion(Knob.all.map(\.name).filter { preset.settings[$0] != common[$0] })
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
public struct SuiteLibrary: Sendable {
  /// Where they are looked for.
  public let folders: ResourceFolders

  /// The suites of these folders.
  public init(_ folders: ResourceFolders) { self.folders = folders }

  /// Every suite by name, those that cannot be used too.
  public func list() -> [ResourceEntry] {
    folders.files().map { name, path in
      do {
        return ResourceEntry(name: name, summary: try Suite(path: path).summary, path: path)
      } catch {
        return ResourceEntry(name: name, summary: "cannot be used: \(error)", path: path)
      }
    }
  }

  /// The suite of that name or file. Throws `ResourceError`.
  public func load(_ nameOrPath: String) throws -> Suite { try Suite(path: try folders.path(of: nameOrPath)) }
}
