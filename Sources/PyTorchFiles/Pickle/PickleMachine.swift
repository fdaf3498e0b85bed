import Tensors

/// Reads a pickle without running anything: values are put together, unknown classes stay names.
///
/// Work and memory are linear in the bytes read, whatever they are.
struct PickleMachine {
  typealias Index = PickleHeap.Index

  /// Most entries of the memo.
  static let mostMemos: UInt32 = 1 << 21
  /// Most values that wait on the stack.
  static let deepestStack = 1 << 22

  var heap: PickleHeap
  /// Where the next instruction starts.
  private(set) var position: Int
  private let end: Int
  private var stack: [Index] = []
  private var marks: [Int] = []
  private var memo: [UInt32: Index] = [:]

  /// A machine at `position` of these bytes.
  init(_ bytes: [UInt8], from position: Int = 0) {
    heap = PickleHeap(bytes: bytes)
    self.position = min(position, bytes.count)
    end = bytes.count
  }

  /// Reads one pickle up to its end. Returns its value; the next pickle starts at `position`.
  mutating func run() throws -> Index {
    stack = []
    marks = []
    memo = [:]
    while true {
      let code = try byte()
      guard let opcode = PickleOpcode(rawValue: code) else { throw unknown(code) }
      if opcode == .stop { return try pop() }
      try perform(opcode)
      guard stack.count <= Self.deepestStack else { throw malformed("too many values on its stack") }
    }
  }

  private mutating func perform(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .stop: break
    case .proto, .frame, .mark, .pop, .popMark, .duplicate: try move(opcode)
    case .none, .newTrue, .newFalse, .int4, .int1, .int2, .long1, .long4, .float: try pushNumber(opcode)
    case .text4, .text1, .text8, .oldText4, .oldText1: try push(.text(span(try length(opcode))))
    case .bytes4, .bytes1, .bytes8, .byteArray8: try push(.bytes(span(try length(opcode))))
    case .emptyTuple: try push(.tuple(0))
    case .tuple, .tuple1, .tuple2, .tuple3: try pushTuple(opcode)
    case .emptyList: try push(.list(heap.collect([])))
    case .list: try push(.list(heap.collect(popToMark())))
    case .emptySet: try push(.set(heap.collect([])))
    case .frozenSet: try push(.set(heap.collect(popToMark())))
    case .emptyDictionary: try push(.dictionary(heap.collect([])))
    case .dictionary: try push(.dictionary(heap.collect(pairs(popToMark()))))
    case .append: try addItems(popLast(1))
    case .setItem: try addItems(popLast(2))
    case .appends, .addItems: try addItems(popToMark())
    case .setItems: try addItems(pairs(popToMark()))
    case .put1, .put4, .get1, .get4, .memoize: try remember(opcode)
    case .global, .stackGlobal: try pushGlobal(opcode)
    case .reduce, .build, .newObject, .newObjectWithKeywords, .persistentID: try call(opcode)
    }
  }

  private mutating func move(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .proto:
      let version = try byte()
      guard (2...5).contains(version) else {
        throw FileError("its pickle has protocol \(version), expected 2 to 5; save it again with torch.save")
      }
    // A frame's length is a hint for buffering.
    case .frame: _ = try span(8)
    case .mark: marks.append(stack.count)
    // Python's unpickler also takes back a mark with POP.
    case .pop: if stack.count == marks.last { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    default: stack.append(try top())
    }
  }

  private mutating func remember(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .get1, .get4:
      let key = opcode == .get1 ? UInt32(try byte()) : try integer(UInt32.self)
      guard let value = memo[key] else { throw malformed("it refers to a value that it does not have") }
      stack.append(value)
    default:
      let key: UInt32
      switch opcode {
      case .put1: key = UInt32(try byte())
      case .put4: key = try integer(UInt32.self)
      default: key = UInt32(memo.count)
      }
      guard key < Self.mostMemos else { throw malformed("more than \(Self.mostMemos) remembered values") }
      memo[key] = try top()
    }
  }

  private mutating func pushTuple(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .tuple1: try push(.tuple(heap.collect(popLast(1))))
    case .tuple2: try push(.tuple(heap.collect(popLast(2))))
    case .tuple3: try push(.tuple(heap.collect(popLast(3))))
    default: try push(.tuple(heap.collect(popToMark())))
    }
  }

  private mutating func addItems(_ items: [Index]) throws { try heap.append(items[...], to: top()) }

  private func pairs(_ items: [Index]) throws -> [Index] {
    guard items.count.isMultiple(of: 2) else { throw malformed("a key without a value") }
    return items
  }

  private mutating func pushGlobal(_ opcode: PickleOpcode) throws {
    let module: String, name: String
    if opcode == .global {
      (module, name) = (try line(), try line())
    } else {
      let both = try popLast(2)
      guard let first = heap.name(both[0]), let second = heap.name(both[1]) else {
        throw malformed("a class name that is not a text of at most \(PickleHeap.longestName) bytes")
      }
      (module, name) = (first, second)
    }
    stack.append(try heap.addGlobal(module: module, name: name))
  }

  private mutating func call(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .persistentID: stack.append(try heap.addStorage(persistentID: try pop()))
    case .build:
      let state = try pop()
      try heap.addState(state, to: top())
    case .newObjectWithKeywords:
      let parts = try popLast(3)
      stack.append(try heap.add(PickleHeap.Object(callee: parts[0], arguments: parts[1], state: [parts[2]])))
    default:
      let parts = try popLast(2)
      stack.append(try heap.call(parts[0], with: parts[1]))
    }
  }
}

