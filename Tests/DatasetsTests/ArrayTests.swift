import Foundation
import Recipe
import Tensors
import TestSupport
import Testing

@testable import Datasets

private func load(_ source: String, _ path: String) throws -> DataSplits {
  var settings = Settings()
  try settings.set("data", parsing: source)
  try settings.set("data.dir", parsing: path)
  return try loadData(settings, folders: nowhere)
}

private func message(_ source: String, _ path: String, _ folder: String) -> String {
  do {
    _ = try load(source, path)
    return ""
  } catch { return "\(error)".replacingOccurrences(of: folder, with: "D") }
}

/// A `.npy` of bytes.
private func array(_ shape: [Int], _ bytes: [UInt8], type: String = "|u1") -> Data {
  let tuple = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
  var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(tuple)), }"
  header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
  return Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + bytes)
}

extension TemporaryFolder {
  fileprivate func write(_ data: Data, _ name: String) throws {
    try data.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }
}

@Suite struct ArrayTests {
  private func levels(_ set: ImageSet) -> [UInt8] {
    if case .levels(let levels) = set.pixels { levels } else { [] }
  }

  @Test func `images and labels that belong together are paired by their names`() throws {
    func pair(_ names: String...) -> [String] {
      ImageArrays.pair(ImageArrays.imageNames, ImageArrays.labelNames, in: names).map { [$0.images, $0.labels] } ?? []
    }
    #expect(ImageArrays.imageNames.count == ImageArrays.labelNames.count)
    #expect(pair("images", "labels", "y_test") == ["images", "labels"])
    #expect(pair("data", "targets", "label") == ["data", "targets"])
    #expect(pair("X", "y", "Y") == ["X", "Y"] && pair("X", "y") == ["X", "y"])
    #expect(pair("x_adv", "y_test") == ["x_adv", "y_test"] && pair("x_test") == [] && pair() == [])
  }

  @Test func `two pairs of an npz train and test; bytes stay bytes`() throws {
    let folder = try TemporaryFolder()
    var writer = NPZWriter()
    try writer.add("x_train", shape: [4, 2, 2, 3], floats: (0..<48).map { Float($0) / 48 })
    try writer.add("y_train", shape: [4], integers: [0, 2, 1, 0])
    try writer.add("x_test", shape: [2, 2, 2, 3], floats: Array(repeating: 0.5, count: 24))
    try writer.add("y_test", shape: [2], integers: [2, 1])
    try writer.write(to: URL(fileURLWithPath: "\(folder.path)/a.npz"))
    let data = try load("npz", "\(folder.path)/a.npz")
    #expect(data.train.count + data.validation.count == 4 && data.test.count == 2)
    #expect(data.train.images.classes == 3 && data.train.images.labels == [0, 2, 1, 0])
    guard case .values(let values) = data.train.images.pixels else { throw HelperError("floats are not kept") }
    // NHWC: pixel 1 of channel 0 is number 3.
    #expect(values[1] == 3 / 48 && data.train.images.channels == 3)
  }

