/// Imagenette: 9 469 and 3 925 photographs of ten easy ImageNet classes (fastai). Its presets can be read and changed;
/// folders of JPEG files cannot be loaded by this version.
package enum Imagenette: DataSource {
  /// What the `data` setting calls it.
  package static let name = "imagenette"
  /// One line: what it is and where it comes from.
  package static let summary = "9 469 + 3 925 photographs of ten ImageNet classes; cannot be loaded by this version"
  /// False: these are photographs.
  package static let constructed = false
  /// What each class shows, by label.
  package static let classNames = [
    "tench", "English springer", "cassette player", "chain saw", "church", "French horn", "garbage truck", "gas pump",
    "golf ball", "parachute",
  ]

  private static let refusal =
    "imagenette: this version does not read folders of JPEG files; its presets can be read, not run: "
    + "give --set data=cifar10, or an .npz to 'dualab attack'"

  /// The paper's programs give pixels to the network as they are.
  package static func standardisation(channels: Int) -> (mean: [Float], deviation: [Float]) {
    (Array(repeating: 0, count: channels), Array(repeating: 1, count: channels))
  }

  /// It can never be loaded.
  package static func absence(_ folders: DataFolders) -> String? { refusal }

  /// Throws `DataError`.
  package static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    throw DataError(refusal)
  }
}
