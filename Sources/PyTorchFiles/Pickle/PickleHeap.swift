import Tensors

/// Everything that a pickle builds: a table of nodes that refer to each other by index.
///
/// A table rather than objects, so that neither a deep nor a cyclic pickle can exhaust the stack. Strings stay ranges
/// of the pickle's bytes, and collections grow in place, so that time and memory are linear in the bytes read.
struct PickleHeap: Sendable {
  /// An index into the table of nodes.
  typealias Index = Int32

  /// One value.
  enum Node: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    /// An integer of more than 64 bits, as its little-endian bytes.
    case longInteger(Range<Int>)
    case float(Double)
    case text(Range<Int>)
    case bytes(Range<Int>)
    /// Collections are numbers of `collections`, so that they grow in place.
    case tuple(Int)
    case list(Int)
    case set(Int)
    /// Keys and values in turn.
    case dictionary(Int)
    case global(Int)
    case object(Int)
    case storage(Int)
    case tensor(Int)
  }

  /// An instance of a class that is not known here. Nothing of it is ever run.
  struct Object: Sendable {
    /// What would be called, and with what.
    var callee: Index
    var arguments: Index
    /// What would be handed to `__setstate__`.
    var state: [Index] = []
  }

  /// Most nodes of one pickle: a hundred times what a large checkpoint has.
  static let mostNodes = 1 << 22
  /// Most items of all collections together.
  static let mostItems = 1 << 23
  /// Most tensors, and most storages.
  static let mostTensors = 1 << 18
  /// Bytes of the longest name of a tensor, key or class.
  static let longestName = 512

  /// The bytes that text and byte strings refer to.
  let bytes: [UInt8]
  private(set) var nodes: [Node] = []
  /// The items of tuples, lists, sets and dictionaries. The first one stays empty and serves every empty tuple.
  private(set) var collections: [[Index]] = [[]]
  private(set) var globals: [PickleGlobal] = []
  private(set) var objects: [Object] = []
  private(set) var storages: [StorageRecord] = []
  private(set) var tensors: [TensorRecord] = []
  private var globalNumbers: [PickleGlobal.Name: Int] = [:]
  private var storageNumbers: [StorageRecord: Int] = [:]
  private var items = 0
  private let itemBudget: Int

  init(bytes: [UInt8]) {
    self.bytes = bytes
    // An item is put into a collection by one byte or more; only copies of collections need more than that.
    itemBudget = min(Self.mostItems, 64 + 4 * min(bytes.count, Self.mostItems))
  }

  subscript(_ index: Index) -> Node { nodes[Int(index)] }

  /// Adds a value.
  mutating func add(_ node: Node) throws -> Index {
    guard nodes.count < Self.mostNodes else { throw FileError("its pickle has more than \(Self.mostNodes) values") }
    nodes.append(node)
    return Index(nodes.count - 1)
  }

  /// Keeps the items of a new collection and returns its number.
  mutating func collect(_ values: [Index]) throws -> Int {
    try count(values.count)
    collections.append(values)
    return collections.count - 1
  }

  /// Adds a class or function by name, once for each name.
  mutating func addGlobal(module: String, name: String) throws -> Index {
    let key = PickleGlobal.Name(module: module, name: name)
    if let number = globalNumbers[key] { return try add(.global(number)) }
    globals.append(try PickleGlobal(module: module, name: name))
    globalNumbers[key] = globals.count - 1
    return try add(.global(globals.count - 1))
  }

  mutating func add(_ object: Object) throws -> Index {
    objects.append(object)
    return try add(.object(objects.count - 1))
  }

  /// Adds a storage, once for each record.
  mutating func add(_ storage: StorageRecord) throws -> Index {
    if let number = storageNumbers[storage] { return try add(.storage(number)) }
    guard storages.count < Self.mostTensors else {
      throw FileError("its pickle has more than \(Self.mostTensors) storages")
    }
    storages.append(storage)
    storageNumbers[storage] = storages.count - 1
    return try add(.storage(storages.count - 1))
  }

  mutating func add(_ tensor: TensorRecord) throws -> Index {
    guard tensors.count < Self.mostTensors else {
      throw FileError("its pickle has more than \(Self.mostTensors) tensors")
    }
    tensors.append(tensor)
    return try add(.tensor(tensors.count - 1))
  }

  /// Appends to a list, a set or a dictionary (keys and values in turn). What is added to an unknown object is not
  /// kept.
  mutating func append(_ values: ArraySlice<Index>, to index: Index) throws {
    switch self[index] {
    case .list(let number), .set(let number), .dictionary(let number):
      try count(values.count)
      collections[number] += values
    case .object: break
    default: throw FileError("its pickle is malformed: it adds items to something that holds none")
    }
  }

  /// Hands a state to an unknown object; other values ignore theirs.
  mutating func addState(_ state: Index, to index: Index) throws {
    guard case .object(let number) = self[index] else { return }
    try count(1)
    objects[number].state.append(state)
  }

  private mutating func count(_ added: Int) throws {
    items += added
    guard items <= itemBudget else {
      throw FileError(
        "its pickle puts more than \(itemBudget) items into lists and dictionaries, too many for its size")
    }
  }
}

// MARK: looking up

extension PickleHeap {
  /// The text of a node, nil for other nodes and for text that is too long for a name.
  func name(_ index: Index) -> String? {
    guard case .text(let range) = self[index], range.count <= Self.longestName else { return nil }
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// True when a node is this text.
  func isText(_ index: Index, _ text: String) -> Bool {
    guard case .text(let range) = self[index], range.count == text.utf8.count else { return false }
    return bytes[range].elementsEqual(text.utf8)
  }

  /// The class or function that a node names, nil for other nodes.
  func global(_ index: Index) -> PickleGlobal? {
    guard case .global(let number) = self[index] else { return nil }
    return globals[number]
  }

  /// A whole number that is not negative, nil for other nodes.
  func count(_ index: Index) -> Int? {
    guard case .integer(let value) = self[index], value >= 0 else { return nil }
    return value
  }

  /// The elements of a tuple or list.
  func elements(_ index: Index) -> [Index]? {
    switch self[index] {
    case .tuple(let number), .list(let number): collections[number]
    default: nil
    }
  }
}
