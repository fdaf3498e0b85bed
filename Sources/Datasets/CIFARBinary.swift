import Downloads
import Foundation

/// The binary version of CIFAR-10 and CIFAR-100: records of one or two label bytes and 3·32·32 levels, row-major, the
/// red plane first; nothing before, between or after them. docs/algorithms.md §14.
struct CIFARBinary: Sendable {
  /// The labels before the pixels of a record, as messages call them, each with its number of classes; the last one is
  /// the class.
  let labels: [(name: String, classes: Int)]
  /// Files of the training set, in order.
  let train: [String]
  /// The file of the test set.
  let test: String
  /// Records of each file, training and test.
  let records: (train: Int, test: Int)
  /// The folder that the publisher's archive unpacks to.
  let folder: String
  private static let side = 32

  /// Bytes of one record.
  var recordSize: Int { labels.count + 3 * CIFARBinary.side * CIFARBinary.side }

  /// Both sets from a folder. Throws `DataError` naming the file.
  func load(_ folder: String) throws -> (train: ImageSet, test: ImageSet) {
    let training = try train.map { try read("\(folder)/\($0)", records: records.train) }
    let testing = try read("\(folder)/\(test)", records: records.test)
    return (
      set(pixels: training.flatMap(\.pixels), labels: training.flatMap(\.labels)),
      set(pixels: testing.pixels, labels: testing.labels)
    )
  }

  private func set(pixels: [UInt8], labels: [Int]) -> ImageSet {
    ImageSet(
      channels: 3, height: CIFARBinary.side, width: CIFARBinary.side, pixels: .levels(pixels), labels: labels,
      classes: self.labels.last?.classes ?? 0)
  }

  /// Pixels and classes of a file of exactly `records` records. Throws `DataError`.
  func read(_ path: String, records: Int) throws -> (pixels: [UInt8], labels: [Int]) {
    let data = try contents(path, expected: records * recordSize)
    var pixels: [UInt8] = [], classes: [Int] = []
    pixels.reserveCapacity(records * (recordSize - labels.count))
    for record in 0..<records {
      let start = record * recordSize
      for (place, label) in labels.enumerated() where data[start + place] >= label.classes {
        throw DataError(
          "\(path): \(label.name) \(data[start + place]) in record \(record) (from 0) is not in "
            + "0 … \(label.classes - 1); the file is damaged or belongs to another data set; download the archive again"
        )
      }
      classes.append(Int(data[start + labels.count - 1]))
      pixels.append(contentsOf: data[(start + labels.count)..<(start + recordSize)])
    }
    return (pixels, classes)
  }

  /// The bytes of a file; its size is compared before it is read.
  private func contents(_ path: String, expected: Int) throws -> [UInt8] {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path) else {
      throw DataError("\(path): no such file; unpack the whole archive, or set data.dir to its folder")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw DataError("\(path): not a regular file; unpack the archive again")
    }
    let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
    guard size == expected else {
      let (whole, rest) = size.quotientAndRemainder(dividingBy: recordSize)
      let holds =
        size == 0 ? "empty, no record" : "\(whole) records" + (rest == 0 ? "" : " and \(rest) bytes of a cut one")
      throw DataError(
        "\(path): \(size) bytes (\(holds)) where \(expected / recordSize) records of \(recordSize) bytes make "
          + "\(expected); download the archive again")
    }
    guard let data = try? Data(contentsOf: url), data.count == expected else {
      throw DataError("\(path): cannot be read; check its permissions")
    }
    return [UInt8](data)
  }
}

/// What CIFAR-10 and CIFAR-100 have in common: where the folder is looked for, and how to get it.
struct CIFARArchive: Sendable {
  /// The data set's name.
  let name: String
  let format: CIFARBinary
  /// The archive's file name and its SHA-256.
  let archive: String
  let digest: String
  /// The archive's size, where a source states it.
  var size: Int?
  private static let page = "https://www.cs.toronto.edu/~kriz"

  /// The archive at its publisher.
  var file: PublishedFile {
    PublishedFile(url: "\(CIFARArchive.page)/\(archive)", size: size, sha256: digest, folder: format.folder)
  }

  /// Both sets from `directory`, or from the first usual place. Throws `DataError`.
  func load(_ directory: String, _ folders: DataFolders) throws -> (train: ImageSet, test: ImageSet) {
    let contents = "the files of \(archive), such as \(format.test)"
    if let given = try folders.given(directory, holding: contents) {
      try refusePython(given)
      let inside = "\(given)/\(format.folder)"
      return try format.load(folders.isFolder(inside) ? inside : given)
    }
    guard let place = place(folders) else { throw DataError(remedy(folders)) }
    return try format.load(place)
  }

  /// Says what a folder is that torchvision downloaded: the same images in Python's pickles. Throws `DataError`.
  private func refusePython(_ folder: String) throws {
    let exists = { (name: String) in FileManager.default.fileExists(atPath: "\(folder)/\(name)") }
    let isOwn = exists(format.test) || exists("\(format.folder)/\(format.test)")
    let marks = ["cifar-10-batches-py", "cifar-100-python", "data_batch_1", "meta"]
    guard !isOwn, let mark = marks.first(where: exists) else { return }
    throw DataError(
      "\(folder): has \(mark), the Python version of CIFAR (pickles); the binary version is read: run 'dualab data fetch "
        + "\(name)', or save the arrays as .npz and use data=npz")
  }

  /// The first usual folder that exists.
  func place(_ folders: DataFolders) -> String? {
    folders.places(["\(name)/\(format.folder)", format.folder, name]).first(where: folders.isFolder)
  }

  /// How to get it.
  func remedy(_ folders: DataFolders) -> String {
    "\(name): not found (\(folders.described(name))); run 'dualab data fetch \(name)', or download \(archive) from "
      + "\(CIFARArchive.page)/cifar.html, check that 'sha256sum' says \(digest), unpack it with 'tar xzf' in one of these "
      + "folders, or set data.dir=FOLDER"
  }
}
