import Foundation
import Spelling
import Tensors

/// A person's own images as arrays of numpy: `data.dir` is a `.npz`, or a folder of `.npz` or `.npy` files.
package enum Arrays: DataSource {
  /// What the `data` setting calls it.
  package static let name = "npz"
  /// One line: what it is and where it comes from.
  package static let summary =
    "your own arrays of numpy: data.dir is a .npz with x_train, y_train, x_test, y_test, or a folder of .npy files"
  /// False: whatever they are, they were not constructed here.
  package static let constructed = false
  /// None: arrays have numbers only.
  package static let classNames: [String] = []

  /// There is no usual place for them.
  package static func absence(_ folders: DataFolders) -> String? { "npz: set data.dir=FILE.npz" }

  /// No file.
  package static func complaint(_ settings: DataSettings) -> SettingError? {
    settings.folder.isEmpty ? SettingError("data.dir: is missing; give the file, data.dir=FILE.npz") : nil
  }

  /// Reads the file. Throws `DataError`.
  package static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    let given = settings.folder
    return try ArrayPairs.load(folders.expanded(given))
  }
}
