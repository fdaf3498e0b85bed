/// Which folders below a person's folder hold the training and the test images.
enum FolderLayout {
  /// `train`, and `test` or `val`, each with class folders. `unused` is one that is not read.
  case splits(train: BytePath, test: BytePath, unused: BytePath?)
  /// Class folders without such a division.
  case undivided(BytePath)
  /// Class folders in a folder called `val` or `test` alone.
  case testAlone(BytePath)

  private static let trainNames = ["train", "training"]
  private static let testNames = ["test", "testing", "val", "valid", "validation"]

  /// Looks at a folder, and through it where it holds only one folder that is divided. Throws `DataError`.
  init(_ root: BytePath) throws {
    let folders = try Self.folders(root)
    if let found = Self.divided(folders) {
      self = found
      return
    }
    if folders.count == 1, let inner = Self.divided(try Self.folders(folders[0])) {
      self = inner
      return
    }
    self = .undivided(root)
  }

  private static func folders(_ root: BytePath) throws -> [BytePath] {
    guard case .folder = root.kind else { throw DataError("\(root): no such folder; give a folder of images") }
    return try root.entries().filter { !ClassFolders.isHidden($0) }.map(root.appending).filter {
      if case .folder = $0.kind { true } else { false }
    }
  }

  private static func divided(_ folders: [BytePath]) -> FolderLayout? {
    func named(_ names: [String]) -> [BytePath] {
      names.compactMap { name in folders.first { BytePath.text($0.name).lowercased() == name } }
    }
    let train = named(trainNames).first, tests = named(testNames)
    // A class may be called "train"; among other class folders it is one.
    if let train {
      if let test = tests.first { return .splits(train: train, test: test, unused: tests.dropFirst().first) }
      return folders.count == 1 ? .undivided(train) : nil
    }
    return tests.count == folders.count ? tests.first.map { .testAlone($0) } : nil
  }
}
