import Tensors

/// Sets of images from class folders.
struct FolderData {
  let settings: DataSettings
  let preparation: Preparation
  /// Stands in the note that says how images were brought to one size; the rest of the note depends on the settings.
  static let resized = ", shorter side resized to"
  /// Share of each class that becomes the test set of folders without one.
  private static let testShare = 0.2
  /// Broken files that are listed one by one.
  private static let listed = 10

  init(_ settings: DataSettings, preparation: Preparation? = nil) {
    self.settings = settings
    self.preparation = preparation ?? Preparation(settings)
  }

  /// The folder of `data.dir`, or the cache that it names; nil where it is empty. Throws `DataError`.
  static func root(_ settings: DataSettings, _ folders: DataFolders, holding contents: String) throws -> String? {
    let path = folders.expanded(settings.folder)
    return ImageCache.isCache(path) ? path : try folders.given(settings.folder, holding: contents)
  }

  /// Training and test images below a folder; without a test folder a fifth of each class, drawn by a fixed seed, is
  /// the test set. Throws `DataError`.
  func load(_ root: BytePath) throws -> (train: ImageSet, test: ImageSet) {
    if case .file = root.kind { return try ImageCache(root.description).load(preparation) }
    switch try FolderLayout(root) {
    case .splits(let train, let test, let unused):
      let learning = try ClassFolders(train), testing = try ClassFolders(test)
      try Self.checkForTraining(learning)
      let labels = try Self.labels(of: testing, among: learning)
      let notes = unused.map { ["\($0): not used; \(test) is the test set, validation is a part of \(train)"] } ?? []
      return try pair(
        set(learning, learning.files, notes: learning.notes + notes),
        set(testing, labels, names: learning.names, notes: testing.notes))
    case .undivided(let folder):
      let all = try ClassFolders(folder)
      try Self.checkForTraining(all)
      let (train, test) = Self.divided(all.files)
      let note =
        "\(folder): no val or test folder: a fifth of each class (\(plural(test.count, "image"))), drawn by a fixed seed, is "
        + "the test set"
      return try pair(set(all, train, notes: all.notes + [note]), set(all, test, notes: []))
    case .testAlone(let folder):
      throw DataError("\(folder): test images and no training images; add a folder 'train' beside it")
    }
  }

  /// The images to evaluate on: the test folder where there is one, otherwise all of the class folders; the first
  /// `limit` of an order in which they are a fair sample, with their numbers among all where the split does not have
  /// them. Only these are read. Throws `DataError`.
  func evaluation(_ root: BytePath, limit: Int?) throws -> (split: Split, numbers: [Int]?) {
    if case .file = root.kind {
      let set = try ImageCache(root.description).test(preparation)
      return (Split(set, indices: set.fairOrder), nil)
    }
    let folders: ClassFolders, files: [ClassFolders.File]
    var names: [[UInt8]]?, notes: [String] = []
    switch try FolderLayout(root) {
    case .splits(let train, let test, _):
      let learning = try ClassFolders(train)
      folders = try ClassFolders(test)
      files = try Self.labels(of: folders, among: learning)
      names = learning.names
      notes = ["images of \(test)"]
    case .undivided(let folder):
      folders = try ClassFolders(folder)
      files = folders.files
      notes = [
        "\(folder): no val or test folder, so all images count; a network trained on this folder has seen most of them"
      ]
    case .testAlone(let folder):
      folders = try ClassFolders(folder)
      files = folders.files
      notes = ["images of \(folder)"]
    }
    let classes = (names ?? folders.names).map(BytePath.text)
    notes.append(ClassFolders.order(classes))
    let order = ImageSet.fairOrder(of: files.map(\.label), classes: classes.count)
    let check = try FolderCheck(order.prefix(limit ?? files.count).map { files[$0] }, preparation)
    let set = try set(folders, check, names: names, notes: notes + folders.notes)
    return (Split(set), check.files.map(\.number))
  }

  // MARK: parts

  private static func checkForTraining(_ folders: ClassFolders) throws {
    guard folders.names.count >= 2 else {
      throw DataError(
        "\(folders.root): one class folder ('\(folders.classNames[0])'); a network needs at least two classes to tell apart"
      )
    }
    guard folders.empty.isEmpty else {
      throw DataError(
        "\(folders.root): no images of \(some(folders.empty.map { "'\($0)'" })); add some, or remove the empty class folder"
      )
    }
  }

  /// The test files with the labels of the training classes.
  private static func labels(of test: ClassFolders, among train: ClassFolders) throws -> [ClassFolders.File] {
    let places = try test.names.map { name in
      guard let place = train.names.firstIndex(of: name) else {
        throw DataError(
          "\(test.root): the class '\(BytePath.text(name))' is not in \(train.root); both need the same class folders")
      }
      return place
    }
    return test.files.map { .init(path: $0.path, label: places[$0.label], number: $0.number) }
  }

