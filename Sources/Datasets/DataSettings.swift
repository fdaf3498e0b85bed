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

  /// The kind of a person's own file or folder, by what is in it; nil where nothing is there.
  package init?(path: String) {
    let place = BytePath(path)
    switch place.kind {
    case .file:
      if ImageCache.isCache(path) {
        self.init(Folder.self)
      } else {
        let isIDX = path.contains("idx3-ubyte") || path.contains("idx1-ubyte")
        let source: any DataSource.Type = if isIDX { IDXFiles.self } else { Arrays.self }
        self.init(source)
      }
    case .folder:
      let names = ((try? place.entries()) ?? []).map(BytePath.text)
      let isArrays = names.contains { $0.hasSuffix(".npy") || $0.hasSuffix(".npz") }
      let isIDX = names.contains { $0.contains("images-idx3-ubyte") || $0.contains("images.idx3-ubyte") }
      if names.contains("data_batch_1.bin") {
        self.init(CIFAR10.self)
      } else if names.contains("train.bin") && names.contains("test.bin") {
        self.init(CIFAR100.self)
      } else {
        let source: any DataSource.Type =
          if isIDX { IDXFiles.self } else if isArrays { Arrays.self } else { Folder.self }
        self.init(source)
      }
    case .other: return nil
    }
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
  /// Images of files: the shorter side after resizing; 0: as `crop`, or not resized.
  package var resize = 0
  /// Images of files: the side of the square in the middle; 0: as `resize`, or not cropped.
  package var crop = 0
  /// Broken files are left out and counted; otherwise the first one is an error.
  package var skipsBroken = false
  /// Images of files are read as one gray channel.
  package var isGray = false
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