  @Test func `npy files of a folder, one pair, are divided by a fixed seed`() throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<160).map { UInt8($0) }
    try folder.write(array([10, 4, 4], bytes), "images.npy")
    try folder.write(array([10], [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]), "labels.npy")
    let data = try load("npz", folder.path)
    #expect(data.test.count == 2 && data.train.count + data.validation.count == 8)
    #expect(data.notes.contains { $0.hasSuffix("no test images: a fifth (2), drawn by a fixed seed, is the test set") })
    let all = Set(stride(from: 0, to: 160, by: 16).map { UInt8($0) })
    let seen = [data.train.images, data.test.images].flatMap { set in
      stride(from: 0, to: set.count * 16, by: 16).map { levels(set)[$0] }
    }
    #expect(seen.count == 10 && Set(seen) == all)
    let alone = try LabeledImages(npz: "\(folder.path)/images.npy")
    #expect(alone.labels == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1] && alone.pixels[17] == 17 / 255)
    // The same bytes as one pair called train and one called test.
    for (part, count) in [("train", 7), ("test", 3)] {
      try folder.write(array([count, 4, 4], Array(bytes.prefix(16 * count))), "x_\(part).npy")
      try folder.write(array([count], [0, 1, 2] + Array(repeating: 0, count: count - 3)), "y_\(part).npy")
    }
    #expect(try load("npz", folder.path).test.images.count == 3)
    #expect(try LabeledImages(npz: "\(folder.path)/x_test.npy").labels == [0, 1, 2])
  }

  @Test func `channels-last and channels-first bytes give the same levels`() throws {
    let folder = try TemporaryFolder()
    let first = (0..<96).map { UInt8($0) }
    let last = (0..<96).map { place -> UInt8 in
      let image = place / 48, row = place / 12 % 4, column = place / 3 % 4, channel = place % 3
      return first[image * 48 + channel * 16 + row * 4 + column]
    }
    for (name, shape, bytes) in [("a", [2, 3, 4, 4], first), ("b", [2, 4, 4, 3], last)] {
      try folder.write(array(shape, bytes), "\(name)x.npy")
      try folder.write(array([2], [0, 1]), "\(name)y.npy")
      let got = try ImageArrays(names: ["x", "y"], member: nil, layout: nil, usual: .nhwc, limit: nil) {
        try NPY(contentsOf: "\(folder.path)/\(name)\($0).npy", rows: $1)
      }
      guard case .levels(let levels) = got.content else { throw HelperError("bytes are not kept as bytes") }
      #expect(levels == first && got.shape == Shape(3, 4, 4))
    }
  }

  @Test func `what is no pair of arrays ends in one line`() throws {
    let folder = try TemporaryFolder()
    #expect(message("npz", "\(folder.path)/no.npz", folder.path).hasPrefix("D/no.npz: no such file"))
    #expect(message("npz", folder.path, folder.path).hasPrefix("D: holds no .npy or .npz file; for folders of images"))
    #expect(message("npz", "", folder.path) == "data.dir: is missing; give the file, data.dir=FILE.npz")
    try folder.write(array([3, 4, 4], Array(repeating: 1, count: 48)), "x_train.npy")
    #expect(message("npz", folder.path, folder.path) == "D: x_train and no labels for it; add y_train")
    try folder.write(array([3], [0, 0, 0]), "y_train.npy")
    #expect(message("npz", folder.path, folder.path) == "D: all labels are 0; a network needs at least two classes")
    try folder.write(array([2], [0, 1]), "y_train.npy")
    #expect(message("npz", folder.path, folder.path) == "D: 2 labels (y_train) for 3 images; expected one each")
    for name in ["npz_bad_crc", "npz_not_zip", "npz_object_dtype", "npz_shape_overflow", "npz_data_short"] {
      let said = message("npz", Repository.oracle("malformed/\(name).npz").path, folder.path)
      #expect(said.contains("\(name).npz: ") && !said.contains("\n"), "\(name): \(said)")
    }
  }
}

@Suite struct IDXFolderTests {
  @Test func `files of any set and size are found by their names`() throws {
    let folder = try TemporaryFolder()
    for part in ["train", "test"] {
      try folder.put(
        Repository.oracle("formats/images-idx3-ubyte.gz"), as: "emnist-letters-\(part)-images-idx3-ubyte.gz")
      try folder.put(Repository.oracle("formats/labels-idx1-ubyte"), as: "emnist-letters-\(part)-labels-idx1-ubyte")
    }
    let data = try load("idx", folder.path)
    #expect(data.test.count == 10 && data.train.images.channels == 1)
    #expect(data.train.images.classes == (data.train.images.labels.max() ?? 0) + 1)
    #expect(data.notes.count == 1 && data.notes[0].contains("EMNIST stores images with rows and columns exchanged"))
    let file = "\(folder.path)/emnist-letters-train-images-idx3-ubyte.gz"
    #expect(try load("idx", file).test.count == 10)
    for part in ["train", "test"] {
      try folder.put(Repository.oracle("formats/images-idx3-ubyte"), as: "kmnist-\(part)-images-idx3-ubyte")
    }
    #expect(message("idx", folder.path, folder.path).hasPrefix("D: IDX files of several sets (emnist-letters-"))
  }

