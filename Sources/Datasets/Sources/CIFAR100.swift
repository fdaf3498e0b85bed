import Tensors

/// CIFAR-100: as CIFAR-10, of a hundred classes (Krizhevsky 2009). The class is the fine label.
package enum CIFAR100: DataSource {
  /// What the `data` setting calls it.
  package static let name = "cifar100"
  /// One line: what it is and where it comes from.
  package static let summary = "50 000 + 10 000 color 32×32 photographs of a hundred classes, from the binary archive"
  /// False: these are photographs.
  package static let constructed = false
  /// What each class shows, by label: `fine_label_names.txt`.
  package static let classNames = [
    "apple", "aquarium fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy",
    "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock",
    "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest",
    "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn mower", "leopard", "lion", "lizard",
    "lobster", "man", "maple tree", "motorcycle", "mountain", "mouse", "mushroom", "oak tree", "orange", "orchid",
    "otter", "palm tree", "pear", "pickup truck", "pine tree", "plain", "plate", "poppy", "porcupine", "possum",
    "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper",
    "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet pepper", "table", "tank", "telephone",
    "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow tree", "wolf",
    "woman", "worm",
  ]

  static let archive = CIFARArchive(
    name: name,
    format: CIFARBinary(
      labels: [("coarse label", 20), ("fine label", 100)], train: ["train.bin"], test: "test.bin",
      records: (50_000, 10_000), folder: "cifar-100-binary"),
    archive: "cifar-100-binary.tar.gz",
    digest: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec")

  /// Those of CIFAR-10: the paper has no CIFAR-100, and one network then serves both.
  package static func standardization(channels: Int) -> (mean: [Float], deviation: [Float]) {
    CIFAR10.standardization(channels: channels)
  }

  /// How to get it; nil where one of the usual folders exists.
  package static func absence(_ folders: DataFolders) -> String? {
    archive.place(folders) == nil ? archive.remedy(folders) : nil
  }

  /// The first usual folder that exists.
  package static func usualPlace(_ folders: DataFolders) -> String? { archive.place(folders) }

  /// Color, 32×32.
  package static func shape(_ settings: DataSettings) -> Shape? { Shape(3, 32, 32) }

  /// Loads the two files of `data.dir`, or of the first usual place that exists. Throws `DataError`.
  package static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    try archive.load(settings.folder, folders)
  }
}
