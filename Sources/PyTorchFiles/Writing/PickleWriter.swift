import Foundation
import Tensors

/// Writes the pickle of a state dictionary: protocol 2, only what torch's weights-only reader accepts.
struct PickleWriter {
  private(set) var data = Data([PickleOpcode.proto.rawValue, 2])

  /// An `OrderedDict` of tensors, storage `n` holding the n-th.
  init(_ tensors: [(name: String, tensor: Safetensors.Tensor)]) throws {
    addDictionary()
    add(.mark)
    for (number, entry) in tensors.enumerated() {
      add(entry.name)
      try add(entry.tensor, storage: number, name: entry.name)
    }
    add(.setItems)
    add(.stop)
  }

  private mutating func add(_ tensor: Safetensors.Tensor, storage: Int, name: String) throws {
    guard let type = Self.storageClass(tensor.type) else {
      throw FileError(
        "tensor '\(name)' has type \(tensor.type.rawValue), for which torch has no storage class; convert it to int64")
    }
    addGlobal("torch._utils", "_rebuild_tensor_v2")
    add(.mark)
    add(.mark)
    add("storage")
    addGlobal("torch", type)
    add(String(storage))
    add("cpu")
    add(tensor.count)
    add(.tuple)
    add(.persistentID)
    add(0)
    add(tensor.shape)
    add(Self.strides(tensor.shape))
    add(.newFalse)
    addDictionary()
    add(.tuple)
    add(.reduce)
  }

  private mutating func add(_ opcode: PickleOpcode) { data.append(opcode.rawValue) }

  private mutating func add(_ text: String) {
    add(.text4)
    addInteger(UInt32(text.utf8.count))
    data.append(contentsOf: text.utf8)
  }

  private mutating func add(_ number: Int) {
    if let small = Int32(exactly: number) {
      add(.int4)
      addInteger(UInt32(bitPattern: small))
    } else {
      add(.long1)
      data.append(8)
      addInteger(UInt64(bitPattern: Int64(number)))
    }
  }

  private mutating func add(_ numbers: [Int]) {
    add(.mark)
    for number in numbers { add(number) }
    add(.tuple)
  }

  private mutating func addDictionary() {
    addGlobal("collections", "OrderedDict")
    add(.emptyTuple)
    add(.reduce)
  }

  private mutating func addGlobal(_ module: String, _ name: String) {
    add(.global)
    data.append(contentsOf: "\(module)\n\(name)\n".utf8)
  }

  private mutating func addInteger(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
  }

  private static func strides(_ shape: [Int]) -> [Int] {
    var strides: [Int] = [], product = 1
    for size in shape.reversed() {
      strides.append(product)
      product *= max(1, size)
    }
    return strides.reversed()
  }

  private static func storageClass(_ type: Safetensors.ElementType) -> String? {
    switch type {
    case .float32: "FloatStorage"
    case .float64: "DoubleStorage"
    case .float16: "HalfStorage"
    case .bfloat16: "BFloat16Storage"
    case .int64: "LongStorage"
    case .int32: "IntStorage"
    case .int16: "ShortStorage"
    case .int8: "CharStorage"
    case .uint8: "ByteStorage"
    case .bool: "BoolStorage"
    case .uint16, .uint32, .uint64: nil
    }
  }
}
