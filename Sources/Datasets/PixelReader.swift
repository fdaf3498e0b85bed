import Tensors

/// Brings the pixels of an array of any layout and type into NCHW and [0, 1]: levels of 255, or floats.
struct PixelReader {
  let array: any NumberArray
  let name: String
  /// With all channels of the file.
  let shape: Shape
  /// Elements between neighbors along channels, rows and columns.
  private let strides: (channel: Int, row: Int, column: Int)

  /// `axes` say where channels, rows and columns are found.
  init(array: any NumberArray, name: String, shape: Shape, axes: [Int?]) {
    (self.array, self.name, self.shape) = (array, name, shape)
    let found = axes.map { $0.map { array.strides[$0] } ?? 0 }
    strides = (found[0], found[1], found[2])
  }

  /// What a rounding may leave outside [0, 1]: it is clipped.
  private static let rounding = 1e-6

  private func place(_ image: Int, _ channel: Int, _ row: Int, _ column: Int) -> Int {
    image * array.strides[0] + channel * strides.channel + row * strides.row + column * strides.column
  }

  /// Channels without an opaque alpha channel; throws `NPY.Failure` for one that is not opaque.
  func visibleChannels(count: Int, _ notes: inout [String]) throws -> Int {
    guard shape.channels == 4 else { return shape.channels }
    let opaque = array.number(place(0, 3, 0, 0))
    for image in 0..<count {
      for row in 0..<shape.height {
        for column in 0..<shape.width where array.number(place(image, 3, row, column)) != opaque {
          throw NPY.Failure(reason: "\(name) has a fourth channel that is not a constant alpha; save 3 channels")
        }
      }
    }
    guard opaque == 1 || opaque == 255 else {
      throw NPY.Failure(reason: "\(name) has 4 channels; save 1 or 3 (x[..., :3])")
    }
    notes.append("'\(name)' has an opaque alpha channel, which is dropped")
    return 3
  }

  /// The levels of the first `count` images where the array holds bytes; nil where not.
  func levels(count: Int, channels: Int) -> [UInt8]? {
    guard let (bytes, start) = array.plainBytes else { return nil }
    let size = count * channels * shape.height * shape.width
    return [UInt8](unsafeUninitializedCapacity: size) { levels, made in
      bytes.withUnsafeBufferPointer { bytes in
        for image in 0..<count {
          for channel in 0..<channels {
            for row in 0..<shape.height {
              var from = start + place(image, channel, row, 0)
              for _ in 0..<shape.width {
                levels[made] = bytes[from]
                made += 1
                from += strides.column
              }
            }
          }
        }
      }
    }
  }

  /// Throws `NPY.Failure` for whole numbers that are all 0 or 1: as levels of 255 they would be nearly black.
  func refuseBinary(_ levels: [UInt8]) throws {
    guard levels.contains(1), levels.contains(0), !levels.contains(where: { $0 > 1 }) else { return }
    throw binary
  }

  private var binary: NPY.Failure {
    NPY.Failure(
      reason:
        "\(name) contains only the integers 0 and 1, nearly black as levels of 0–255; save bool or float32 if 1 is white"
    )
  }

  /// What one pass over the pixels found, so that only their float32 are kept.
  private struct Found {
    var low = Double.infinity, high = -Double.infinity
    var areWhole = true
    /// Pixels a rounding outside [0, 1].
    var rounded = 0
    /// The first pixel further outside, and the images that have one.
    var outside: (place: Int, value: Double)?
    var imagesOutside = 0, lastOutside = -1

    mutating func add(_ value: Double, place: Int, image: Int) {
      (low, high) = (min(low, value), max(high, value))
      areWhole = areWhole && value == value.rounded()
      guard !(value >= 0 && value <= 1) else { return }
      guard !(value >= -PixelReader.rounding && value <= 1 + PixelReader.rounding) else {
        rounded += 1
        return
      }
      outside = outside ?? (place, value)
      if lastOutside != image { imagesOutside += 1 }
      lastOutside = image
    }

    /// What helps: levels are divided, normalized pixels are not.
    var remedy: String {
      if let outside, !outside.value.isFinite { return "replace NaN and infinity" }
      return low >= 0
        ? "divide by 255, and leave mean and std to the network"
        : "save the pixels before they are normalized, and leave mean and std to the network"
    }

    /// Whole numbers in 0 … 255 that are not all 0 or 1: levels in another type.
    var areLevels: Bool { areWhole && low >= 0 && high > 1 && high <= 255 }
  }

  /// The pixels of the first `count` images. Throws `NPY.Failure`.
  func pixels(count: Int, channels: Int, _ notes: inout [String]) throws -> [Float] {
    var values: [Float] = [], found = Found()
    values.reserveCapacity(count * channels * shape.height * shape.width)
    let isByte = array.kind == .unsigned && array.size == 1
    for image in 0..<count {
      for channel in 0..<channels {
        for row in 0..<shape.height {
          for column in 0..<shape.width {
            let value = array.number(place(image, channel, row, column))
            if !isByte { found.add(value, place: values.count, image: image) }
            values.append(Float(value))
          }
        }
      }
    }
    if isByte || found.areLevels {
      if !isByte { notes.append("'\(name)' holds whole numbers up to \(Int(found.high)): read as levels of 255") }
      for place in values.indices { values[place] /= 255 }
      return values
    }
    if array.kind == .boolean { notes.append("'\(name)' holds true and false: read as 1 and 0") }
    guard [.float, .boolean].contains(array.kind) else {
      if found.areWhole, found.low == 0, found.high == 1 { throw binary }
      throw NPY.Failure(
        reason: "\(name) holds \(array.size)-byte whole numbers outside 0 … 255; save uint8, or floats in [0, 1]")
    }
    try checkBox(found, count: count, perImage: max(1, channels * shape.height * shape.width), &notes)
    for place in values.indices { values[place] = min(max(values[place], 0), 1) }
    return values
  }

  /// Throws when pixels are outside [0, 1] by more than a rounding.
  private func checkBox(_ found: Found, count: Int, perImage: Int, _ notes: inout [String]) throws {
    if let outside = found.outside {
      throw NPY.Failure(
        reason: "\(name): image \(outside.place / perImage) has a pixel \(Float(outside.value)) outside [0, 1] "
          + "(\(found.imagesOutside) of \(count) images have one); \(found.remedy)"
      )
    }
    if found.rounded > 0 {
      notes.append(
        found.rounded == 1
          ? "'\(name)': 1 pixel a rounding outside [0, 1] was clipped"
          : "'\(name)': \(found.rounded) pixels a rounding outside [0, 1] were clipped")
    }
  }
}
