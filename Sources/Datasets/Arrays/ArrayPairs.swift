import Foundation
import Tensors

/// Training and test images as numpy saves them: a `.npz` of two pairs or one, a folder of `train.npz` and `test.npz`,
/// or of
/// `.npy` files.
enum ArrayPairs {
  private static let trainImages = [
    "x_train", "X_train", "train_images", "train_x", "images_train", "train_data", "trainX", "xtrain",
  ]
  private static let trainLabels = [
    "y_train", "Y_train", "train_labels", "train_y", "labels_train", "train_targets", "trainY", "ytrain",
  ]
  private static let testImages = [
    "x_test", "X_test", "test_images", "test_x", "images_test", "test_data", "testX", "xtest", "x_val", "val_images",
  ]
  private static let testLabels = [
    "y_test", "Y_test", "test_labels", "test_y", "labels_test", "test_targets", "testY", "ytest", "y_val", "val_labels",
  ]
  /// Share of the images that becomes the test set where the file has none.
  private static let testShare = 0.2

  /// Both sets. Throws `DataError`.
  static func load(_ path: String) throws -> (train: ImageSet, test: ImageSet) {
    let files = try ArrayFiles(path)
    let names = files.names
    if let images = trainImages.first(where: names.contains) {
      guard let known = ImageArrays.pair(trainImages, trainLabels, in: names) else {
        throw DataError("\(path): \(images) and no labels for it; add \(trainLabels[0])")
      }
      let train = try files.arrays(known)
      guard let known = ImageArrays.pair(testImages, testLabels, in: names) else { return try divided(train, path) }
      return try pair(train, try files.arrays(known), path)
    }
    if names.contains("train") && names.contains("test") {
      return try pair(
        try ArrayFiles("\(path)/train.npz").arrays(nil), try ArrayFiles("\(path)/test.npz").arrays(nil), path)
    }
    return try divided(try files.arrays(nil), path)
  }

  private static func pair(_ train: ImageArrays, _ test: ImageArrays, _ path: String) throws -> (
    train: ImageSet, test: ImageSet
  ) {
    guard train.shape == test.shape else {
      throw DataError(
        "\(path): training images of \(described(train.shape)) and test images of \(described(test.shape))")
    }
    let classes = try classes(of: train.labels + test.labels, path)
    return (
      set(train, Array(train.labels.indices), classes, notes: train.notes),
      set(test, Array(test.labels.indices), classes, notes: test.notes.filter { !train.notes.contains($0) })
    )
  }

  /// A fifth of the images, drawn by a fixed seed, is the test set.
  private static func divided(_ all: ImageArrays, _ path: String) throws -> (train: ImageSet, test: ImageSet) {
    let count = all.labels.count
    guard count >= 3 else { throw DataError("\(path): \(plural(count, "image")); at least three are needed to train") }
    var stream = RandomStream(seed: 0, purpose: .validationSplit, example: 1)
    let order = stream.permutation(count), tests = min(max(Int((Double(count) * testShare).rounded()), 1), count - 2)
    let classes = try classes(of: all.labels, path)
    let note = "\(path): no test images: a fifth (\(tests)), drawn by a fixed seed, is the test set"
    return (
      set(all, order[tests...].sorted(), classes, notes: all.notes + [note]),
      set(all, order[..<tests].sorted(), classes, notes: [])
    )
  }

  private static func set(_ arrays: ImageArrays, _ places: [Int], _ classes: Int, notes: [String]) -> ImageSet {
    ImageSet(
      channels: arrays.shape.channels, height: arrays.shape.height, width: arrays.shape.width,
      pixels: arrays.content.selected(places, of: arrays.shape.planarCount), labels: places.map { arrays.labels[$0] },
      classes: classes, classNames: (0..<classes).map { "class \($0)" }, notes: notes)
  }

