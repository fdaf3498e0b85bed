import Spelling
import Tensors

/// A place images come from. One file each in `Sources/`, listed in `dataSources`.
package protocol DataSource: Sendable, SendableMetatype {
  /// What the `data` setting calls it.
  static var name: String { get }
  /// One line: what it is and where it comes from.
  static var summary: String { get }
  /// True when the task was constructed to show an effect.
  static var constructed: Bool { get }
  /// True where images are decoded from files of any size: they can be resized, cropped and augmented by
  /// `resized-crop`.
  static var isDecoded: Bool { get }
  /// True when its images are in files, of which `data.dir` may name the folder.
  static var readsFiles: Bool { get }
  /// What each class shows, by label; empty where the files tell.
  static var classNames: [String] { get }
  /// What the first layer of a network subtracts and divides by, per channel: part of the network, not of the images.
  static func standardization(channels: Int) -> (mean: [Float], deviation: [Float])
  /// Why it cannot be loaded without `data.dir`, with the remedy, in one line; nil when its files are there.
  static func absence(_ folders: DataFolders) -> String?
  /// The file or folder that `load` reads, where it is one that is there.
  static func place(_ settings: DataSettings, _ folders: DataFolders) -> String?
  /// The first usual folder that exists.
  static func usualPlace(_ folders: DataFolders) -> String?
  /// The shape of an image, as far as the settings tell it; nil where the files do.
  static func shape(_ settings: DataSettings) -> Shape?
  /// What of the settings no data can be made of, with the remedy; nil when they are good.
  static func complaint(_ settings: DataSettings) -> SettingError?
  /// The training set (at least two images) and the test set (at least one) of the same size. Throws `DataError`.
  static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet)
}

extension DataSource {
  /// False: it has images of one size.
  package static var isDecoded: Bool { false }

  /// (x − ½)/¼, which takes [0, 1] to [−2, 2].
  package static func standardization(channels: Int) -> (mean: [Float], deviation: [Float]) {
    (Array(repeating: 0.5, count: channels), Array(repeating: 0.25, count: channels))
  }

  /// What `data.dir` says, otherwise the first usual place.
  package static func place(_ settings: DataSettings, _ folders: DataFolders) -> String? {
    settings.folder.isEmpty ? usualPlace(folders) : folders.expanded(settings.folder)
  }

  /// The first folder of the source's own name.
  package static func usualPlace(_ folders: DataFolders) -> String? {
    folders.places([name]).first(where: folders.isFolder)
  }

  /// True.
  package static var readsFiles: Bool { true }

  /// Nil: the files tell.
  package static func shape(_ settings: DataSettings) -> Shape? { nil }

  /// Nil: it has no settings of its own.
  package static func complaint(_ settings: DataSettings) -> SettingError? { nil }
}

/// Every source; the names are the choices of the `data` setting.
package let dataSources: [any DataSource.Type] = [
  Mirage.self, FashionMNIST.self, CIFAR10.self, CIFAR100.self, Imagenette.self, MNIST.self, Folder.self, Arrays.self,
  IDXFiles.self,
]

/// Loads the data and splits validation off. Throws `SettingError` for settings that no data can be made of, otherwise
/// `DataError`.
package func loadData(_ settings: DataSettings, folders: DataFolders = .standard) throws -> DataSplits {
  let source = settings.kind.source
  if let complaint = source.complaint(settings) { throw complaint }
  let (train, test) = try source.load(settings, folders: folders)
  return DataSplits(
    source: source, train: train, test: test, validationFraction: settings.validationFraction,
    seed: settings.splitSeed)
}
