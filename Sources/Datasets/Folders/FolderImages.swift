import Foundation
import Synchronization

/// Images that are decoded when they are wanted.
package protocol RasterSource: Sendable {
  /// The image at its own size. Throws `DataError`.
  func levels(_ index: Int) throws -> (width: Int, height: Int, levels: [UInt8])
}

extension RasterSource {
  func raster(_ index: Int) throws -> Raster {
    let (width, height, levels) = try levels(index)
    return Raster(width: width, height: height, levels: levels)
  }
}

/// Image files, each checked to its end once.
struct FolderImages: RasterSource {
  let files: [BytePath]

  func levels(_ index: Int) throws -> (width: Int, height: Int, levels: [UInt8]) {
    let path = files[index], data = try path.contents()
    do {
      let raster = try ImageFile.decode(data).raster
      return (raster.width, raster.height, raster.levels)
    } catch let failure as ImageFile.Failure {
      throw DataError("\(path): \(failure.reason); the file changed since the start, put it back")
    }
  }
}

/// What reading every file of a folder to its end found.
struct FolderCheck: Sendable {
  /// The files that can be read, in order, and their headers.
  private(set) var files: [ClassFolders.File] = []
  private(set) var headers: [ImageHeader] = []
  /// The others.
  private(set) var broken: [(path: BytePath, reason: String)] = []

  /// Reads all files, several at a time; the result does not depend on how many. One that cannot be brought to the size
  /// of `preparation` counts as broken. Throws `DataError` where one cannot be read at all.
  init(_ files: [ClassFolders.File], _ preparation: Preparation) throws {
    let results = try parallelMap(files.count) { index -> Result<ImageHeader, ImageFile.Failure> in
      let data = try files[index].path.contents()
      do {
        let header = try ImageFile.check(data)
        if let misfit = preparation.misfit(width: header.width, height: header.height) {
          return .failure(ImageFile.Failure(reason: misfit))
        }
        return .success(header)
      } catch let failure as ImageFile.Failure {
        return .failure(failure)
      }
    }
    for (file, result) in zip(files, results) {
      switch result {
      case .success(let header):
        self.files.append(file)
        headers.append(header)
      case .failure(let failure): broken.append((file.path, failure.reason))
      }
    }
  }

  /// What became of the files on the way to RGB, or to one gray channel, a line each.
  func notes(isGray: Bool) -> [String] {
    var notes: [String] = []
    func note(_ what: String, _ isSo: (ImageHeader) -> Bool) {
      let count = headers.count(where: isSo)
      if count > 0 { notes.append("\(plural(count, "image")) \(what)") }
    }
    note("with an EXIF orientation: ignored, pixels as stored (as PIL does)") { $0.orientation > 1 }
    note("with transparency: the alpha is dropped") { $0.hasAlpha }
    note("of 16 bits per channel: the upper 8 are used") { $0.bits == 16 }
    note("in CMYK: converted to RGB as PIL does") { $0.format == .jpeg && $0.channels == 4 }
    if isGray {
      let colored = headers.count { $0.channels > 2 }
      let how = colored > 0 ? "; \(plural(colored, "image")) in color are converted as PIL's convert('L') does" : ""
      return notes + ["images are read as one gray channel\(how)"]
    }
    let gray = headers.count { $0.format == .jpeg && $0.channels == 1 }
    if gray > 0 { notes.append("\(plural(gray, "gray JPEG")) expanded to RGB") }
    return notes
  }

  /// The sizes and how many images have each, the most frequent one first.
  var sizes: [(size: String, count: Int)] {
    let counts = Dictionary(headers.map { ("\($0.width)×\($0.height)", 1) }, uniquingKeysWith: +)
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }
}

/// The results of a function on 0 ..< count, computed on all cores. Throws the error of the lowest index.
func parallelMap<Value: Sendable>(_ count: Int, _ body: @Sendable (Int) throws -> Value) throws -> [Value] {
  let results = Mutex<[Result<Value, any Error>?]>(Array(repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let result = Result { try body(index) }
    results.withLock { $0[index] = result }
  }
  return try results.withLock { results in
    try results.compactMap { try $0?.get() }
  }
}
