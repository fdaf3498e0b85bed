import Events

/// Imagenette: 9 469 and 3 925 photographs of ten easy ImageNet classes (fastai). Its presets can be read and changed;
/// folders of JPEG files cannot be loaded by this version.
public enum Imagenette: DataSource {
  /// What the `data` setting calls it.
  public static let name = "imagenette"
  /// One line: what it is and where it comes from.
  public static let summary = "9 469 + 3 925 photographs of ten ImageNet classes; cannot be loaded by this version"
  /// False: these are photographs.
  public static let constructed = false
  /// What each class shows, by label.
  public static let classNames = [
    "tench", "English springer", "cassette player", "chain saw", "church", "French horn", "garbage truck", "gas pump",
    "golf ball", "parachute",
  ]

  private static let refusal =
    "imagenette: this version does not read folders of JPEG files; its presets can be read, not run: "
    + "give --set data=cifar10, or an .npz to 'dualab attack'"

  /// The paper's programs give pixels to the network as they are.
  public static func standardisation(channels: Int) -> (mean: [Float], deviation: [Float]) {
    (Array(repeating: 0, count: channels), Array(repeating: 1, count: channels))
  }

  /// It can never be loaded.
  public static func absence(_ folders: DataFolders) -> String? { refusal }

  /// Throws `DataError`.
  public static func load(_ settings: Settings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    throw DataError(refusal)
  }
}
