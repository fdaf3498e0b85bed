import Tensors

/// Images and labels among the arrays of a file, brought into one form: [n][C][H][W] in [0, 1] and a class each. What
/// was recognized or converted on the way is noted.
struct ImageArrays {
  /// The size of an image.
  let shape: Shape
  /// Levels where the file has bytes, otherwise values in [0, 1]; [n][C][H][W].
  let content: ImageSet.Pixels
  let labels: [Int]
  /// What was recognized, converted or clipped, a line each.
  private(set) var notes: [String] = []

  /// Names by which programs save images and labels, the usual ones first.
  static let imageNames = ["x_test", "images", "x", "X", "x_adv", "data", "imgs", "test_images", "X_test", "arr_0"]
  /// In the order of the images that they belong to.
  static let labelNames = ["y_test", "labels", "y", "Y", "y_adv", "targets", "label", "test_labels", "Y_test", "arr_1"]

  /// Reads the first `limit` images of the `known` two arrays, or of those that are found. `member` names the images
  /// where they are not the usual ones; `layout` is known or to be recognized from the shape, where it leaves two
  /// possibilities it is `usual`. Throws `NPY.Failure`.
  init(
    names: [String], member: String?, known: (images: String, labels: String)? = nil, layout: LabeledImages.Layout?,
    usual: LabeledImages.Layout, limit: Int?, array: (_ name: String, _ rows: Int?) throws -> any NumberArray
  ) throws {
    var notes: [String] = []
    let chosen = try known ?? Self.pair(names, member, array, &notes)
    let images = try array(chosen.images, limit), labels = try array(chosen.labels, limit)
    guard (3...4).contains(images.shape.count) else {
      throw NPY.Failure(reason: "\(chosen.images) is \(images.describedShape); expected images of 4 dimensions")
    }
    self.labels = try Self.labels(labels, chosen.labels, images: images.shape[0], limit: limit, &notes)
    let axes = try Self.axes(images, chosen.images, layout, usual, &notes)
    let whole = try Self.checkedShape(axes.map { $0.map { images.shape[$0] } ?? 1 }, chosen.images)
    let reader = PixelReader(array: images, name: chosen.images, shape: whole, axes: axes)
    let channels = try reader.visibleChannels(count: self.labels.count, &notes)
    if let levels = reader.levels(count: self.labels.count, channels: channels) {
      try reader.refuseBinary(levels)
      content = .levels(levels)
    } else {
      content = .values(try reader.pixels(count: self.labels.count, channels: channels, &notes))
    }
    shape = Shape(channels, whole.height, whole.width)
    self.notes = notes
  }

  /// All pixels as floats in [0, 1].
  var pixels: [Float] {
    switch content {
    case .levels(let levels): levels.map { Float($0) / 255 }
    case .values(let values): values
    case .rasters: []
    }
  }

  // MARK: which arrays

  /// The first images and labels that are there and belong together: they have the same place in both lists. Otherwise
  /// the first of each; nil where there are none.
  static func pair(_ images: [String], _ labels: [String], in names: [String]) -> (images: String, labels: String)? {
    if let known = zip(images, labels).first(where: { names.contains($0) && names.contains($1) }) { return known }
    guard let images = images.first(where: names.contains), let labels = labels.first(where: names.contains) else {
      return nil
    }
    return (images, labels)
  }

  private static func pair(
    _ names: [String], _ member: String?, _ array: (String, Int?) throws -> any NumberArray,
    _ notes: inout [String]
  ) throws -> (images: String, labels: String) {
    let partner = member.flatMap { imageNames.firstIndex(of: $0) }.map { [labelNames[$0]] } ?? []
    let images = member.map { [$0] } ?? imageNames
    if let (foundImages, foundLabels) = pair(images, partner + labelNames, in: names) {
      if names.contains("x_adv"), foundImages != "x_adv", member == nil {
        notes.append("the clean images '\(foundImages)' are used; the file also holds adversarial ones, 'x_adv'")
      }
      if foundImages != "x_test" && foundImages != "images" && member == nil {
        notes.append("images are '\(foundImages)', labels '\(foundLabels)'")
      }
      return (foundImages, foundLabels)
    }
    // Two arrays of one length, one of images and one of labels, are what is meant.
    let shapes = try names.map { ($0, try array($0, 0).shape) }
    let pictures = shapes.filter { (3...4).contains($0.1.count) },
      classes = shapes.filter { (1...2).contains($0.1.count) }
    if member == nil, pictures.count == 1, classes.count == 1, pictures[0].1[0] == classes[0].1[0] {
      notes.append("images are '\(pictures[0].0)', labels '\(classes[0].0)'")
      return (pictures[0].0, classes[0].0)
    }
    let there = names.prefix(6).joined(separator: ", ")
    let missing = images.contains(where: names.contains) ? "y_test" : member ?? "x_test"
    throw NPY.Failure(
      reason: "no array \(missing); expected x_test and y_test, or images and labels "
        + "(there: \(there.isEmpty ? "none" : there))")
  }

