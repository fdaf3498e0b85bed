import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

/// Numpy's archives in and out, whole and damaged.
struct NPZTests {
  private func path(_ name: String) -> String { Repository.oracle(name).path }

  /// The line that reading fails with.
  private func failure(_ path: String, layout: LabeledImages.Layout = .nhwc) -> String {
    do {
      _ = try LabeledImages(npz: path, layout: layout)
    } catch let error as DataError {
      #expect(error.description.hasPrefix(path), "the file is named")
      #expect(!error.description.contains("\n"))
      return error.description
    } catch {
      return "\(error)"
    }
    return "read as good data"
  }

  @Test(arguments: ["pair_stored", "pair_deflated", "pair_fortran"])
  func everyWayOfPackingGivesTheSameImages(name: String) throws {
    let expected = try Oracle("formats/npz_expected")
    let images = try LabeledImages(npz: path("formats/\(name).npz"))
    let shape = expected.shape("x_test")
    #expect(images.shape == Shape(shape[3], shape[1], shape[2]))
    #expect(images.labels == (try expected.integers("y_test")))
    #expect(images.indices == Array(0..<shape[0]))
    let levels = try expected.file.bytes("x_test")
    var place = 0
    for image in 0..<shape[0] {
      for row in 0..<shape[1] {
        for column in 0..<shape[2] {
          for channel in 0..<shape[3] {
            let pixel = ((image * shape[3] + channel) * shape[1] + row) * shape[2] + column
            #expect(images.pixels[pixel] == Float(levels[place]) / 255)
            place += 1
          }
        }
      }
    }
  }

  @Test func aLimitTakesTheFirstImages() throws {
    let all = try LabeledImages(npz: path("formats/pair_stored.npz"))
    let two = try LabeledImages(npz: path("formats/pair_stored.npz"), limit: 2)
    #expect(two.labels == Array(all.labels.prefix(2)))
    #expect(two.pixels == Array(all.pixels.prefix(2 * all.shape.planarCount)))
    #expect(try LabeledImages(npz: path("formats/pair_stored.npz"), limit: 99).count == all.count)
  }

  @Test func aLayoutOfChannelsFirstIsReadAsSuch() throws {
    let images = try LabeledImages(npz: path("formats/pair_stored.npz"), layout: .nchw)
    #expect(images.shape == Shape(6, 7, 3))
    let levels = try Oracle("formats/npz_expected").file.bytes("x_test")
    #expect(images.pixels == levels.map { Float($0) / 255 })
  }

  @Test(arguments: [
    ("missing_y", "no array y_test"), ("count_mismatch", "4 labels (y_test) for 5 images"),
    ("label_range", "label -1 at position 2 is out of range"), ("not_zip", "is a damaged or incomplete zip file"),
    ("object_dtype", "x_test holds Python objects ('|O')"), ("shape_overflow", "x_test is 4294967296×4294967296×3×3"),
    ("shape_negative", "x_test has the negative dimension -5"), ("data_short", "the data are 9 bytes short"),
    ("bad_crc", "its entry 'x_test.npy' is cut off or does not match its checksum"),
  ])
  func damagedArchivesEndInOneLine(name: String, problem: String) {
    let line = failure(path("malformed/npz_\(name).npz"))
    #expect(line.contains(problem), "\(line)")
  }

  @Test func everyDamagedArchiveOfTheListIsTested() throws {
    let listed = try FileManager.default.contentsOfDirectory(atPath: path("malformed")).filter { $0.hasPrefix("npz_") }
    #expect(listed.count == 10, "nine above, and the big-endian one below")
  }

  /// A million images in 200 kB, and 2^34 in one more: no more is unpacked than is asked for.
  @Test(arguments: ["bomb_200MB", "claims_1TB"]) func onlyWhatIsNeededIsUnpacked(name: String) throws {
    let images = try LabeledImages(npz: path("formats/\(name).npz"), limit: 3)
    let level: Float = name == "bomb_200MB" ? 0 : 1
    #expect(images.labels == [1, 1, 1] && images.pixels.allSatisfy { $0 == level })
    #expect(images.pixels.count == 3 * images.shape.planarCount)
  }

  @Test func moreImagesThanMemoryAreRefusedBeforeTheyAreUnpacked() {
    let line = failure(path("formats/claims_1TB.npz"))
    #expect(line.contains("x_test is 17179869184×8×8×1: it unpacks to 1048576 MB from 0 MB"), "\(line)")
    #expect(line.hasSuffix("use fewer with --limit"), "\(line)")
  }