  /// Draws a share of each class, at least one image of every class that has two; both parts keep the order.
  static func divided(_ files: [ClassFolders.File]) -> (train: [ClassFolders.File], test: [ClassFolders.File]) {
    var drawn = Set<Int>()
    for (label, places) in Dictionary(grouping: files.indices, by: { files[$0].label }) where places.count > 1 {
      var stream = RandomStream(seed: 0, purpose: .validationSplit, example: UInt32(label) + 1)
      let count = min(max(Int((Double(places.count) * testShare).rounded()), 1), places.count - 1)
      drawn.formUnion(stream.permutation(places.count).prefix(count).map { places[$0] })
    }
    return (
      files.indices.filter { !drawn.contains($0) }.map { files[$0] },
      files.indices.filter(drawn.contains).map { files[$0] }
    )
  }

  private func pair(_ train: ImageSet, _ test: ImageSet) throws -> (train: ImageSet, test: ImageSet) {
    guard (train.height, train.width) == (test.height, test.width) else {
      throw DataError(
        "training images of \(train.width)×\(train.height) and test images of \(test.width)×\(test.height); "
          + "set data.crop=SIDE to bring them to one size")
    }
    guard train.count >= 2 else { throw DataError("one training image; at least two are needed, one for validation") }
    return (train, test)
  }

  private func set(
    _ folders: ClassFolders, _ files: [ClassFolders.File], names: [[UInt8]]? = nil, notes: [String]
  ) throws -> ImageSet {
    try set(folders, FolderCheck(files, preparation), names: names, notes: notes)
  }

  private func set(
    _ folders: ClassFolders, _ check: FolderCheck, names: [[UInt8]]?, notes: [String]
  ) throws -> ImageSet {
    let count = check.files.count + check.broken.count
    guard count > 0 else { throw DataError("\(folders.root): holds no image in its class folders; add some") }
    var notes = notes
    if let first = check.broken.first {
      let share = "\(check.broken.count) of \(plural(count, "file"))"
      guard settings.skipsBroken, !check.files.isEmpty else {
        throw DataError(
          "\(first.path): \(first.reason); replace or remove it, or skip broken files with data.skip_broken=on "
            + "(\(share) cannot be read)", details: Self.list(check.broken))
      }
      notes.append(
        "\(folders.root): \(share) skipped, broken: \(some(check.broken.map { "\($0.path) (\($0.reason))" }))")
    }
    let size = try size(check, folders.root)
    if !preparation.isNone, check.sizes.count > 1 || check.headers[0].width != size.width {
      notes.append(
        "\(folders.root): images of \(plural(check.sizes.count, "size"))\(Self.resized) \(preparation.resize), "
          + "center crop \(preparation.crop)×\(preparation.crop)")
    }
    if check.sizes.count > 1 {
      notes.append("\(folders.root): \(some(check.sizes.map { "\($0.count) of \($0.size)" }, 5))")
    }
    let names = names ?? folders.names
    let seen = Set(check.files.map(\.label)), empty = names.indices.filter { !seen.contains($0) }
    if !empty.isEmpty {
      notes.append("\(folders.root): no images of \(some(empty.map { "'\(BytePath.text(names[$0]))'" }))")
    }
    return ImageSet(
      height: size.height, width: size.width, source: FolderImages(files: check.files.map(\.path)),
      preparation: preparation, labels: check.files.map(\.label), classNames: names.map(BytePath.text),
      notes: notes + check.notes(isGray: preparation.isGray))
  }

  /// The first broken files, a line each, where there is more than one.
  private static func list(_ broken: [(path: BytePath, reason: String)]) -> [String] {
    guard broken.count > 1 else { return [] }
    let lines = broken.prefix(listed).map { "\($0.path): \($0.reason)" }
    return lines + (broken.count > listed ? ["and \(broken.count - listed) more"] : [])
  }

  private func size(_ check: FolderCheck, _ root: BytePath) throws -> (width: Int, height: Int) {
    guard preparation.isNone else { return (preparation.crop, preparation.crop) }
    let sizes = check.sizes
    guard sizes.count == 1 else {
      throw DataError(
        "\(root): images of \(sizes.count) sizes (\(some(sizes.map { "\($0.count) of \($0.size)" }))); set data.crop=SIDE, "
          + "and data.resize=SIDE for the shorter side before it, to bring them to one")
    }
    return (check.headers[0].width, check.headers[0].height)
  }
}
