import Spelling
import Tensors

/// Imagenette: 9 469 and 3 925 photographs of ten easy ImageNet classes (fastai), as its archive unpacks: folders
/// `train` and `val` with a folder for each class. docs/algorithms.md §14.
package enum Imagenette: DataSource {
  /// What the `data` setting calls it.
  package static let name = "imagenette"
  /// One line: what it is and where it comes from.
  package static let summary =
    "9 469 + 3 925 photographs of ten ImageNet classes, from fastai's archive (160, 320 or full)"
  /// False: these are photographs.
  package static let constructed = false
  /// True: JPEG and PNG files.
  package static let isDecoded = true
  /// What each class shows, by label.
  package static let classNames = [
    "tench", "English springer", "cassette player", "chain saw", "church", "French horn", "garbage truck", "gas pump",
    "golf ball", "parachute",
  ]
  /// The class folders, by label.
  private static let wordNets = [
    "n01440764", "n02102040", "n02979186", "n03000684", "n03028079", "n03394916", "n03417042", "n03425413", "n03445777",
    "n03888257",
  ]
  /// The folders that the three archives unpack to; the one of the paper first.
  private static let names = ["imagenette2-320", "imagenette2", "imagenette2-160", name]

  /// The paper's programs give pixels to the network as they are.
  package static func standardization(channels: Int) -> (mean: [Float], deviation: [Float]) {
    (Array(repeating: 0, count: channels), Array(repeating: 1, count: channels))
  }

  /// How to get it; nil where one of the usual folders exists.
  package static func absence(_ folders: DataFolders) -> String? { usualPlace(folders) == nil ? remedy(folders) : nil }

  /// A square.
  package static func shape(_ settings: DataSettings) -> Shape? {
    let preparation = preparation(settings)
    return Shape(preparation.channels, preparation.crop, preparation.crop)
  }

  /// A crop that does not fit.
  package static func complaint(_ settings: DataSettings) -> SettingError? { Preparation.complaint(settings) }

  /// Lists the folders and reads every image once. Throws `DataError`.
  package static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    let given = try FolderData.root(settings, folders, holding: "train and val of Imagenette's archive")
    guard let folder = given ?? usualPlace(folders) else { throw DataError(remedy(folders)) }
    let (train, test) = try FolderData(settings, preparation: preparation(settings)).load(BytePath(folder))
    guard train.classNames == wordNets || train.classNames == classNames else {
      throw DataError(
        "\(folder): class folders \(some(train.classNames ?? [])); expected the ten of Imagenette, n01440764 to n03888257; "
          + "unpack the archive again, or use data=folder for other images")
    }
    return (train.named(classNames), test.named(classNames))
  }

  /// The paper's crop of 224 where the settings say nothing.
  private static func preparation(_ settings: DataSettings) -> Preparation {
    let isOpen = settings.resize == 0 && settings.crop == 0
    return Preparation(resize: settings.resize, crop: isOpen ? 224 : settings.crop, isGray: settings.isGray)
  }

  /// The first usual folder that exists.
  package static func usualPlace(_ folders: DataFolders) -> String? {
    folders.places(names).first(where: folders.isFolder)
  }

  private static func remedy(_ folders: DataFolders) -> String {
    "\(name): not found in \(folders.described(names[0])); run 'dualab data fetch imagenette' (imagenette-160, "
      + "imagenette-full), or set data.dir=FOLDER"
  }
}
