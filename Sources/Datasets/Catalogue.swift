import Events
import Foundation

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
  /// The training set (at least two images) and the test set (at least one) of the same size. Throws `DataError`.
  static func load(_ settings: Settings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet)
}

/// Every source; the names are the choices of the `data` setting.
public let dataSources: [any DataSource.Type] = [Mirage.self, FashionMNIST.self]

/// Where data files are looked for when `data.dir` is empty.
public struct DataFolders: Sendable {
  /// The person's home folder; nil when there is none.
  public var home: String?
  /// Where the system's packages put data sets.
  public var system: String

  /// Places given by hand.
  public init(home: String?, system: String = "/usr/share/datasets") {
    self.home = home
    self.system = system
  }

  /// The places of this machine.
  public static var standard: DataFolders { DataFolders(home: ProcessInfo.processInfo.environment["HOME"]) }
}

/// Loads the data that the settings name and splits validation off. Throws `DataError`.
public func loadData(_ settings: Settings, folders: DataFolders = .standard) throws -> DataSplits {
  let name = settings.text("data")
  guard let source = dataSources.first(where: { $0.name == name }) else {
    throw DataError("data: no source '\(name)'; give one of " + dataSources.map { $0.name }.joined(separator: ", "))
  }
  let (train, test) = try source.load(settings, folders: folders)
  return DataSplits(
    source: source, train: train, test: test, validationFraction: settings.number("validation.fraction"),
    seed: UInt32(settings.integer("seed")))
}