  // MARK: labels

  private static func labels(
    _ array: any NumberArray, _ name: String, images: Int, limit: Int?, _ notes: inout [String]
  ) throws -> [Int] {
    guard images > 0 else { throw NPY.Failure(reason: "holds no images; pass at least one") }
    let isOneHot = array.shape.count == 2 && array.shape[1] > 1
    guard array.shape.count == 1 || array.shape.count == 2 else {
      throw NPY.Failure(reason: "\(name) is \(array.describedShape); expected one class per image")
    }
    guard array.shape[0] == images else {
      throw NPY.Failure(reason: "\(array.shape[0]) labels (\(name)) for \(images) images; expected one each")
    }
    let count = min(limit ?? images, images)
    let all = try isOneHot ? hot(array, name, count) : whole(array, name, count)
    if isOneHot { notes.append("labels '\(name)' are one-hot, [\(array.shape[1])] each: the class is the 1") }
    if !isOneHot, array.kind == .boolean { notes.append("labels '\(name)' are true and false: classes 1 and 0") }
    if !isOneHot, array.kind == .float { notes.append("labels '\(name)' are floats, all whole numbers") }
    if let place = all.firstIndex(where: { $0 < 0 }) {
      throw NPY.Failure(reason: "label \(all[place]) at position \(place) is out of range; classes count from 0")
    }
    return all
  }

  private static func whole(_ array: any NumberArray, _ name: String, _ count: Int) throws -> [Int] {
    try (0..<count).map { place in
      if let integer = array.integer(place) { return integer }
      let number = array.number(place)
      guard array.kind == .float, let integer = Int(exactly: number) else {
        throw NPY.Failure(
          reason:
            "\(name): label \(number) at position \(place) is not a whole number; save integers (y.astype('int64'))")
      }
      return integer
    }
  }

  /// Rows with a single 1.
  private static func hot(_ array: any NumberArray, _ name: String, _ count: Int) throws -> [Int] {
    let classes = array.shape[1]
    return try (0..<count).map { row in
      let values = (0..<classes).map { array.number(row * array.strides[0] + $0 * array.strides[1]) }
      guard let hot = values.firstIndex(of: 1), values.count(where: { $0 == 0 }) == classes - 1 else {
        throw NPY.Failure(
          reason: "\(name): row \(row) is not one-hot; save one class per image (y.argmax(1))")
      }
      return hot
    }
  }

  // MARK: layout

  /// Where channels, rows and columns are found; nil for the channels of gray images of three dimensions.
  private static func axes(
    _ array: any NumberArray, _ name: String, _ layout: LabeledImages.Layout?, _ usual: LabeledImages.Layout,
    _ notes: inout [String]
  ) throws -> [Int?] {
    guard array.shape.count == 4 else { return [nil, 1, 2] }
    // 4 is a number of channels only where nothing speaks for 1 or 3.
    func isChannels(_ axis: Int, _ counts: [Int]) -> Bool { counts.contains(array.shape[axis]) }
    let counts = isChannels(3, [1, 3]) == isChannels(1, [1, 3]) ? [1, 3, 4] : [1, 3]
    let last = isChannels(3, counts), first = isChannels(1, counts)
    let order: LabeledImages.Layout = layout ?? (last == first ? usual : last ? .nhwc : .nchw)
    if layout == nil, order != usual {
      notes.append("'\(name)' is \(array.describedShape): read as \(order.rawValue) (--layout overrides)")
    }
    return order == .nhwc ? [3, 1, 2] : [1, 2, 3]
  }

  private static func checkedShape(_ shape: [Int], _ name: String) throws -> Shape {
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 && $0 <= 65_536 }) else {
      let size = shape.map(String.init).joined(separator: "×")
      throw NPY.Failure(reason: "\(name) holds images of \(size) (channels, rows, columns); each must be 1 or more")
    }
    return Shape(shape[0], shape[1], shape[2])
  }
}
