import CJPEG
import CPNG
import Foundation

/// What the header of an image file says.
struct ImageHeader: Hashable, Sendable {
  /// What it is compressed by.
  enum Format: String, Sendable {
    case jpeg = "JPEG"
    case png = "PNG"
  }

  let format: Format
  let width: Int
  let height: Int
  /// Channels of the file, before it becomes RGB.
  let channels: Int
  /// Bits of a channel.
  let bits: Int
  /// True where pixels may be transparent.
  let hasAlpha: Bool
  /// EXIF's orientation, 2 … 8 where a viewer would turn the image; 0 or 1 where not.
  let orientation: Int

  var pixels: Int { width * height }
}

/// A JPEG or PNG file, decoded to what Pillow's `convert("RGB")` gives: gray and palettes become RGB, alpha is dropped,
/// the orientation of EXIF is ignored, CMYK is inverted as Adobe writes it. Of 16 bits the upper 8 are taken.
///
/// What a file is, its first bytes tell, not its name. Nothing is allocated by a header before its size is accepted.
enum ImageFile {
  /// Why an image cannot be read, in words that follow the file's name.
  struct Failure: Error, Hashable {
    let reason: String
  }

  /// Pixels of an image at most: 150 MB decoded.
  static let largest = 50_000_000
  /// Memory of the library while it decodes: coefficients of a progressive file.
  private static let memory = 512 << 20
  /// Room for a message of the C side, which its headers give.
  private static let messageSize = 256

  /// Reads the header. Throws `Failure`.
  static func header(_ data: Data) throws -> ImageHeader {
    let format = try format(data)
    let header: ImageHeader
    switch format {
    case .jpeg:
      var info = cjpeg_info()
      try call(data) { cjpeg_header($0, $1, &info, $2) }
      header = ImageHeader(
        format: format, width: Int(info.width), height: Int(info.height), channels: Int(info.channels), bits: 8,
        hasAlpha: false, orientation: Int(info.orientation))
    case .png:
      var info = cpng_info()
      try call(data) { cpng_header($0, $1, &info, $2) }
      header = ImageHeader(
        format: format, width: Int(info.width), height: Int(info.height), channels: Int(info.channels),
        bits: Int(info.bits), hasAlpha: info.has_alpha != 0, orientation: 0)
    }
    guard header.width > 0, header.height > 0, header.pixels <= largest else {
      throw Failure(
        reason: "\(format.rawValue) of \(header.width)×\(header.height); at most \(largest / 1_000_000) million pixels "
          + "are read")
    }
    return header
  }

  /// The header and the pixels. Throws `Failure`.
  static func decode(_ data: Data) throws -> (header: ImageHeader, raster: Raster) {
    let header = try header(data)
    let size = header.pixels * 3
    let levels = try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      guard let base = buffer.baseAddress else { return }
      switch header.format {
      case .jpeg: try call(data) { cjpeg_decode($0, $1, base, size, memory, $2) }
      case .png: try call(data) { cpng_decode($0, $1, base, size, $2) }
      }
      count = size
    }
    return (header, Raster(width: header.width, height: header.height, levels: levels))
  }

  /// Reads a file to its end without keeping pixels, to see that it is whole; for JPEG in less time than decoding
  /// takes. Throws `Failure`.
  static func check(_ data: Data) throws -> ImageHeader {
    let header = try header(data)
    guard header.format == .jpeg else { return try decode(data).header }
    try call(data) { cjpeg_decode($0, $1, nil, 0, memory, $2) }
    return header
  }

  private static func call(
    _ data: Data, _ body: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<CChar>) -> Int32
  ) throws {
    let failure: String? = withUnsafeTemporaryAllocation(of: CChar.self, capacity: messageSize) { message in
      guard let text = message.baseAddress else { return "no memory" }
      text.pointee = 0
      let status = data.withUnsafeBytes { body($0.bindMemory(to: UInt8.self).baseAddress, data.count, text) }
      return status == 0 ? nil : String(cString: text)
    }
    if let failure { throw Failure(reason: failure) }
  }

  /// Throws `Failure` saying what else it is.
  private static func format(_ data: Data) throws -> ImageHeader.Format {
    let start = [UInt8](data.prefix(16))
    if start.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
    guard !start.isEmpty else { throw Failure(reason: "empty file") }
    let other = others.first { start.dropFirst($0.offset).starts(with: $0.magic.utf8) }
    throw Failure(
      reason: other.map { "a \($0.name) file; only JPEG and PNG are read: convert it" } ?? "neither JPEG nor PNG")
  }

  /// Formats that are named and not read.
  private static let others = [
    (name: "GIF", offset: 0, magic: "GIF8"), (name: "WebP", offset: 8, magic: "WEBP"),
    (name: "BMP", offset: 0, magic: "BM"), (name: "TIFF", offset: 0, magic: "II*\0"),
    (name: "TIFF", offset: 0, magic: "MM\0*"), (name: "HEIF or AVIF", offset: 4, magic: "ftyp"),
  ]
}
