import Spelling

/// Any gray images in IDX files: EMNIST, KMNIST, QMNIST and their relatives, of any size and number of classes.
package enum IDXFiles: DataSource {
  /// What the `data` setting calls it.
  package static let name = "idx"
  /// One line: what it is and where it comes from.
  package static let summary = "gray images of any size in IDX files (EMNIST, KMNIST …): data.dir=FOLDER"
  /// False: whatever they are, they were not constructed here.
  package static let constructed = false
  /// None: IDX files have numbers only.
  package static let classNames: [String] = []

  /// There is no usual place for them.
  package static func absence(_ folders: DataFolders) -> String? { "idx: set data.dir=FOLDER" }

  /// No folder.
  package static func complaint(_ settings: DataSettings) -> SettingError? {
    settings.folder.isEmpty
      ? SettingError("data.dir: is missing; give the folder of the four IDX files, data.dir=FOLDER") : nil
  }

  /// Loads the four files. Throws `DataError`.
  package static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    let given = settings.folder
    return try IDXFolder(folders.expanded(given)).load()
  }
}
