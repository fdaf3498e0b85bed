import Archives
import Foundation
import Tensors

/// An archive of arrays, as `numpy.savez` and `savez_compressed` write it. Arrays are unpacked as they are read, and no
/// more of them than is needed.
struct NPZ {
  private static let use = ZipUse(
    kind: "any .npz", damaged: "copy or download it again", rewrite: "write it again with numpy.savez")

  private let archive: ZipArchive

  /// Opens a file. Throws `DataError`.
  init(_ path: String) throws {
    do {
      let file = try InputFile(URL(fileURLWithPath: path))
      guard try file.prefix(2) == Array("PK".utf8) else {
        throw FileError("is not a zip archive, so no .npz; write it again with numpy.savez")
      }
      archive = try ZipArchive(file, Self.use)
    } catch let error as FileError {
      let exists = FileManager.default.fileExists(atPath: path)
      throw DataError("\(path): \(exists ? error.description : "no such file; pass the path of an .npz")")
    }
  }

  /// The arrays' names, sorted.
  var names: [String] {
    archive.entries.keys.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }.sorted()
  }

  /// An array, or its first `rows`. A checksum is compared where all of it is read. Throws `NPY.Failure`.
  func array(_ name: String, rows: Int? = nil) throws -> NPY {
    guard let entry = archive.entries["\(name).npy"] else { throw NPY.Failure(reason: "no member \(name)") }
    do {
      let stream = try archive.stream("\(name).npy")
      let array = try NPY(total: stream.size, packed: entry.packed, rows: rows) { try stream.read($0, $1) }
      if array.isWhole { try stream.finish() }
      return array
    } catch let failure as NPY.Failure {
      throw NPY.Failure(reason: "\(name) \(failure.helped(by: "write it again with numpy.savez"))")
    } catch let error as FileError {
      throw NPY.Failure(reason: error.description)
    }
  }
}

extension NPY {
  /// The array of a `.npy` file, or its first `rows`. Throws `Failure` or `DataError`.
  init(contentsOf path: String, rows: Int?) throws {
    do {
      let file = try InputFile(URL(fileURLWithPath: path))
      var place = 0
      try self.init(total: file.count, packed: file.count, rows: rows) { target, count in
        try file.read(from: place, count).withUnsafeBytes { bytes in
          if let start = bytes.baseAddress { memcpy(target, start, count) }
        }
        place += count
      }
    } catch let error as FileError { throw DataError("\(path): \(error)") }
  }
}
