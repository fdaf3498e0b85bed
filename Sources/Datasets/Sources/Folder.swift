import Spelling
import Tensors

/// A person's own images: class folders of JPEG and PNG files, below `train` and `val` or `test`, or without a
/// division.
package enum Folder: DataSource {
  /// What the `data` setting calls it.
  package static let name = "folder"
  /// One line: what it is and where it comes from.
  package static let summary = "your own JPEG and PNG images: a folder for each class, in data.dir or its train and val"
  /// False: whatever they are, they were not constructed here.
  package static let constructed = false
  /// True: JPEG and PNG files.
  package static let isDecoded = true
  /// None: the folders' names are the classes.
  package static let classNames: [String] = []

  /// There is no usual place for them.
  package static func absence(_ folders: DataFolders) -> String? { "folder: set data.dir=FOLDER" }

  /// A square where the settings say its side.
  package static func shape(_ settings: DataSettings) -> Shape? {
    let preparation = Preparation(settings)
    return preparation.isNone ? nil : Shape(preparation.channels, preparation.crop, preparation.crop)
  }

  /// A crop that does not fit.
  package static func complaint(_ settings: DataSettings) -> SettingError? {
    settings.folder.isEmpty
      ? SettingError("data.dir: is missing; give the folder that holds the class folders, data.dir=FOLDER")
      : Preparation.complaint(settings)
  }

  /// Lists the folder and reads every image once. Throws `DataError`.
  package static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    guard let folder = try FolderData.root(settings, folders, holding: "the class folders, or of train and val") else {
      throw DataError("data.dir: is missing; give the folder that holds the class folders")
    }
    return try FolderData(settings).load(BytePath(folder))
  }
}
