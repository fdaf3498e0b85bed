import Datasets
import Foundation
import Recipe
import TestSupport
import Testing

/// A folder of its own for one test; all of them go when the tests end.
struct TemporaryFolder {
  let path: String
  private static let root: String = {
    atexit { try? FileManager.default.removeItem(atPath: TemporaryFolder.root) }
    return NSTemporaryDirectory() + "dualab-datasets-\(UUID().uuidString)"
  }()

  init() throws {
    path = "\(TemporaryFolder.root)/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func put(_ source: URL, as name: String) throws {
    try FileManager.default.copyItem(at: source, to: URL(fileURLWithPath: "\(path)/\(name)"))
  }
}

/// The four files of a small Fashion-MNIST: the oracle for both halves, except where another file is given.
func folder(images: String = "formats/images-idx3-ubyte", labels: String = "formats/labels-idx1-ubyte") throws
  -> TemporaryFolder
{
  let folder = try TemporaryFolder()
  func name(_ stem: String, _ oracle: String) -> String { oracle.hasSuffix(".gz") ? stem + ".gz" : stem }
  try folder.put(Repository.oracle(images), as: name("train-images-idx3-ubyte", images))
  try folder.put(Repository.oracle(labels), as: name("train-labels-idx1-ubyte", labels))
  try folder.put(Repository.oracle("formats/images-idx3-ubyte"), as: "t10k-images-idx3-ubyte")
  try folder.put(Repository.oracle("formats/labels-idx1-ubyte"), as: "t10k-labels-idx1-ubyte")
  return folder
}

func fashion(_ directory: String) throws -> Settings {
  var settings = Settings()
  try settings.set("data", parsing: "fashion-mnist")
  try settings.set("data.dir", parsing: directory)
  return settings
}

let nowhere = DataFolders(home: nil, system: "/nonexistent")

/// What the reader says of a folder whose training files are replaced by these oracles.
func message(images: String = "formats/images-idx3-ubyte", labels: String = "formats/labels-idx1-ubyte") throws
  -> String
{
  let folder = try folder(images: images, labels: labels)
  do {
    _ = try loadData(try fashion(folder.path), folders: nowhere)
    return ""
  } catch let error as DataError {
    return error.description.replacingOccurrences(of: folder.path, with: "D")
  }
}

@Suite struct IDXTests {
  @Test func `a small packed file of hundreds of megabytes is not unpacked`() throws {
    let line = try message(images: "formats/bomb_300MB_idx3.gz")
    #expect(line.contains("400000×28×28 images would unpack to 299 MB from 297 kB"), "\(line)")
  }

  @Test(arguments: ["", ".gz"]) func `plain and packed files give the bytes and labels of the oracle`(ending: String)
    throws
  {
    let expected = try Oracle(Repository.oracle("formats/idx_expected.safetensors"))
    let folder = try folder(
      images: "formats/images-idx3-ubyte" + ending, labels: "formats/labels-idx1-ubyte" + ending)
    let train = try FashionMNIST.load(try fashion(folder.path).data, folders: nowhere).train
    guard case .levels(let levels) = train.pixels else {
      Issue.record("bytes are not kept as bytes")
      return
    }
    #expect(expected.shape("images") == [train.count, train.height, train.width])
    #expect(levels == expected.bytes("images"))
    #expect(train.labels.map { Int64($0) } == expected.integers("labels"))
    #expect((train.channels, train.classes) == (1, 10))
  }