  private static func classes(of labels: [Int], _ path: String) throws -> Int {
    let highest = labels.max() ?? 0
    guard highest < 65_536 else {
      throw DataError(
        "\(path): label \(highest) at position \(labels.firstIndex(of: highest) ?? 0); classes count from 0 on")
    }
    guard highest > 0 else { throw DataError("\(path): all labels are 0; a network needs at least two classes") }
    return highest + 1
  }

  private static func described(_ shape: Shape) -> String { "\(shape.channels)×\(shape.height)×\(shape.width)" }
}

extension ImageSet.Pixels {
  /// The images at some places, `size` numbers each; all of them in order are not copied.
  func selected(_ places: [Int], of size: Int) -> ImageSet.Pixels {
    func select<Number>(_ numbers: [Number]) -> [Number] {
      if places.count * size == numbers.count, places.first == 0, places.last == places.count - 1 { return numbers }
      return places.flatMap { numbers[($0 * size)..<($0 * size + size)] }
    }
    return switch self {
    case .levels(let levels): .levels(select(levels))
    case .values(let values): .values(select(values))
    case .rasters: self
    }
  }
}

/// The arrays of a `.npz`, or of the `.npy` files of a folder, by name.
struct ArrayFiles {
  private enum Place {
    case archive(NPZ)
    case folder
  }

  private let path: String
  private let place: Place
  /// Names of the arrays; of a folder, also of its `.npz` files.
  let names: [String]

  /// Opens a file or a folder; of a `.npy` file, its folder. Throws `DataError`.
  init(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw DataError("\(path): no such file; pass the path of an .npz, or of a folder of .npy files")
    }
    let isArray = !isFolder.boolValue && path.hasSuffix(".npy")
    guard isFolder.boolValue || isArray else {
      let archive = try NPZ(path)
      names = archive.names
      (self.path, place) = (path, .archive(archive))
      return
    }
    let folder = isArray ? URL(fileURLWithPath: path).deletingLastPathComponent().relativePath : path
    let files = try BytePath(folder).entries().map(BytePath.text)
    names = files.filter { $0.hasSuffix(".npy") || $0.hasSuffix(".npz") }.map { String($0.dropLast(4)) }
    guard !names.isEmpty else {
      throw DataError("\(path): holds no .npy or .npz file; for folders of images use data=folder")
    }
    (self.path, place) = (folder, .folder)
  }

  /// Images and labels: the `known` two arrays, or those that are found. Throws `DataError`.
  func arrays(
    _ known: (images: String, labels: String)?, layout: LabeledImages.Layout? = nil, limit: Int? = nil
  ) throws -> ImageArrays {
    do {
      return try ImageArrays(
        names: names, member: nil, known: known, layout: layout, usual: .nhwc, limit: limit, array: array)
    } catch let failure as NPY.Failure {
      throw DataError("\(path): \(failure.reason)")
    }
  }

  /// The array of labels that belongs to one of images, by its name; or the only other one. Throws `DataError`.
  func labels(of images: String) throws -> String {
    let exchanges = [
      ("images", "labels"), ("imgs", "labels"), ("data", "labels"), ("data", "targets"), ("x", "y"), ("X", "y"),
      ("X", "Y"),
    ]
    let names = names.filter { $0 != images }, guesses = exchanges.map { images.replacingOccurrences(of: $0, with: $1) }
    if let found = guesses.first(where: names.contains) ?? (names.count == 1 ? names[0] : nil) { return found }
    throw DataError(
      "\(path)/\(images).npy: no labels beside it; put them into \(guesses.first { $0 != images } ?? "y").npy")
  }

  private func array(_ name: String, rows: Int?) throws -> any NumberArray {
    switch place {
    case .archive(let archive): return try archive.array(name, rows: rows)
    case .folder:
      do { return try NPY(contentsOf: "\(path)/\(name).npy", rows: rows) } catch let failure as NPY.Failure {
        throw NPY.Failure(reason: "\(name) \(failure.helped(by: "write it again with numpy.save"))")
      }
    }
  }
}
