import Foundation

/// The four IDX files of a data set, named as MNIST's, EMNIST's and their relatives are, plain or packed.
struct IDXFolder {
  let images: (train: String, test: String)
  let labels: (train: String, test: String)
  private(set) var notes: [String] = []

  /// Finds the files of a folder (or of `raw` or `MNIST/raw` in it, where torchvision puts them); `data.dir` may also
  /// be the file of the training images, where a folder has several sets. Throws `DataError`.
  init(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw DataError("\(path): no such folder; data.dir must name the folder of the four IDX files")
    }
    let folder = isFolder.boolValue ? path : URL(fileURLWithPath: path).deletingLastPathComponent().path
    let wanted = isFolder.boolValue ? nil : URL(fileURLWithPath: path).lastPathComponent
    for place in [folder, "\(folder)/raw", "\(folder)/MNIST/raw", "\(folder)/gzip"] {
      let files = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).sorted()
      let trains = files.filter { Self.isImages($0, "train") && (wanted == nil || $0 == wanted) }
      // A file may be there packed and unpacked.
      let sets = Set(trains.map(Self.plain))
      guard let train = trains.first else { continue }
      guard sets.count == 1 else {
        throw DataError(
          "\(place): IDX files of several sets (\(some(sets.sorted()))); set data.dir to one of these files")
      }
      func file(_ name: String) throws -> String {
        guard let found = [name, "\(name).gz"].first(where: files.contains) else {
          throw DataError("\(place): \(name) and \(name).gz are both missing; add one of them")
        }
        return "\(place)/\(found)"
      }
      let stem = Self.plain(train)
      let test = ["test", "t10k"].map { stem.replacingOccurrences(of: "train", with: $0) }
      guard let testStem = test.first(where: { files.contains($0) || files.contains("\($0).gz") }) else {
        throw DataError("\(place): \(test[0]) and \(test[1]) are both missing, with and without .gz; add one of them")
      }
      images = (try file(stem), try file(testStem))
      labels = (try file(Self.labels(stem)), try file(Self.labels(testStem)))
      if stem.lowercased().hasPrefix("emnist") {
        notes = ["\(stem): EMNIST stores images with rows and columns exchanged; they are used as stored"]
      }
      return
    }
    throw DataError("\(path): no file named like train-images-idx3-ubyte, with or without .gz; give their folder")
  }

  /// Both sets; nil classes: as many as the labels have. Throws `DataError`.
  func load(classes: Int? = nil) throws -> (train: ImageSet, test: ImageSet) {
    let known = try classes ?? max(Self.classes(labels.train), Self.classes(labels.test))
    let train = try IDX.load(images: images.train, labels: labels.train, classes: known, notes: notes)
    let test = try IDX.load(images: images.test, labels: labels.test, classes: known)
    try IDX.check(train: train, test: test, images.train)
    return (train, test)
  }

  private static func classes(_ path: String) throws -> Int {
    Int(try IDX.read(path, dimensions: 1, holding: "labels").bytes.max() ?? 0) + 1
  }

  private static func plain(_ name: String) -> String { name.hasSuffix(".gz") ? String(name.dropLast(3)) : name }
  private static func isImages(_ name: String, _ part: String) -> Bool {
    let stem = plain(name)
    return stem.contains(part) && (stem.hasSuffix("images-idx3-ubyte") || stem.hasSuffix("images.idx3-ubyte"))
  }
  private static func labels(_ stem: String) -> String {
    stem.replacingOccurrences(of: "images-idx3", with: "labels-idx1")
      .replacingOccurrences(of: "images.idx3", with: "labels.idx1")
  }
}
