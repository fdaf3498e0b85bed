import Foundation
import Tensors

/// A storage as the pickle names it: the bytes lie elsewhere in the file.
struct StorageRecord: Sendable, Hashable {
  /// What its elements are.
  enum Element: Sendable, Hashable {
    case known(Safetensors.ElementType)
    case untyped
    case unsupported(String)

    /// Bytes of one element, nil where they are not known.
    var size: Int? {
      switch self {
      case .known(let type): type.size
      case .untyped: 1
      case .unsupported: nil
      }
    }
  }

  let key: String
  let element: Element
  /// Elements in all.
  let count: Int

  /// Bytes in all, nil where the element size is not known.
  func byteCount() throws -> Int? {
    guard let size = element.size else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow else { throw FileError("storage \(key.debugDescription) has \(count) elements: too many") }
    return bytes
  }
}

/// A tensor of a checkpoint: where its elements lie, before any of them is read.
package struct TensorRecord: Sendable, Equatable {
  static let mostDimensions = 16

  let storage: StorageRecord
  /// The element type, nil when it is one that is not supported.
  package let type: Safetensors.ElementType?
  /// The name of an element type that is not supported.
  let unsupported: String?
  /// The first element, counted in elements from the start of the storage.
  let offset: Int
  /// The dimensions; empty for a scalar.
  package let shape: [Int]
  let strides: [Int]

  /// Elements in all. Only valid after `check`.
  package var count: Int { shape.reduce(1, &*) }

  /// Throws when an element would lie outside the storage.
  func check() throws {
    guard shape.count == strides.count else {
      throw FileError("a tensor of \(shape.count) dimensions has \(strides.count) strides")
    }
    guard Self.product(shape) != nil else { throw FileError("a tensor of shape \(shape) has too many elements") }
    guard let type else { return }
    guard let bytes = try storage.byteCount() else { return }
    let available = bytes / type.size
    guard let last = lastElement else { throw FileError("a tensor's offset and strides overflow") }
    guard last < available || shape.contains(0) && offset <= available else {
      throw FileError(
        "a tensor of shape \(shape) needs element \(last) of storage \(storage.key.debugDescription), which has "
          + "\(available) elements; the file is damaged, save or download it again")
    }
  }

  /// True when the elements lie one after another in row-major order.
  var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      guard stride == expected else { return false }
      expected &*= size
    }
    return true
  }

  private static func product(_ sizes: [Int]) -> Int? {
    var product = 1
    // Without zeros, so that what an empty tensor says of its other dimensions cannot overflow either.
    for size in sizes where size > 0 {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow, next <= Int.max / 8 else { return nil }
      product = next
    }
    return product
  }

  private var lastElement: Int? {
    if shape.contains(0) { return offset }
    var last = offset
    for (size, stride) in zip(shape, strides) {
      let (step, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      guard !overflow else { return nil }
      let (next, carried) = last.addingReportingOverflow(step)
      guard !carried else { return nil }
      last = next
    }
    return last
  }
}

// MARK: elements

extension TensorRecord {
  /// The elements in row-major order from the bytes of the storage, which are shared where they already lie so.
  func elements(of bytes: Data, type: Safetensors.ElementType) throws -> Data {
    let size = type.size, length = count * size
    guard length > 0 else { return Data() }
    guard let last = lastElement, last < bytes.count / size else {
      throw FileError("storage \(storage.key.debugDescription) is too short")
    }
    if isContiguous {
      let start = bytes.startIndex + offset * size
      return bytes[start..<(start + length)]
    }
    guard let target = malloc(length) else { throw FileError("not enough memory for a tensor of shape \(shape)") }
    bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      switch size {
      case 1: gather(start, target, UInt8.self)
      case 2: gather(start, target, UInt16.self)
      case 4: gather(start, target, UInt32.self)
      default: gather(start, target, UInt64.self)
      }
    }
    return Data(bytesNoCopy: target, count: length, deallocator: .free)
  }

  /// Copies strided elements, row by row of the last dimension.
  private func gather<Word: FixedWidthInteger>(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _: Word.Type
  ) {
    let size = MemoryLayout<Word>.size
    // The stride of a dimension of one element is never used and may be any number.
    let strides = zip(shape, strides).map { $0 == 1 ? 0 : $1 }
    let width = shape.last ?? 1, step = (strides.last ?? 0) * size
    var place = [Int](repeating: 0, count: max(0, shape.count - 1))
    var from = offset * size, to = 0
    for _ in 0..<(count / width) {
      for column in 0..<width {
        let word = source.loadUnaligned(fromByteOffset: from + column * step, as: Word.self)
        target.storeBytes(of: word, toByteOffset: to, as: Word.self)
        to += size
      }
      for axis in place.indices.reversed() {
        place[axis] += 1
        from += strides[axis] * size
        if place[axis] < shape[axis] { break }
        from -= strides[axis] * shape[axis] * size
        place[axis] = 0
      }
    }
  }
}
