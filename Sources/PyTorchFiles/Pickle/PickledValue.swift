import Tensors

/// One value of a checkpoint: a dictionary, list, scalar, text or tensor.
///
/// A view into the file's table of values, so that looking at a deep, cyclic or widely shared value costs nothing.
package struct PickledValue: Sendable {
  let heap: PickleHeap
  let index: PickleHeap.Index

  /// What a value is.
  package enum Content: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case text(String)
    /// Raw bytes, such as those of a NumPy array: how many.
    case bytes(Int)
    case list([PickledValue])
    case dictionary([(key: PickledValue, value: PickledValue)])
    case tensor(TensorRecord)
    /// An object of a class that is not known here, or the class itself: its name. Nothing of it was run.
    case opaque(String)
  }

  /// The value itself; its parts are looked up when they are asked for.
  package var content: Content {
    switch heap[index] {
    case .none: .none
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .float(let value): .float(value)
    case .longInteger: .opaque("an integer of more than 64 bits")
    case .text(let range): .text(String(decoding: heap.bytes[range], as: UTF8.self))
    case .bytes(let range): .bytes(range.count)
    case .tuple(let items), .list(let items), .set(let items): .list(items.map(value))
    case .dictionary(let items):
      .dictionary(
        stride(from: 0, to: items.count - 1, by: 2).map { (key: value(items[$0]), value: value(items[$0 + 1])) })
    case .tensor(let number): .tensor(heap.tensors[number])
    case .global(let number): .opaque(heap.globals[number].description)
    case .storage: .opaque("a storage")
    case .object(let number): .opaque(heap.global(heap.objects[number].callee)?.description ?? "an object")
    }
  }

  /// The entries of a dictionary under text keys, in the order of the file; the last of each key counts.
  package var entries: [(name: String, value: PickledValue)] {
    guard case .dictionary(let items) = heap[index] else { return [] }
    var places: [String: Int] = [:], entries: [(name: String, value: PickledValue)] = []
    for position in stride(from: 0, to: items.count - 1, by: 2) {
      guard let name = heap.text(items[position]) else { continue }
      let value = value(items[position + 1])
      if let place = places[name] {
        entries[place].value = value
      } else {
        places[name] = entries.count
        entries.append((name, value))
      }
    }
    return entries
  }

  /// The value of a dictionary under a text key.
  package subscript(_ key: String) -> PickledValue? { entries.last { $0.name == key }?.value }

  /// The class of a pickled `torch.nn.Module`, nil for other values.
  var moduleClass: String? {
    guard case .object(let number) = heap[index] else { return nil }
    let object = heap.objects[number]
    let isModule = object.state.contains { state in
      let names = Set(value(state).entries.map(\.name))
      return names.isSuperset(of: ["_parameters", "_modules"])
    }
    return isModule ? heap.global(object.callee)?.description ?? "an unknown class" : nil
  }

  private func value(_ index: PickleHeap.Index) -> PickledValue { PickledValue(heap: heap, index: index) }
}
