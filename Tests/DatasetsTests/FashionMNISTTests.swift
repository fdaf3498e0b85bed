import Datasets
import Foundation
import Recipe
import Testing

@Suite struct FashionMNISTTests {
  @Test func `Debian's package is found, whole and balanced`() throws {
    var settings = Settings()
    try settings.set("data", parsing: "fashion-mnist")
    let data = try loadData(settings, folders: DataFolders(home: nil))
    #expect(data.description == "fashion-mnist 28×28×1, 54000 train, 6000 validation, 10000 test")
    #expect(!data.constructed && data.classNames.count == 10)
    for (set, each) in [(data.train.images, 6000), (data.test.images, 1000)] {
      for label in 0..<10 { #expect(set.labels.count { $0 == label } == each) }
    }
    // The first training image is an ankle boot, its first row is empty.
    #expect(data.train.images.labels[0] == 9)
    guard case .levels(let levels) = data.train.images.pixels else {
      Issue.record("bytes are not kept as bytes")
      return
    }
    #expect(levels[0..<28].allSatisfy { $0 == 0 } && levels[0..<784].contains { $0 > 200 })
  }

  @Test func `where the set is absent one line says how to get it`() throws {
    var settings = Settings()
    try settings.set("data", parsing: "fashion-mnist")
    let error = #expect(throws: DataError.self) {
      try loadData(settings, folders: DataFolders(home: "/home/none", system: "/nonexistent"))
    }
    #expect(
      error?.description == "fashion-mnist: not found in /nonexistent/fashion-mnist, "
        + "~/.local/share/dualab/fashion-mnist, ~/.cache/dualab/fashion-mnist, ~/datasets/fashion-mnist; "
        + "run 'apt-get install dataset-fashion-mnist' or set data.dir=FOLDER")
  }

  @Test func `the system's folder comes before the person's, and data.dir before both`() throws {
    let system = try TemporaryFolder(), home = try TemporaryFolder(), given = try folder()
    func load(_ directory: String) throws -> Int {
      try loadData(try fashion(directory), folders: DataFolders(home: home.path, system: system.path)).train.images
        .count
    }
    let personal = home.path + "/.local/share/dualab"
    try FileManager.default.createDirectory(atPath: personal, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: given.path, toPath: personal + "/fashion-mnist")
    #expect(try load("") == 10)
    #expect(try load("~/.local/share/dualab/fashion-mnist") == 10)
    try FileManager.default.createDirectory(atPath: system.path + "/fashion-mnist", withIntermediateDirectories: true)
    let error = #expect(throws: DataError.self) { try load("") }
    #expect(error?.description.hasPrefix(system.path + "/fashion-mnist: train-images-idx3-ubyte and ") == true)
    #expect(try load(given.path) == 10)
  }

  @Test func `a data.dir that is no folder, or lacks a file, is named`() throws {
    let none = #expect(throws: DataError.self) { try loadData(try fashion("/nonexistent/x"), folders: nowhere) }
    #expect(
      none?.description
        == "data.dir: '/nonexistent/x' is not a folder; pass the folder of the four IDX files of Fashion-MNIST")
    let folder = try folder()
    try FileManager.default.removeItem(atPath: folder.path + "/t10k-labels-idx1-ubyte")
    let missing = #expect(throws: DataError.self) { try loadData(try fashion(folder.path), folders: nowhere) }
    #expect(
      missing?.description == "\(folder.path): t10k-labels-idx1-ubyte and t10k-labels-idx1-ubyte.gz are both missing; "
        + "add one of them, or set data.dir=FOLDER")
  }

  @Test func `a folder in the place of a file is an error`() throws {
    let folder = try folder()
    let path = folder.path + "/t10k-labels-idx1-ubyte"
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let error = #expect(throws: DataError.self) { try loadData(try fashion(folder.path), folders: nowhere) }
    #expect(error?.description == "\(path): is a folder; pass a file")
  }
}
