import Foundation
import PyTorchFiles

/// Puts a pickle together instruction by instruction.
struct PickleAssembler {
  private(set) var bytes: [UInt8] = [0x80, 4]

  /// The archive around the pickle; each storage is of one float.
  func file(storages: Int = 0) throws -> Data {
    try PyTorchFile.encoded(
      pickle: Data(bytes + [0x2E]), storages: (0..<storages).map { (key: String($0), bytes: Data(count: 4)) })
  }

  mutating func add(_ codes: UInt8...) { bytes += codes }
  mutating func none() { add(0x4E) }
  mutating func list() { add(0x5D) }
  mutating func dictionary() { add(0x7D) }
  mutating func emptyTuple() { add(0x29) }
  mutating func append() { add(0x61) }
  mutating func setItem() { add(0x73) }
  mutating func pop() { add(0x30) }
  mutating func call() { add(0x52) }
  mutating func put(_ number: UInt8) { add(0x71, number) }
  mutating func get(_ number: UInt8) { add(0x68, number) }

  /// Remembers a value and takes it off the stack.
  mutating func keep(_ number: UInt8) {
    put(number)
    pop()
  }

  mutating func text(_ text: String) {
    let length = UInt32(text.utf8.count)
    add(0x58)
    for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: length >> (8 * UInt32(byte)))) }
    bytes += Array(text.utf8)
  }

  mutating func integer(_ value: Int) {
    add(0x4A)
    for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
  }

  mutating func global(_ module: String, _ name: String) {
    add(0x63)
    bytes += Array("\(module)\n\(name)\n".utf8)
  }

  /// A list of 100 000 times None.
  mutating func bigList() {
    list()
    add(0x28)
    for _ in 0..<100_000 { none() }
    add(0x65)
  }

  /// A dictionary of 100 000 entries.
  mutating func bigDictionary() {
    dictionary()
    add(0x28)
    for number in 0..<100_000 {
      text(String(number))
      none()
    }
    add(0x75)
  }

  /// A dictionary with the remembered value 0 under many keys.
  mutating func zeroUnderKeys(_ count: Int) {
    dictionary()
    for number in 0..<count {
      text("k\(number)")
      get(0)
      setItem()
    }
  }

  /// Arguments that rebuild a tensor of ones' shape in that many dimensions.
  mutating func tensorArguments(dimensions: Int = 1) {
    add(0x28, 0x28)
    text("storage")
    global("torch", "FloatStorage")
    text("0")
    text("cpu")
    integer(1)
    add(0x74, 0x51)
    integer(0)
    for _ in 0..<2 {
      add(0x28)
      for _ in 0..<dimensions { integer(1) }
      add(0x74)
    }
    add(0x89)
    dictionary()
    add(0x74)
  }
}
