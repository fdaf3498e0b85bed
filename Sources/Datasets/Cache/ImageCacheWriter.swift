import Foundation
import Tensors

/// Writes decoded images into a cache. Memory does not grow with their number.
package struct ImageCacheWriter {
  /// Images decoded at a time.
  private static let chunk = 64

  /// Decodes all images of both sets, the shorter side resized to `resize` (0: not), into a new file, which is whole or
  /// not there. Throws `DataError`, or what `progress` (images so far) throws.
  package static func write(_ data: DataSplits, resize: Int, to path: String, progress: (Int) throws -> Void) throws {
    let sets = [data.train.images, data.test.images]
    guard sets.allSatisfy(\.isDecodedOnDemand) else {
      throw DataError("\(data.name): its images are kept decoded already; only folders of image files are converted")
    }
    let header = ImageCache.Header(
      classes: data.classNames, train: sets[0].count, test: sets[1].count, resize: resize,
      notes: data.notes.filter { !$0.contains(FolderData.resized) })
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let json = try? encoder.encode(header) else { throw DataError("\(path): a class name cannot be written") }
    let file = try NewFile(path)
    let table = 24 + json.count, count = sets[0].count + sets[1].count
    var rows = Data(capacity: count * ImageCache.rowSize), offset = table + count * ImageCache.rowSize
    try file.write(ImageCache.magic + bytes(json.count, 8) + json + Data(count: count * ImageCache.rowSize))
    var done = 0
    for set in sets {
      for first in stride(from: 0, to: set.count, by: chunk) {
        let size = min(chunk, set.count - first)
        let rasters = try parallelMap(size) { try raster(first + $0, of: set, resize: resize, data.name) }
        for (place, raster) in rasters.enumerated() {
          guard let raster else { continue }
          rows +=
            bytes(offset, 8) + bytes(raster.width, 4) + bytes(raster.height, 4) + bytes(set.labels[first + place], 4)
          try file.write(Data(raster.levels))
          offset += raster.levels.count
        }
        done += size
        try progress(done)
      }
    }
    try file.write(rows, at: table)
    try file.keep()
  }

  /// One image, resized if that is wanted; nil for one that is left out.
  private static func raster(_ image: Int, of set: ImageSet, resize: Int, _ name: String) throws -> Raster? {
    let raster = try set.original(image)
    guard let raster, resize > 0 else { return raster }
    if let misfit = Preparation.misfit(width: raster.width, height: raster.height, shorterSide: resize) {
      throw DataError("\(name): image \(image): \(misfit); use a smaller --resize, or none")
    }
    return raster.resized(shorterSide: resize)
  }

  private static func bytes(_ value: Int, _ count: Int) -> Data {
    Data((0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }
}

/// A file under a temporary name until it is whole.
private final class NewFile {
  private let path: String
  private let temporary: String
  private let handle: FileHandle
  private var isKept = false

  init(_ path: String) throws {
    self.path = path
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    temporary = "\(folder)/.\(URL(fileURLWithPath: path).lastPathComponent).\(UUID().uuidString)"
    let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw DataError("\(path): cannot be written; check that the folder exists and is writable")
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  deinit { if !isKept { unlink(temporary) } }

  func write(_ data: Data, at place: Int? = nil) throws {
    do {
      if let place { try handle.seek(toOffset: UInt64(place)) }
      try handle.write(contentsOf: data)
    } catch {
      throw DataError("\(path): cannot be written to its end; make room on the disk")
    }
  }

  func keep() throws {
    try? handle.synchronize()
    guard rename(temporary, path) == 0 else { throw DataError("\(path): cannot be written; is it a folder?") }
    isKept = true
  }
}