// MARK: numbers and text

extension PickleMachine {
  private mutating func pushNumber(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .int4: try push(.integer(Int(Int32(bitPattern: try integer(UInt32.self)))))
    case .int1: try push(.integer(Int(try byte())))
    case .int2: try push(.integer(Int(try integer(UInt16.self))))
    case .float: try push(.float(Double(bitPattern: try integer(UInt64.self).byteSwapped)))
    case .long1: try pushLong(Int(try byte()))
    default: try pushLong(Int(try integer(UInt32.self)))
    }
  }

  private mutating func pushLong(_ length: Int) throws {
    let range = try span(length)
    guard length <= 8 else { return try push(.longInteger(range)) }
    var bits: UInt64 = heap.bytes[range].last.map { $0 >= 0x80 } == true ? .max : 0
    for byte in heap.bytes[range].reversed() { bits = bits << 8 | UInt64(byte) }
    try push(.integer(Int(Int64(bitPattern: bits))))
  }

  private mutating func length(_ opcode: PickleOpcode) throws -> Int {
    switch opcode {
    case .text1, .oldText1, .bytes1: return Int(try byte())
    case .text8, .bytes8, .byteArray8:
      guard let length = Int(exactly: try integer(UInt64.self)) else { throw cutOff() }
      return length
    default: return Int(try integer(UInt32.self))
    }
  }

  private mutating func byte() throws -> UInt8 {
    guard position < end else { throw cutOff() }
    defer { position += 1 }
    return heap.bytes[position]
  }

  private mutating func integer<Value: FixedWidthInteger>(_: Value.Type) throws -> Value {
    let range = try span(MemoryLayout<Value>.size)
    return heap.bytes[range].reversed().reduce(0) { $0 << 8 | Value($1) }
  }

  /// The next `length` bytes, which are passed over.
  private mutating func span(_ length: Int) throws -> Range<Int> {
    guard length >= 0, length <= end - position else { throw cutOff() }
    defer { position += length }
    return position..<(position + length)
  }

  private mutating func line() throws -> String {
    guard let newline = heap.bytes[position..<end].prefix(PickleHeap.longestName + 1).firstIndex(of: 0x0A) else {
      throw malformed("a class name without an end")
    }
    defer { position = newline + 1 }
    return String(decoding: heap.bytes[position..<newline], as: UTF8.self)
  }

  private func unknown(_ code: UInt8) -> FileError {
    malformed("unknown instruction 0x\(String(code, radix: 16)) at byte \(position - 1)")
  }

  private func malformed(_ what: String) -> FileError {
    FileError("its pickle is malformed: \(what); the file is damaged or was not written by torch.save")
  }

  private func cutOff() -> FileError {
    FileError("its pickle ends in the middle of an instruction; the file is incomplete, copy or download it again")
  }
}

// MARK: the stack

extension PickleMachine {
  private var floor: Int { marks.last ?? 0 }

  private mutating func push(_ node: PickleHeap.Node) throws { stack.append(try heap.add(node)) }

  private func top() throws -> Index {
    guard stack.count > floor, let value = stack.last else { throw malformed("it takes a value from an empty stack") }
    return value
  }

  private mutating func pop() throws -> Index {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func popLast(_ count: Int) throws -> [Index] {
    guard stack.count - floor >= count else { throw malformed("it takes a value from an empty stack") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [Index] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw malformed("it closes what it did not open") }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }
}
