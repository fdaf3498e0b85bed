import Archives
import Foundation
import Tensors

/// Images to evaluate on, all of one size, with their labels: from a file or from a data set's split.
package struct LabeledImages: Sendable {
  /// The channel order of a file of images.
  package enum Layout: String, Sendable, CaseIterable {
    case nhwc, nchw
  }

  /// Where they come from: `fashion-mnist:test`, or a file.
  package let source: String
  /// The size of an image.
  package let shape: Shape
  /// [n][C][H][W] in [0, 1].
  package let pixels: [Float]
  /// The class of each image, 0 or more.
  package let labels: [Int]
  /// The data set index of each image, by which attacks key their random numbers.
  package let indices: [Int]
  /// What was recognized, converted or clipped when a file was read, a line each.
  package let notes: [String]
  /// What each class shows, by label, where folders tell.
  package private(set) var classNames: [String]?
  /// What each class shows, by label, where folders or the data set tell.
  package private(set) var labelNames: [String]?
  /// The notes with the source in front of those that do not name it.
  package var namedNotes: [String] { notes.map { $0.contains(source) ? $0 : "\(source): \($0)" } }

  /// How many there are.
  package var count: Int { labels.count }

  /// A digest of pixels, labels and indices.
  package var digest: String {
    var digest = Digest()
    digest.add(pixels)
    for number in labels + indices { digest.add(UInt64(bitPattern: Int64(number))) }
    return digest.text
  }

  /// The first `limit` images of a split; nil: all. Throws `DataError` for more than fit into memory, or for a file
  /// that cannot be read any more.
  package init(_ split: Split, source: String, limit: Int? = nil, labelNames: [String]? = nil) throws {
    try self.init(split, source: source, limit: limit, numbers: nil)
    if !(labelNames ?? []).isEmpty { self.labelNames = labelNames }
  }

  /// `numbers` are the images' indices where the split has only some of the data set.
  private init(_ split: Split, source: String, limit: Int?, numbers: [Int]?) throws {
    let part = limit.map(split.prefix) ?? split, images = split.images
    try Self.checkMemory(images: part.count, of: images.imageSize, source)
    self.source = source
    notes = images.notes
    if images.isDecodedOnDemand { (classNames, labelNames) = (images.classNames, images.classNames) }
    shape = Shape(images.channels, images.height, images.width)
    labels = (0..<part.count).map(part.label)
    indices = numbers ?? part.indices
    var pixels = [Float](repeating: 0, count: part.count * images.imageSize)
    try pixels.withUnsafeMutableBufferPointer { pixels in
      if let base = pixels.baseAddress { try part.copyImages(to: base) }
    }
    self.pixels = pixels
  }

  /// The images of a folder of class folders, of each class in turn: those of `test` or `val` where it has one.
  /// `settings` say how images of many sizes become images of one. Throws `SettingError` where they contradict each
  /// other, otherwise `DataError`.
  package init(folder path: String, settings: DataSettings, limit: Int? = nil) throws {
    // Before everything is read.
    if let complaint = Preparation.complaint(settings) { throw complaint }
    let (split, numbers) = try FolderData(settings).evaluation(BytePath(path), limit: limit)
    try self.init(split, source: path, limit: limit, numbers: numbers)
  }

  /// An evaluation has three copies: these, its own, and the adversarial images.
  private static func checkMemory(images: Int, of size: Int, _ source: String) throws {
    let one = AvailableMemory.product([size, 3, MemoryLayout<Float>.size])
    let most = AvailableMemory.bytes / 10 * 9 / max(1, one)
    guard images > most else { return }
    do {
      try AvailableMemory.check(
        AvailableMemory.product([images, one]), for: "\(source): \(images) images of \(size) numbers",
        remedy: most > 0 ? "use at most \(most) with --limit" : "use smaller images")
    } catch { throw DataError("\(error)") }
  }

  /// The first `limit` images of a `.npz`: `x_test` and `y_test`, or two arrays of images and labels by other names;
  /// `member` names the images. Of a `.npy` the labels are another one in its folder, `y_test.npy` for `x_test.npy`.
  /// Throws `DataError`.
  package init(npz path: String, layout: Layout? = nil, limit: Int? = nil, member: String? = nil) throws {
    if path.hasSuffix(".npy") {
      let files = try ArrayFiles(path), images = String(URL(fileURLWithPath: path).lastPathComponent.dropLast(4))
      let labels = try files.labels(of: images)
      self.init(try files.arrays((images, labels), layout: layout, limit: limit), source: path)
      return
    }
    do {
      let archive = try NPZ(path)
      let arrays = try ImageArrays(
        names: archive.names, member: member, layout: layout, usual: .nhwc, limit: limit
      ) { try archive.array($0, rows: $1) }
      self.init(arrays, source: path)
    } catch let failure as NPY.Failure {
      throw DataError("\(path): \(failure.reason)")
    }
  }

  /// The first `limit` images of a `.safetensors`: tensors `images` and `labels`, or others, as for `npz`; NCHW unless
  /// the shape or `layout` say otherwise. Throws `DataError`.
  package init(safetensors path: String, layout: Layout? = nil, limit: Int? = nil) throws {
    do {
      let file = try Safetensors(contentsOf: URL(fileURLWithPath: path))
      for name in (ImageArrays.imageNames + ImageArrays.labelNames) {
        guard let type = file.unreadable[name] else { continue }
        throw NPY.Failure(reason: "\(name) holds type \(type); save images as float32, labels as int64")
      }
      let arrays = try ImageArrays(
        names: file.tensors.keys.sorted(), member: nil, layout: layout, usual: .nchw, limit: limit
      ) { name, _ in try TensorArray(name, of: file) }
      self.init(arrays, source: path)
    } catch let failure as NPY.Failure {
      throw DataError("\(path): \(failure.reason)")
    } catch let error as FileError {
      let line = "\(error)"
      throw DataError(line.hasPrefix(path) ? line : "\(path): \(line)")
    }
  }

  /// The same of either kind of file. Throws `DataError`.
  package init(file path: String, layout: Layout? = nil, limit: Int? = nil) throws {
    if Self.isZip(path) {
      try self.init(npz: path, layout: layout, limit: limit)
    } else {
      try self.init(safetensors: path, layout: layout, limit: limit)
    }
  }

  private init(_ arrays: ImageArrays, source: String) {
    self.source = source
    (shape, pixels, labels, notes) = (arrays.shape, arrays.pixels, arrays.labels, arrays.notes)
    indices = Array(labels.indices)
  }

  /// Throws `DataError` when a label is not one of the network's classes.
  package func check(classes: Int) throws {
    if let place = labels.firstIndex(where: { $0 >= classes }) {
      if let classNames {
        throw DataError(
          "\(source): \(classNames.count) class folders (\(some(classNames, 12))), but the network has \(classes) classes; "
            + "give it the folders it was trained on")
      }
      let counts = labels.allSatisfy { (1...classes).contains($0) }
      throw DataError(
        "\(source): label \(labels[place]) at position \(place) is not in 0 … \(classes - 1), the classes of the network; "
          + (counts
            ? "the labels count from 1; subtract 1 from them" : "use the data it was trained on"))
    }
  }

  /// What to say where labels count classes of the same names in another order than the network, whose classes are
  /// `trained`, by number; nil where they do not. Capitals, blanks and hyphens make no difference.
  package func orderFault(_ trained: [String]?) -> String? {
    func plain(_ name: String) -> String { name.lowercased().filter { !" _-".contains($0) } }
    guard let trained, let labelNames else { return nil }
    let numbers = Dictionary(trained.enumerated().map { (plain($1), $0) }) { first, _ in first }
    let moved = labelNames.enumerated().filter { label, name in numbers[plain(name)].map { $0 != label } ?? false }
    guard let first = moved.first, let number = numbers[plain(first.element)] else { return nil }
    return "\(source): labels number the classes in a different order than the network: '\(first.element)' is label "
      + "\(first.offset), but class \(number) according to the weights "
      + "(\(moved.count) of \(labelNames.count) classes differ); if the weights are right, "
      + (classNames == nil
        ? "save the images with the network's labels in an .npz"
        : "rename the class folders so that they sort as the network's classes")
  }

  /// What to say where the folders' classes are not those that the network was trained on, `trained`, by label. Throws
  /// `DataError` where a class of both has another label in each.
  package func notes(onClasses trained: [String]?) throws -> [String] {
    guard let trained, let classNames, trained != classNames else { return [] }
    for (label, name) in classNames.enumerated() {
      guard let other = trained.firstIndex(of: name), other != label else { continue }
      throw DataError(
        "\(source): the class folder '\(name)' is number \(label), but class \(other) of the network; give the folder the "
          + "\(trained.count) classes it was trained on, empty ones too (\(some(trained)))")
    }
    let strange = classNames.filter { !trained.contains($0) }
    guard !strange.isEmpty else { return [] }
    return [
      "\(source): class folders \(some(strange)) are not classes that the network was trained on (\(some(trained))); "
        + "labels are the folders' numbers"
    ]
  }

  // MARK: reading

  /// True for a zip archive, and for what is called a `.npz` or `.npy`.
  static func isZip(_ path: String) -> Bool {
    if path.lowercased().hasSuffix(".npz") || path.hasSuffix(".npy") { return true }
    guard let file = try? InputFile(URL(fileURLWithPath: path)) else { return false }
    return (try? file.prefix(2)) == Array("PK".utf8)
  }
}