  @Test func aSizeThatLiesIsRefused() throws {
    let whole = try Data(contentsOf: Repository.oracle("formats/pair_deflated.npz"))
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("lies-\(UUID().uuidString).npz")
    defer { try? FileManager.default.removeItem(at: file) }
    let entry = try #require(whole.range(of: Data([0x50, 0x4B, 1, 2])))
    for (size, words) in [(UInt32(0xFFFF_FFF0), "bytes longer"), (0, "wrong magic"), (200, "bytes short")] {
      var lying = whole
      for byte in 0..<4 { lying[entry.lowerBound + 24 + byte] = UInt8(truncatingIfNeeded: size >> UInt32(8 * byte)) }
      try lying.write(to: file)
      #expect(failure(file.path).contains(words), "\(failure(file.path))")
    }
  }

  @Test func bigEndianLabelsAreDecoded() throws {
    let images = try LabeledImages(npz: path("malformed/npz_big_endian.npz"))
    #expect(images.labels == (try Oracle("formats/npz_expected").integers("y_test")))
  }

  @Test func anArchiveCutAnywhereIsRefused() throws {
    let whole = try Data(contentsOf: Repository.oracle("formats/pair_deflated.npz"))
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("cut-\(UUID().uuidString).npz")
    defer { try? FileManager.default.removeItem(at: file) }
    for length in stride(from: 0, to: whole.count, by: 7) {
      try whole.prefix(length).write(to: file)
      #expect(failure(file.path) != "read as good data", "\(length) bytes")
    }
  }

  @Test func noChangedByteCrashesTheReader() throws {
    let whole = try Data(contentsOf: Repository.oracle("formats/pair_deflated.npz"))
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("changed-\(UUID().uuidString).npz")
    defer { try? FileManager.default.removeItem(at: file) }
    for place in whole.indices {
      var changed = whole
      changed[place] ^= 0xFF
      try changed.write(to: file)
      // Bytes that nobody reads, such as dates, may change; pixels may not.
      if let images = try? LabeledImages(npz: file.path) {
        #expect(images.labels == (try Oracle("formats/npz_expected").integers("y_test")), "byte \(place)")
      }
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("written-\(UUID().uuidString).npz")
    defer { try? FileManager.default.removeItem(at: file) }
    let pixels = (0..<24).map { Float($0) / 24 }
    var archive = NPZWriter()
    try archive.add("x_test", shape: [2, 2, 3, 2], floats: pixels)
    try archive.add("y_test", shape: [2], integers: [7, 1])
    try archive.write(to: file)
    let images = try LabeledImages(npz: file.path, layout: .nchw)
    #expect(images.shape == Shape(2, 3, 2))
    #expect(images.pixels == pixels)
    #expect(images.labels == [7, 1])
  }

  @Test(arguments: [1.5, -0.01, Float.nan])
  func pixelsOutsideOfTheUnitIntervalAreRefused(pixel: Float) throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("range-\(UUID().uuidString).npz")
    defer { try? FileManager.default.removeItem(at: file) }
    var archive = NPZWriter()
    try archive.add("x_test", shape: [2, 1, 2, 1], floats: [0, 1, 0.5, pixel])
    try archive.add("y_test", shape: [2], integers: [0, 1])
    try archive.write(to: file)
    #expect(failure(file.path).contains("image 1 has a pixel \(pixel) outside [0, 1]"))
  }

  @Test func wrongTypesAndShapesAreNamed() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("types-\(UUID().uuidString).npz")
    defer { try? FileManager.default.removeItem(at: file) }
    func line(_ fill: (inout NPZWriter) throws -> Void) throws -> String {
      var archive = NPZWriter()
      try fill(&archive)
      try archive.write(to: file)
      return failure(file.path)
    }
    let labels = try line {
      try $0.add("x_test", shape: [1, 1, 1, 1], floats: [0])
      try $0.add("y_test", shape: [1], floats: [0.5])
    }
    #expect(labels.contains("y_test: label 0.5 at position 0 is not a whole number"), "\(labels)")
    let levels = try line {
      try $0.add("x_test", shape: [1, 1, 1, 1], integers: [300])
      try $0.add("y_test", shape: [1], integers: [0])
    }
    #expect(levels.contains("x_test holds 8-byte whole numbers outside 0 … 255; save uint8"), "\(levels)")
    let flat = try line {
      try $0.add("x_test", shape: [1, 4], floats: [0, 0, 0, 0])
      try $0.add("y_test", shape: [1], integers: [0])
    }
    #expect(flat.contains("x_test is 1×4; expected images of 4 dimensions"), "\(flat)")
    let none = try line {
      try $0.add("x_test", shape: [0, 2, 2, 1], floats: [])
      try $0.add("y_test", shape: [0], integers: [])
    }
    #expect(none.contains("holds no images"), "\(none)")
    #expect(failure("/nowhere/images.npz").contains("no such file"))
  }
}
