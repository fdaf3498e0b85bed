import Tensors

/// Everything that a pickle builds: a table of nodes that refer to each other by index.
///
/// A table rather than objects, so that neither a deep nor a cyclic pickle can exhaust the stack. Strings stay ranges
/// of the pickle's bytes, so that nodes cost no more than the file justifies.
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
    case tuple([Index])
    case list([Index])
    case set([Index])
    /// Keys and values in turn.
    case dictionary([Index])
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
    /// What would be appended or set by key (as key and value in turn).
    var items: [Index] = []
  }

  /// Most nodes of one pickle: a hundred times what a large checkpoint has.
  static let mostNodes = 1 << 22

  /// The bytes that text and byte strings refer to.
  let bytes: [UInt8]
  private(set) var nodes: [Node] = []
  private(set) var globals: [PickleGlobal] = []
  var objects: [Object] = []
  private(set) var storages: [StorageRecord] = []
  private(set) var tensors: [TensorRecord] = []
  private var globalNumbers: [PickleGlobal.Name: Int] = [:]

  init(bytes: [UInt8]) { self.bytes = bytes }

  subscript(_ index: Index) -> Node { nodes[Int(index)] }

  /// Adds a value.
  mutating func add(_ node: Node) throws -> Index {
    guard nodes.count < Self.mostNodes else { throw FileError("its pickle has more than \(Self.mostNodes) values") }
    nodes.append(node)
    return Index(nodes.count - 1)
  }

  /// Adds a class or function by name, once for each name.
  mutating func add(_ global: PickleGlobal) throws -> Index {
    if let number = globalNumbers[global.name] { return try add(.global(number)) }
    globals.append(global)
    globalNumbers[global.name] = globals.count - 1
    return try add(.global(globals.count - 1))
  }

  mutating func add(_ object: Object) throws -> Index {
    objects.append(object)
    return try add(.object(objects.count - 1))
  }

  mutating func add(_ storage: StorageRecord) throws -> Index {
    storages.append(storage)
    return try add(.storage(storages.count - 1))
  }

  mutating func add(_ tensor: TensorRecord) throws -> Index {
    tensors.append(tensor)
    return try add(.tensor(tensors.count - 1))
  }

  /// Appends to a list, a set, a dictionary (keys and values in turn) or an unknown object.
  mutating func append(_ items: ArraySlice<Index>, to index: Index) throws {
    let place = Int(index)
    // The node is emptied while it grows, so that its array is not copied.
    switch nodes[place] {
    case .list(var old):
      nodes[place] = .none
      old += items
      nodes[place] = .list(old)
    case .set(var old):
      nodes[place] = .none
      old += items
      nodes[place] = .set(old)
    case .dictionary(var old):
      nodes[place] = .none
      old += items
      nodes[place] = .dictionary(old)
    case .object(let number): objects[number].items += items
    default: throw FileError("its pickle is malformed: it adds items to something that holds none")
    }
  }

  /// The text of a node, nil for other nodes.
  func text(_ index: Index) -> String? {
    guard case .text(let range) = self[index] else { return nil }
    return String(decoding: bytes[range], as: UTF8.self)
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
    case .tuple(let items), .list(let items): items
    default: nil
    }
  }
}
