/// A data set of the catalogue, by its name in the setting `data`.
package struct DataKind: RawRepresentable, Hashable, Sendable, CaseIterable {
  /// Where the images come from.
  package let source: any DataSource.Type

  package init(_ source: any DataSource.Type) { self.source = source }

  /// The data set of that name; nil when the catalogue has none.
  package init?(rawValue: String) {
    guard let source = dataSources.first(where: { $0.name == rawValue }) else { return nil }
    self.source = source
  }

  package static let allCases = dataSources.map { DataKind($0) }
  package static let mirage = DataKind(Mirage.self)

  package var rawValue: String { source.name }
  package static func == (one: DataKind, other: DataKind) -> Bool { one.source == other.source }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(source)) }
}

/// What the settings say of the data. A source reads what it knows of it.
package struct DataSettings: Sendable, Hashable {
  /// Which images.
  package var kind: DataKind
  /// Folder of the files; empty for the usual places.
  package var folder: String
  /// Share of the training images kept for validation.
  package var validationFraction: Double
  /// Seed of the split.
  package var splitSeed: UInt32
  /// The constructed task.
  package var mirage: MirageSettings

  package init(
    kind: DataKind, folder: String = "", validationFraction: Double = 0.1, splitSeed: UInt32 = 0,
    mirage: MirageSettings = MirageSettings()
  ) {
    self.kind = kind
    self.folder = folder
    self.validationFraction = validationFraction
    self.splitSeed = splitSeed
    self.mirage = mirage
  }
}

/// What mirage is made of. The defaults are those of docs/demo.md §1.
package struct MirageSettings: Sendable, Hashable {
  /// Seed of patterns and images.
  package var seed: UInt32 = 0
  /// Side of an image in pixels, a multiple of 4.
  package var size = 16
  package var channels = 1
  /// Training images, validation included.
  package var train = 4096
  /// Test images.
  package var test = 1024
  /// How often the shape tells the class.
  package var truth = 0.7
  /// Amplitude of the shape.
  package var shape = 0.16
  /// Amplitude of the fragile texture.
  package var texture = 0.05
  /// Amplitude of the background.
  package var background = 0.1
  /// Standard deviation of the pixel noise.
  package var noise = 0.01

  package init() {}
}