  @Test func `an image is copied as level over 255`() throws {
    let train = try FashionMNIST.load(try fashion(try folder().path).data, folders: nowhere).train
    guard case .levels(let levels) = train.pixels else { return }
    var image = [Float](repeating: -1, count: train.imageSize)
    for index in 0..<train.count {
      try image.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { try train.copyImage(index, to: base) }
      }
      #expect(image == levels[(index * 784)..<((index + 1) * 784)].map { Float($0) / 255 })
    }
  }

  @Test(arguments: [
    ("idx_wrong_magic", "not an IDX file: wrong magic; download the file again"),
    ("idx_little_endian", "not an IDX file: the magic is in the wrong byte order; download the file again"),
    ("idx_float_type", "element type 0x0D, expected unsigned bytes (0x08); convert the file to bytes"),
    ("idx_labels_as_images", "1 dimensions, but images have 3; image and label files may be swapped"),
    (
      "idx_truncated",
      "truncated: the header announces 2×28×28 images, the data are 17 bytes short; download the file again"
    ),
    (
      "idx_header_too_large",
      "truncated: the header announces 1000000×28×28 images, the data are 783998432 bytes short; download the file again"
    ),
    (
      "idx_dims_overflow",
      "the header's dimensions 4294967295×4294967295×4294967295 overflow; download the file again"
    ),
    ("idx_header_only", "the header itself is truncated (9 bytes); download the file again"),
    ("idx_trailing", "3 bytes more than the header announces (2×28×28 images); download the file again"),
    ("idx_gz_truncated.gz", "is truncated: the gzip stream ends early; download the file again"),
    ("idx_gz_bad_crc.gz", "is damaged: incorrect data check; download the file again"),
    ("idx_gz_not_gzip.gz", "is named .gz but is not gzip data; download the file again"),
  ]) func `a malformed image file ends in one line naming it`(file: String, reason: String) throws {
    let name = file.hasSuffix(".gz") ? "train-images-idx3-ubyte.gz" : "train-images-idx3-ubyte"
    #expect(try message(images: "malformed/" + file) == "D/\(name): \(reason)")
  }

  @Test(arguments: [
    ("idx_label_12", "label 12 at position 1 is not in 0 … 9; the file is damaged or belongs to another data set"),
    (
      "idx_count_mismatch_labels",
      "9 labels for the 10 images of D/train-images-idx3-ubyte; use files of one data set"
    ),
  ]) func `a malformed label file ends in one line naming it`(file: String, reason: String) throws {
    // The file with label 12 has three labels; the images with it are the first two of the oracle's own.
    let labels = "malformed/" + file
    let images = file == "idx_label_12" ? try imagesOracle(count: 3) : nil
    let folder = try folder(labels: labels)
    if let images { try images.write(to: URL(fileURLWithPath: folder.path + "/train-images-idx3-ubyte")) }
    let error = #expect(throws: DataError.self) { try loadData(try fashion(folder.path), folders: nowhere) }
    #expect(
      error?.description.replacingOccurrences(of: folder.path, with: "D") == "D/train-labels-idx1-ubyte: \(reason)")
  }

  @Test func `every malformed IDX oracle is in the two lists above`() throws {
    let data = try Data(contentsOf: Repository.oracle("malformed/expected.json"))
    let listed = try JSONDecoder().decode([[String]].self, from: data).map { $0[0] }.filter { $0.hasPrefix("idx_") }
    for file in listed {
      let isLabelFile = file == "idx_label_12" || file == "idx_count_mismatch_labels"
      let said = try isLabelFile ? message(labels: "malformed/" + file) : message(images: "malformed/" + file)
      #expect(said.hasPrefix("D/train-") && !said.contains("\n"), "\(file): \(said)")
    }
    #expect(listed.count == 14)
  }

  @Test func `cutting a packed or plain file anywhere ends in an error`() throws {
    for name in ["images-idx3-ubyte", "images-idx3-ubyte.gz"] {
      let whole = try Data(contentsOf: Repository.oracle("formats/" + name))
      for length in [0, 1, 2, 3, 10, 15, 16, 17, whole.count / 2, whole.count - 9, whole.count - 1] {
        let folder = try folder()
        try FileManager.default.removeItem(atPath: folder.path + "/train-images-idx3-ubyte")
        let path = folder.path + "/train-" + name
        try whole.prefix(length).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: DataError.self) { try loadData(try fashion(folder.path), folders: nowhere) }
        #expect(error?.description.hasPrefix(path + ": ") == true)
      }
    }
  }

  @Test func `bytes after a packed stream are an error, and a second stream is read on`() throws {
    let packed = try Data(contentsOf: Repository.oracle("formats/images-idx3-ubyte.gz"))
    for (tail, reason) in [
      (Data([7, 7, 7]), "has 3 bytes after the end of the gzip stream; download the file again"),
      (packed, "more bytes than the header announces (10×28×28 images); download the file again"),
    ] {
      let folder = try folder()
      try FileManager.default.removeItem(atPath: folder.path + "/train-images-idx3-ubyte")
      let path = folder.path + "/train-images-idx3-ubyte.gz"
      try (packed + tail).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: DataError.self) { try loadData(try fashion(folder.path), folders: nowhere) }
      #expect(error?.description == "\(path): \(reason)")
    }
  }

  /// The oracle's images file with only its first `count` images.
  private func imagesOracle(count: Int) throws -> Data {
    var data = try Data(contentsOf: Repository.oracle("formats/images-idx3-ubyte")).prefix(16 + count * 784)
    data[7] = UInt8(count)
    return data
  }
}

/// The little of safetensors that the expected file needs.
private struct Oracle {
  private let header: [String: [String: Any]]
  private let data: Data

  init(_ url: URL) throws {
    let file = try Data(contentsOf: url)
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let json = try JSONSerialization.jsonObject(with: file.dropFirst(8).prefix(length))
    header = try #require(json as? [String: [String: Any]])
    data = Data(file.dropFirst(8 + length))
  }

  func shape(_ name: String) -> [Int]? { header[name]?["shape"] as? [Int] }

  func bytes(_ name: String) -> [UInt8] {
    guard let range = header[name]?["data_offsets"] as? [Int] else { return [] }
    return [UInt8](data[range[0]..<range[1]])
  }

  func integers(_ name: String) -> [Int64] {
    let bytes = bytes(name)
    return stride(from: 0, to: bytes.count, by: 8).map { start in
      Int64(bitPattern: bytes[start..<(start + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
  }
}
