import Foundation

/// MNIST: 60 000 and 10 000 gray images of digits, 28×28 (LeCun, Cortes and Burges), from IDX files.
package enum MNIST: DataSource {
  /// What the `data` setting calls it.
  package static let name = "mnist"
  /// One line: what it is and where it comes from.
  package static let summary = "60 000 + 10 000 gray 28×28 images of digits, from four IDX files"
  /// False: these are scans.
  package static let constructed = false
  /// What each class shows, by label.
  package static let classNames = (0..<10).map(String.init)

  /// Loads the four files of `data.dir`, or of the first usual place that exists. Throws `DataError`.
  package static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    let given = try folders.given(settings.folder, holding: "the four IDX files of MNIST")
    guard let folder = given ?? usualPlace(folders) else { throw DataError(remedy(folders)) }
    return try IDXFolder(folder).load(classes: classNames.count)
  }

  /// Nil where one of the usual places exists.
  package static func absence(_ folders: DataFolders) -> String? { usualPlace(folders) == nil ? remedy(folders) : nil }

  private static func remedy(_ folders: DataFolders) -> String {
    "\(name): not found in \(folders.described(name)); run 'dualab data fetch mnist', or set data.dir=FOLDER"
  }
}