  @Test func `MNIST is read from its own names, and where torchvision puts it`() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: "\(folder.path)/MNIST/raw", withIntermediateDirectories: true)
    for part in ["train", "t10k"] {
      try folder.put(Repository.oracle("formats/images-idx3-ubyte"), as: "MNIST/raw/\(part)-images-idx3-ubyte")
      try folder.put(Repository.oracle("formats/labels-idx1-ubyte"), as: "MNIST/raw/\(part)-labels-idx1-ubyte")
    }
    #expect(try load("mnist", folder.path).classNames[7] == "7")
    #expect(try load("idx", folder.path).test.count == 10)
    let empty = try TemporaryFolder()
    #expect(message("mnist", empty.path, empty.path).hasPrefix("D: no file named like train-images-idx3-ubyte"))
  }

  @Test func `the Python version of CIFAR is called what it is`() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: "\(folder.path)/data_batch_1"))
    #expect(message("cifar10", folder.path, folder.path).hasPrefix("D: has data_batch_1, the Python version of CIFAR"))
  }

  @Test func `true and false count as 1 and 0, other types are refused with what helps`() throws {
    let folder = try TemporaryFolder(), bits: [UInt8] = [0, 1, 1, 0, 1, 1, 0, 0]
    func read(_ images: Data, _ labels: Data) throws -> LabeledImages {
      try folder.write(images, "x.npy")
      try folder.write(labels, "y.npy")
      return try LabeledImages(npz: "\(folder.path)/x.npy")
    }
    let pixels = array([2, 2, 2], bits, type: "|b1"), two = array([2], [0, 1])
    let images = try read(pixels, array([2], [1, 0], type: "|b1"))
    #expect(images.pixels == bits.map(Float.init) && images.labels == [1, 0])
    #expect(images.notes.contains("'x' holds true and false: read as 1 and 0"), "\(images.notes)")
    #expect(images.notes.contains("labels 'y' are true and false: classes 1 and 0"), "\(images.notes)")
    #expect(try read(pixels, array([2, 3], [0, 0, 1, 0, 1, 0], type: "|b1")).labels == [2, 1])
    for (type, size, remedy) in [
      ("|O", 8, "holds Python objects ('|O'); save pixels as float32 and labels as class numbers"),
      ("<U1", 4, "holds text ('<U1'); save pixels as float32 and labels as class numbers"),
      ("<c8", 8, "holds complex numbers ('<c8'); save real ones"), ("<f16", 16, "floats of type '<f16'; save them as"),
      ("<M8[s]", 8, "holds type '<M8[s]'; save plain numbers"), ("|b2", 2, "holds type '|b2'; save plain numbers"),
    ] {
      let labels = array([2], Array(repeating: 0, count: 2 * size), type: type)
      #expect { try read(pixels, labels) } throws: { "\($0)".contains(remedy) && !"\($0)".contains("numpy.savez") }
    }
    #expect(try read(pixels, two).labels == [0, 1])
    // As levels these would be black.
    #expect { try read(array([2, 2, 2], bits), two) } throws: {
      "\($0)".hasSuffix(
        "x contains only the integers 0 and 1, nearly black as levels of 0–255; save bool or float32 if 1 is white")
    }
  }

  /// Soft labels of several classes, and pixels that are more than three colors, are never read as something else.
  @Test func `rows with two ones and an alpha that changes are refused`() throws {
    let folder = try TemporaryFolder()
    func failure(_ images: Data, _ labels: Data) throws -> String {
      for (name, data) in [("x", images), ("y", labels)] {
        try data.write(to: URL(fileURLWithPath: "\(folder.path)/\(name).npy"))
      }
      do {
        _ = try LabeledImages(npz: "\(folder.path)/x.npy")
        return ""
      } catch { return "\(error)" }
    }
    let colors = array([2, 1, 1, 3], [1, 2, 3, 4, 5, 6]), two = array([2], [0, 1])
    #expect(try failure(colors, array([2, 3], [0, 0, 1, 0, 1, 0])).isEmpty)
    #expect(try failure(colors, array([2, 3], [0, 0, 1, 1, 1, 0])).contains("row 1 is not one-hot"))
    func withAlpha(_ last: UInt8) -> Data {
      array([2, 2, 1, 4], [1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 1, 1, 1, last])
    }
    #expect(try failure(withAlpha(255), two).isEmpty)
    let changing = try failure(withAlpha(254), two)
    #expect(changing.contains("a fourth channel that is not a constant alpha"), "\(changing)")
  }
}
