import Tensors

/// CIFAR-10: 50 000 and 10 000 color photographs, 32×32, of ten classes (Krizhevsky 2009), from its binary version.
package enum CIFAR10: DataSource {
  /// What the `data` setting calls it.
  package static let name = "cifar10"
  /// One line: what it is and where it comes from.
  package static let summary = "50 000 + 10 000 color 32×32 photographs of ten classes, from the binary archive"
  /// False: these are photographs.
  package static let constructed = false
  /// What each class shows, by label: `batches.meta.txt`.
  package static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  static let archive = CIFARArchive(
    name: name,
    format: CIFARBinary(
      labels: [("label", 10)], train: (1...5).map { "data_batch_\($0).bin" }, test: "test_batch.bin",
      records: (10_000, 10_000), folder: "cifar-10-batches-bin"),
    archive: "cifar-10-binary.tar.gz",
    digest: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", size: 170_052_171)

  /// The paper's constants: the mean of the pixels, and the older figure for their deviation that its programs use.
  package static func standardization(channels: Int) -> (mean: [Float], deviation: [Float]) {
    ([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010])
  }

  /// How to get it; nil where one of the usual folders exists.
  package static func absence(_ folders: DataFolders) -> String? {
    archive.place(folders) == nil ? archive.remedy(folders) : nil
  }

  /// The first usual folder that exists.
  package static func usualPlace(_ folders: DataFolders) -> String? { archive.place(folders) }

  /// Color, 32×32.
  package static func shape(_ settings: DataSettings) -> Shape? { Shape(3, 32, 32) }

  /// Loads the six files of `data.dir`, or of the first usual place that exists. Throws `DataError`.
  package static func load(_ settings: DataSettings, folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    try archive.load(settings.folder, folders)
  }
}
