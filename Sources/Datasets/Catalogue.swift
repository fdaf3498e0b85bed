import Events
import Tensors

/// A place images come from. One file each in `Sources/`, listed in `dataSources`.
public protocol DataSource: Sendable {
  /// What the `data` setting calls it.
  static var name: String { get }
  /// One line: what it is and where it comes from.
  static var summary: String { get }
  /// True when the task was constructed to show an effect.
  static var constructed: Bool { get }
  /// What each class shows, by label.
  static var classNames: [String] { get }
  /// What the first layer of a network subtracts and divides by, per channel: part of the network, not of the images.
  static func standardisation(channels: Int) -> (mean: [Float], deviation: [Float])
  /// Why it cannot be loaded without `data.dir`, with the remedy, in one line; nil when its files are there.
  static func absence(_ folders: DataFolders) -> String?
  /// The shape of an image, as far as the settings tell it; nil where the files do.
  static func shape(_ settings: Settings) -> Shape?
  /// What of the settings no data can be made of, with the remedy; nil when they are good.
  static func complaint(_ settings: Settings) -> SettingError?
  /// The training set (at least two images) and the test set (at least one) of the same size. Throws `DataError`.
  static func load(_ settings: Settings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet)
}

extension DataSource {
  /// (x − ½)/¼, which takes [0, 1] to [−2, 2].
  public static func standardisation(channels: Int) -> (mean: [Float], deviation: [Float]) {
    (Array(repeating: 0.5, count: channels), Array(repeating: 0.25, count: channels))
  }

  /// Nil: the files tell.
  public static func shape(_ settings: Settings) -> Shape? { nil }

  /// Nil: it has no settings of its own.
  public static func complaint(_ settings: Settings) -> SettingError? { nil }
}

/// Every source; the names are the choices of the `data` setting.
public let dataSources: [any DataSource.Type] = [
  Mirage.self, FashionMNIST.self, CIFAR10.self, CIFAR100.self, Imagenette.self,
]

/// Loads the data that the settings name and splits validation off. Throws `SettingError` for settings that no data can
/// be made of, otherwise `DataError`.
public func loadData(_ settings: Settings, folders: DataFolders = .standard) throws -> DataSplits {
  let name = settings.text("data")
  guard let source = dataSources.first(where: { $0.name == name }) else {
    throw DataError("data: no source '\(name)'; give one of " + dataSources.map { $0.name }.joined(separator: ", "))
  }
  if let complaint = source.complaint(settings) { throw complaint }
  let (train, test) = try source.load(settings, folders: folders)
  return DataSplits(
    source: source, train: train, test: test, validationFraction: settings.number("validation.fraction"),
    seed: UInt32(settings.integer("seed")))
}
