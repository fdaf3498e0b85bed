import Foundation
import Tensors

/// Arrays of a `.npz` or `.safetensors` file by name, for what is neither images nor labels.
package struct NamedNumbers {
  private let path: String
  private let archive: NPZ?
  private let file: Safetensors

  /// Opens a file; a zip archive is a `.npz`. Throws `DataError`.
  package init(_ path: String) throws {
    self.path = path
    do {
      archive = LabeledImages.isZip(path) ? try NPZ(path) : nil
      file = archive == nil ? try Safetensors(contentsOf: URL(fileURLWithPath: path)) : Safetensors()
    } catch let error as FileError { throw DataError("\(error)") }
  }

  /// The strings of a `.safetensors` file.
  package var metadata: [String: String] { file.metadata }

  /// The elements in row-major order; nil where there is no array of that name. Throws `DataError` unless it has the
  /// shape, of which the first dimension may be larger.
  package func floats(_ name: String, shape: [Int]) throws -> [Float]? {
    do {
      let array: any NumberArray
      if let archive {
        guard archive.names.contains(name) else { return nil }
        array = try archive.array(name, rows: shape.first)
      } else {
        guard file.tensors[name] != nil else { return nil }
        array = try TensorArray(name, of: file)
      }
      let fits = array.shape.count == shape.count && Array(array.shape.dropFirst()) == Array(shape.dropFirst())
      guard fits, (array.shape.first ?? 0) >= (shape.first ?? 0) else {
        let expected = shape.map(String.init).joined(separator: "×")
        throw DataError("\(path): '\(name)' is \(array.describedShape), expected \(expected)")
      }
      return Self.rowMajor(array, shape)
    } catch let failure as NPY.Failure {
      throw DataError("\(path): \(failure.reason)")
    }
  }

  private static func rowMajor(_ array: any NumberArray, _ shape: [Int]) -> [Float] {
    var place = [Int](repeating: 0, count: shape.count), result: [Float] = []
    let count = shape.reduce(1, *)
    result.reserveCapacity(count)
    for _ in 0..<count {
      result.append(Float(array.number(zip(place, array.strides).reduce(0) { $0 + $1.0 * $1.1 })))
      for axis in place.indices.reversed() {
        place[axis] += 1
        if place[axis] < shape[axis] { break }
        place[axis] = 0
      }
    }
    return result
  }
}
