import Tensors

/// One value of a checkpoint: a dictionary, list, scalar, text or tensor.
///
/// A view into the file's table of values. Looking at one never expands the values in it, which may be deep, cyclic or
/// the same big one many times over.
package struct PickledValue: Sendable {
  /// The table, shared by all values of a file.
  final class Table: Sendable {
    let heap: PickleHeap
    init(_ heap: PickleHeap) { self.heap = heap }
  }

  let table: Table
  let index: PickleHeap.Index

  private var heap: PickleHeap { _read { yield table.heap } }

  /// What a value is.
  package enum Content: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    /// Text, nil when it is longer than any name.
    case text(String?)
    /// Raw bytes, such as those of a NumPy array: how many.
    case bytes(Int)
    /// A list, tuple or set: how many items.
    case list(count: Int)
    /// A dictionary: how many entries, those under one key counted each.
    case dictionary(count: Int)
    case tensor(TensorRecord)
    /// An object of a class that is not known here, or the class itself: its name. Nothing of it was run.
    case opaque(String)
  }

  /// The value itself; its parts are `items` and `entries`.
  package var content: Content {
    switch heap[index] {
    case .none: .none
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .float(let value): .float(value)
    case .longInteger: .opaque("an integer of more than 64 bits")
    case .text: .text(heap.name(index))
    case .bytes(let range): .bytes(range.count)
    case .tuple(let number), .list(let number), .set(let number): .list(count: heap.collections[number].count)
    case .dictionary(let number): .dictionary(count: heap.collections[number].count / 2)
    case .tensor(let number): .tensor(heap.tensors[number])
    case .global(let number): .opaque(heap.globals[number].description)
    case .storage: .opaque("a storage")
    case .object(let number): .opaque(heap.global(heap.objects[number].callee)?.description ?? "an object")
    }
  }

  /// True for dictionaries and lists.
  var isCollection: Bool {
    switch heap[index] {
    case .tuple, .list, .set, .dictionary: true
    default: false
    }
  }

  /// True for an object of a class that is not known here.
  var isOpaque: Bool {
    switch heap[index] {
    case .longInteger, .global, .storage, .object: true
    default: false
    }
  }

  /// True for a set, whose items have no order.
  var isSet: Bool { if case .set = heap[index] { true } else { false } }

  /// The numbers of a list of one to four of them, or one number; nil for other values.
  var numbers: [Float]? {
    switch content {
    case .float(let value): return [Float(value)]
    case .integer(let value): return [Float(value)]
    case .list(let count) where (1...4).contains(count) && !isSet:
      let parts = items(4).compactMap { item -> Float? in
        switch item.content {
        case .float(let value): Float(value)
        case .integer(let value): Float(value)
        default: nil
        }
      }
      return parts.count == count ? parts : nil
    default: return nil
    }
  }

  /// A short text; nil for other values.
  var text: String? { if case .text(let text) = content { text } else { nil } }

  /// The entries of a dictionary under keys of any kind, in the order of the file.
  var pairs: [(key: PickledValue, value: PickledValue)] {
    guard case .dictionary(let number) = heap[index] else { return [] }
    let items = heap.collections[number]
    return stride(from: 0, to: items.count - 1, by: 2).map { (value(items[$0]), value(items[$0 + 1])) }
  }

  /// True for a tensor.
  var isTensor: Bool { if case .tensor = heap[index] { true } else { false } }

  /// The first items of a list, tuple or set, at most `limit`.
  package func items(_ limit: Int) -> [PickledValue] {
    switch heap[index] {
    case .tuple(let number), .list(let number), .set(let number): heap.collections[number].prefix(limit).map(value)
    default: []
    }
  }

  /// The entries of a dictionary under text keys, in the order of the file; the last of each key counts. Keys that are
  /// longer than any name are left out.
  package var entries: [(name: String, value: PickledValue)] {
    guard case .dictionary(let number) = heap[index] else { return [] }
    let items = heap.collections[number]
    var places: [String: Int] = [:], entries: [(name: String, value: PickledValue)] = []
    // A key that is remembered and repeated is looked up once, so that the work is linear in the file.
    var known: [PickleHeap.Index: Int] = [:]
    for position in stride(from: 0, to: items.count - 1, by: 2) {
      let key = items[position], value = value(items[position + 1])
      if let place = known[key] {
        entries[place].value = value
      } else if let name = heap.name(key) {
        let place = places[name] ?? entries.count
        if place == entries.count { entries.append((name, value)) } else { entries[place].value = value }
        places[name] = place
        known[key] = place
      }
    }
    return entries
  }

  /// The value of a dictionary under a text key.
  package subscript(_ key: String) -> PickledValue? {
    guard case .dictionary(let number) = heap[index] else { return nil }
    let items = heap.collections[number]
    let position = stride(from: 0, to: items.count - 1, by: 2).reversed().first { heap.isText(items[$0], key) }
    return position.map { value(items[$0 + 1]) }
  }

  private func value(_ index: PickleHeap.Index) -> PickledValue { PickledValue(table: table, index: index) }
}

/// Finds pickled `torch.nn.Module`s among values, looking at each object and each state once.
struct ModuleFinder {
  private var classes: [PickleHeap.Index: String?] = [:]
  private var isModule: [PickleHeap.Index: Bool] = [:]

  /// The class of a pickled module, nil for other values.
  mutating func moduleClass(_ value: PickledValue) -> String? {
    if let known = classes[value.index] { return known }
    let table = value.table
    guard case .object(let number) = table.heap[value.index] else { return nil }
    let object = table.heap.objects[number], isModule = object.state.contains { isStateOfModule($0, table) }
    let answer = isModule ? table.heap.global(object.callee)?.description ?? "an unknown class" : nil
    classes[value.index] = .some(answer)
    return answer
  }

  private mutating func isStateOfModule(_ state: PickleHeap.Index, _ table: PickledValue.Table) -> Bool {
    if let known = isModule[state] { return known }
    let value = PickledValue(table: table, index: state)
    let answer = value["_parameters"] != nil && value["_modules"] != nil
    isModule[state] = answer
    return answer
  }
}
