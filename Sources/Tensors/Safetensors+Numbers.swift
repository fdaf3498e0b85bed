import Foundation

extension Safetensors {
  /// The elements of a tensor of any float type as float32. Throws `FileError` for other types.
  package func numbers(_ name: String) throws -> [Float] {
    guard let tensor = tensors[name] else { throw FileError("no tensor '\(name)'") }
    func convert<Bits: FixedWidthInteger>(_ bits: Bits.Type, _ value: (Bits) -> Float) -> [Float] {
      tensor.bytes.withUnsafeBytes { raw in
        (0..<tensor.count).map {
          value(Bits(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Bits>.size, as: Bits.self)))
        }
      }
    }
    switch tensor.type {
    case .float32: return convert(UInt32.self) { Float(bitPattern: $0) }
    case .float64: return convert(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .bfloat16: return convert(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float16: return convert(UInt16.self) { Float(halfPrecision: $0) }
    default: throw FileError("tensor '\(name)' has type \(tensor.type.rawValue), expected floats")
    }
  }
}

extension Float {
  /// The value of IEEE half precision bits: 5 bits of exponent, 10 of fraction.
  package init(halfPrecision bits: UInt16) {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F), fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: self = sign * fraction * 0x1p-24
    case 31: self = fraction == 0 ? sign * .infinity : .nan
    default: self = sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
    }
  }
}
