import Foundation
import Tensors
import TestSupport
import Testing

@testable import Datasets

@Suite struct ImageFileTests {
  /// The names of an oracle's tensors; none where it is missing, which the count tells.
  static func names(_ oracle: String) -> [String] { (try? Oracle(oracle))?.file.tensors.keys.sorted() ?? [] }

  private func data(_ path: String) throws -> Data { try Data(contentsOf: Repository.oracle(path)) }

  @Test func `there are 32 images of Pillow`() { #expect(Self.names("images/pixels").count == 32) }

  @Test(arguments: names("images/pixels")) func `an image has the pixels that Pillow reads`(name: String) throws {
    let oracle = try Oracle("images/pixels")
    let (header, raster) = try ImageFile.decode(try data("images/\(name)"))
    #expect(oracle.shape(name) == [raster.height, raster.width, 3])
    let distances = zip(raster.levels, [UInt8](try #require(oracle.file.tensors[name]).bytes)).map {
      abs(Int($0) - Int($1))
    }
    // Versions of libjpeg-turbo round differently by a level.
    #expect((distances.max() ?? 255) <= (header.format == .png ? 0 : 1))
    #expect(try ImageFile.check(try data("images/\(name)")) == header)
  }

  @Test func `headers tell the channels, the alpha and the orientation`() throws {
    func header(_ name: String) throws -> ImageHeader { try ImageFile.header(try data("images/\(name)")) }
    #expect(try header("jpeg_orientation6.jpg").orientation == 6)
    #expect(try header("jpeg_420.jpg").orientation == 0)
    #expect(try header("jpeg_cmyk.jpg").channels == 4)
    #expect(try header("jpeg_gray.jpg").channels == 1)
    #expect(
      try ["png_rgba.png", "png_palette_transparent.png", "png_gray_transparent.png"].allSatisfy {
        try header($0).hasAlpha
      })
    #expect(try !header("png_rgb.png").hasAlpha)
    #expect(try header("png_gray16.png").bits == 16)
  }

  @Test(arguments: [
    ("image_truncated.JPEG", "its data end early (truncated)"), ("image_empty.JPEG", "empty file"),
    ("image_text.JPEG", "neither JPEG nor PNG"), ("image_png_bad_crc.png", "IHDR: CRC error"),
    ("image_png_huge.png", "Invalid IHDR data"), ("image_png_truncated.png", "its data end early (truncated)"),
  ]) func `a malformed image is refused with its reason`(name: String, reason: String) throws {
    let file = try data("malformed/\(name)")
    #expect(throws: ImageFile.Failure(reason: reason)) { try ImageFile.decode(file) }
    #expect(throws: ImageFile.Failure(reason: reason)) { try ImageFile.check(file) }
  }

  @Test func `a damaged profile or text does not matter to the pixels`() throws {
    let raster = try ImageFile.decode(try data("thin/png_damaged_profile.png")).raster
    #expect((raster.width, raster.height) == (8, 6))
    let expected = (0..<48).flatMap { (place: Int) -> [UInt8] in
      let level = UInt8(3 * (place % 8 + place / 8))
      return [level, level, level]
    }
    #expect(raster.levels == expected)
  }

  @Test(arguments: ["jpeg_420.jpg", "jpeg_progressive.jpg", "jpeg_cmyk.jpg", "png_rgb.png", "png_interlaced.png"])
  func `a file cut anywhere is refused`(name: String) throws {
    let whole = try data("images/\(name)")
    // The last bytes of a baseline file only say that it ends.
    for length in stride(from: 0, to: whole.count - 40, by: 13) {
      #expect(throws: ImageFile.Failure.self, "\(length)") { try ImageFile.decode(whole.prefix(length)) }
      #expect(throws: ImageFile.Failure.self, "\(length)") { try ImageFile.check(whole.prefix(length)) }
    }
  }

  @Test func `a header of more than 50 million pixels is refused before anything is allocated`() throws {
    var jpeg = try data("images/jpeg_420.jpg")
    let frame = try #require(jpeg.firstRange(of: Data([0xFF, 0xC0]))).lowerBound
    jpeg.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0x00, 0xFF, 0x00])
    let error = #expect(throws: ImageFile.Failure.self) { try ImageFile.decode(jpeg) }
    #expect(error?.reason == "JPEG of 65280×65280; at most 50 million pixels are read")
  }

  @Test func `formats that are not read are named`() {
    for (start, name) in [("GIF89a", "GIF"), ("RIFF....WEBPVP8 ", "WebP"), ("BM......", "BMP"), ("II*\0....", "TIFF")] {
      let error = #expect(throws: ImageFile.Failure.self) { try ImageFile.decode(Data(start.utf8)) }
      #expect(error?.reason == "a \(name) file; only JPEG and PNG are read: convert it")
    }
  }

  /// No mutation may trap or hang; what is read has the size its header says.
  @Test func `mutated files end in an image or in a reason`() throws {
    var stream = RandomStream(seed: 7, purpose: .test)
    for name in ["jpeg_420.jpg", "jpeg_progressive.jpg", "jpeg_cmyk.jpg", "png_palette4.png", "png_interlaced.png"] {
      let whole = try data("images/\(name)")
      for _ in 0..<150 {
        var file = whole
        for _ in 0...stream.below(3) { file[Int(stream.below(UInt32(file.count)))] = UInt8(stream.below(256)) }
        if let header = try? ImageFile.header(file), header.pixels > 1_000_000 { continue }
        guard let (header, raster) = try? ImageFile.decode(file) else { continue }
        #expect(raster.levels.count == header.pixels * 3)
      }
    }
  }
}

@Suite struct ResamplingTests {
  @Test(arguments: ImageFileTests.names("images/resized"))
  func `resizing is Pillow's to the bit`(name: String) throws {
    let oracle = try Oracle("images/resized")
    let photo = try ImageFile.decode(try Data(contentsOf: Repository.oracle("images/photo.png")))
    let size = name.split(separator: "x").compactMap { Int($0) }
    let resized = photo.raster.resized(width: size[1], height: size[0])
    #expect(oracle.shape(name) == [resized.height, resized.width, 3])
    #expect(resized.levels == [UInt8](try #require(oracle.file.tensors[name]).bytes))
  }

  @Test func `the shorter side gets the size, the longer one in proportion, rounded down`() {
    #expect(Raster.size(61, 45, shorterSide: 32) == (43, 32))
    #expect(Raster.size(45, 61, shorterSide: 32) == (32, 43))
    #expect(Raster.size(9, 9, shorterSide: 4) == (4, 4))
  }

  @Test func `the middle begins half the rest in, rounded down`() {
    let image = Raster(width: 5, height: 2, levels: (0..<30).map { UInt8($0) })
    #expect(image.centered(2).levels == [3, 4, 5, 6, 7, 8, 18, 19, 20, 21, 22, 23])
    #expect(image.centered(2) == image.cropped(to: .init(left: 1, top: 0, width: 2, height: 2)))
  }
}
