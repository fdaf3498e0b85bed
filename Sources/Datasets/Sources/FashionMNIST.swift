import Foundation

/// Fashion-MNIST: 60 000 and 10 000 gray images of clothes, 28×28 (Xiao, Rasul and Vollgraf 2017), from IDX files.
package enum FashionMNIST: DataSource {
  /// What the `data` setting calls it.
  package static let name = "fashion-mnist"
  /// One line: what it is and where it comes from.
  package static let summary =
    "60 000 + 10 000 gray 28×28 images of clothes, from Debian's dataset-fashion-mnist or data.dir"
  /// False: these are photographs.
  package static let constructed = false
  /// What each class shows, by label.
  package static let classNames = [
    "t-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
  ]

  /// Loads the four files of `data.dir`, or of the first usual place that exists. Throws `DataError`.
  package static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    let folder = try folder(settings.folder, folders)
    func set(_ prefix: String) throws -> ImageSet {
      try IDX.load(
        images: try file("\(prefix)-images-idx3-ubyte", in: folder),
        labels: try file("\(prefix)-labels-idx1-ubyte", in: folder), classes: classNames.count)
    }
    let train = try set("train"), test = try set("t10k")
    try IDX.check(train: train, test: test, folder)
    return (train, test)
  }

  /// Nil where one of the usual places exists.
  package static func absence(_ folders: DataFolders) -> String? {
    folders.places([name]).contains(where: folders.isFolder) ? nil : remedy(folders)
  }

  private static func remedy(_ folders: DataFolders) -> String {
    "\(name): not found in \(folders.described(name)); "
      + "run 'apt-get install dataset-fashion-mnist' or set data.dir=FOLDER"
  }

  /// `data.dir` where it is given, otherwise the first usual place that exists.
  private static func folder(_ given: String, _ folders: DataFolders) throws -> String {
    if let given = try folders.given(given, holding: "the four IDX files of Fashion-MNIST") { return given }
    guard let place = folders.places([name]).first(where: folders.isFolder) else {
      throw DataError(remedy(folders))
    }
    return place
  }

  /// The file, plain or packed.
  private static func file(_ name: String, in folder: String) throws -> String {
    for path in ["\(folder)/\(name)", "\(folder)/\(name).gz"] where FileManager.default.fileExists(atPath: path) {
      return path
    }
    throw DataError("\(folder): \(name) and \(name).gz are both missing; add one of them, or set data.dir=FOLDER")
  }
}
