import Foundation
import Tensors

/// A named array of numbers, wherever it comes from: a member of an `.npz`, a tensor of a `.safetensors`.
protocol NumberArray {
  /// The dimensions.
  var shape: [Int] { get }
  /// What an element is.
  var kind: NPY.Kind { get }
  /// Bytes of an element.
  var size: Int { get }
  /// Elements between neighbors along each dimension.
  var strides: [Int] { get }
  /// The element at a place counted in elements, whatever its type.
  func number(_ place: Int) -> Double
  /// The whole number at a place; nil when it is none that fits.
  func integer(_ place: Int) -> Int?
  /// Unsigned bytes as they stand in memory, and where the element 0 is; nil for other types.
  var plainBytes: (bytes: [UInt8], start: Int)? { get }
}

extension NumberArray {
  var plainBytes: (bytes: [UInt8], start: Int)? { nil }
  /// Elements in all.
  var count: Int { shape.reduce(1, *) }
  /// `5×6×7×3`.
  var describedShape: String { shape.isEmpty ? "a single number" : shape.map(String.init).joined(separator: "×") }
}

extension NPY: NumberArray {}

extension NPY {
  var plainBytes: (bytes: [UInt8], start: Int)? { kind == .unsigned && size == 1 ? (bytes, 0) : nil }
}

/// A tensor of a `.safetensors` as an array of numbers.
struct TensorArray: NumberArray {
  let shape: [Int]
  let kind: NPY.Kind
  let size: Int
  let strides: [Int]
  private let floats: [Float]
  private let integers: [Int]

  /// Throws `FileError` for a type that is no number.
  init(_ name: String, of file: Safetensors) throws {
    guard let tensor = file.tensors[name] else { throw FileError("no tensor '\(name)'") }
    shape = tensor.shape
    size = tensor.type.size
    var strides = Array(repeating: 1, count: tensor.shape.count)
    if tensor.count > 0 {
      for axis in strides.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * tensor.shape[axis + 1] }
    }
    self.strides = strides
    switch tensor.type {
    case .float16, .bfloat16, .float32, .float64:
      (kind, floats, integers) = (.float, try file.numbers(name), [])
    case .bool: (kind, floats, integers) = (.boolean, [], tensor.bytes.map { $0 == 0 ? 0 : 1 })
    case .uint8: (kind, floats, integers) = (.unsigned, [], tensor.bytes.map { Int($0) })
    default: (kind, floats, integers) = (.signed, [], try file.wholeNumbers(name))
    }
  }

  func number(_ place: Int) -> Double { kind == .float ? Double(floats[place]) : Double(integers[place]) }
  func integer(_ place: Int) -> Int? { kind == .float ? nil : integers[place] }
}
