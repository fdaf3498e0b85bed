import Foundation
import Recipe
import Tensors
import TestSupport
import Testing

@testable import Datasets

@Suite struct CacheTests {
  private let oracle = Repository.oracle("formats/imagefolder").path

  private func data(_ place: String, _ changes: String..., source: String = "folder") throws -> DataSplits {
    var settings = Settings()
    try settings.set("data", parsing: source)
    try settings.set("data.dir", parsing: place)
    for change in changes { try settings.apply(assignment: change) }
    return try loadData(settings, folders: nowhere)
  }

  private func pixels(_ set: ImageSet, _ index: Int) throws -> [Float] {
    var pixels = [Float](repeating: -1, count: set.imageSize)
    try pixels.withUnsafeMutableBufferPointer { try set.copyImage(index, to: try #require($0.baseAddress)) }
    return pixels
  }

  private func cache(resize: Int = 0) throws -> String {
    let path = "\(try TemporaryFolder().path)/a.images"
    var done = 0
    try ImageCacheWriter.write(try data(oracle, "data.crop=8"), resize: resize, to: path) { done = $0 }
    #expect(done == 30)
    return path
  }

  @Test func `a cache at full size has the images, labels, classes and splits of its folder`() throws {
    let path = try cache(), folder = try data(oracle, "data.crop=24"), cached = try data(path, "data.crop=24")
    #expect(cached.classNames == folder.classNames && cached.train.indices == folder.train.indices)
    #expect(cached.test.indices == folder.test.indices && cached.train.images.labels == folder.train.images.labels)
    for index in 0..<20 { #expect(try pixels(cached.train.images, index) == pixels(folder.train.images, index)) }
    for index in 0..<10 { #expect(try pixels(cached.test.images, index) == pixels(folder.test.images, index)) }
    for index in 0..<20 { #expect(try cached.train.images.original(index) == folder.train.images.original(index)) }
    #expect(try data(path, source: "imagenette").classNames.first == "tench")
    let attacked = try LabeledImages(
      folder: path,
      settings: {
        var settings = Settings()
        try settings.set("data.crop", parsing: "24")
        return settings.data
      }())
    #expect(attacked.count == 10)
  }

  @Test func `a resized cache has the shorter side, and says so`() throws {
    let path = try cache(resize: 20), cached = try data(path, "data.crop=20")
    let raster = try #require(try cached.train.images.original(0)), source = try data(oracle, "data.crop=20")
    #expect((raster.width, raster.height) == (20, 30))
    #expect(try pixels(cached.train.images, 3) == pixels(source.train.images, 3))
    #expect(cached.notes.contains { $0.hasSuffix("decoded images, resized to a shorter side of 20") })
  }

  @Test func `a damaged or cut cache ends in one line`() throws {
    let path = try cache(resize: 8), whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let other = "\(try TemporaryFolder().path)/b.images"
    func message(_ bytes: Data) throws -> String {
      try bytes.write(to: URL(fileURLWithPath: other))
      do {
        _ = try ImageCache(other).load(Preparation(resize: 8, crop: 8))
        return ""
      } catch { return "\(error)" }
    }
    for length in stride(from: 0, to: whole.count, by: 37) {
      let said = try message(whole.prefix(length))
      #expect(said.hasSuffix("make it again with 'dualab data convert'") && !said.contains("\n"), "\(length)")
    }
    var stream = RandomStream(seed: 5, purpose: .test)
    let table = 24 + Int(whole[16]) + Int(whole[17]) << 8 + Int(whole[18]) << 16
    for _ in 0..<400 {
      var bytes = whole
      bytes[16 + Int(stream.below(UInt32(table + 600 - 16)))] = UInt8(stream.below(256))
      try bytes.write(to: URL(fileURLWithPath: other))
      guard let sets = try? ImageCache(other).load(Preparation(resize: 8, crop: 8)) else { continue }
      for index in 0..<sets.train.count { _ = try? pixels(sets.train, index) }
    }
  }

  @Test func `a cache that is cut while it is used ends in one line`() throws {
    let path = try cache(), sets = try ImageCache(path).load(Preparation(resize: 8, crop: 8))
    #expect(try pixels(sets.test, 9).allSatisfy { (0...1).contains($0) })
    #expect(truncate(path, 4000) == 0)
    #expect { try pixels(sets.test, 9) } throws: {
      "\($0)" == "\(path): image 9: became shorter while it was read; read it again"
    }
  }

  @Test func `sizes whose product overflows are refused`() throws {
    let path = try cache(resize: 8)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let table = 24 + Int(bytes[16]) + Int(bytes[17]) << 8 + Int(bytes[18]) << 16
    for place in (table + 8)..<(table + 16) { bytes[place] = 0xFF }
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect { try ImageCache(path) } throws: { "\($0)".contains("image 0 is not in the file") }
  }

  @Test func `a pipe in the place of a file is not waited for`() throws {
    let folder = try TemporaryFolder(), pipe = "\(folder.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(!ImageCache.isCache(pipe) && !LabeledImages.isZip(pipe) && DataKind(path: pipe) == nil)
    #expect { try ImageCache(pipe) } throws: { "\($0)" == "\(pipe): is not a regular file; pass a file" }
    #expect { try LabeledImages(file: pipe) } throws: { "\($0)" == "\(pipe): is not a regular file; pass a file" }
    for source in ["folder", "npz", "idx", "imagenette", "cifar10"] {
      #expect(throws: DataError.self) { try data(pipe, source: source) }
    }
  }

  @Test func `an evaluation says which images of a cache it takes, and how classes are numbered`() throws {
    let path = try cache(resize: 8)
    var settings = Settings()
    try settings.set("data.crop", parsing: "8")
    let notes = try LabeledImages(folder: path, settings: settings.data).notes
    #expect(notes.first == "images of the test set in \(path)")
    #expect(notes.dropFirst().first?.hasPrefix("classes by folder name: 0 n01440764, 1 ") == true, "\(notes)")
  }

  @Test func `what is kept decoded is not converted, and nothing is left behind`() throws {
    let folder = try TemporaryFolder()
    let mirage = try loadData(Settings(), folders: nowhere)
    #expect(throws: DataError.self) {
      try ImageCacheWriter.write(mirage, resize: 0, to: "\(folder.path)/a") { _ in }
    }
    struct Stop: Error {}
    let images = try data(oracle, "data.crop=8")
    #expect(throws: Stop.self) {
      try ImageCacheWriter.write(images, resize: 0, to: "\(folder.path)/a") { _ in throw Stop() }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func `digests of a folder are those of sha256sum`() throws {
    let folder = try TemporaryFolder()
    try Data("abc".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/a"))
    #expect(
      try FileDigests.lines("\(folder.path)/a")
        == ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  \(folder.path)/a"])
    let lines = try FileDigests.lines(oracle)
    #expect(lines.count == 1 && lines[0].hasSuffix("  all 33 files of \(oracle)"), "\(lines)")
  }

  @Test func `a person's path is recognized by what is in it`() throws {
    func kind(_ path: String) -> String? { DataKind(path: path)?.rawValue }
    #expect(try kind(oracle) == "folder" && kind(cache()) == "folder")
    #expect(kind(Repository.oracle("formats/pair_stored.npz").path) == "npz")
    #expect(kind("/nonexistent") == nil)
    #expect(try kind(folder().path) == "idx")
  }
}
