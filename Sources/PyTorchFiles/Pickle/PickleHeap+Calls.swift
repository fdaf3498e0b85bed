import Spelling
import Tensors

/// The few calls that mean something in a checkpoint. Any other call becomes an opaque object.
extension PickleHeap {
  /// The value of `callee(*arguments)`.
  mutating func call(_ callee: Index, with arguments: Index) throws -> Index {
    let opaque = Object(callee: callee, arguments: arguments)
    guard let meaning = global(callee)?.meaning, let values = elements(arguments) else { return try add(opaque) }
    switch meaning {
    case .dictionary: return try add(.dictionary(collect(pairs(values))))
    case .list: return try add(.list(collect(contents(values))))
    case .set: return try add(.set(collect(contents(values))))
    case .tuple:
      // A tuple of a tuple is that one, which nothing can change.
      if let first = values.first, case .tuple = self[first] { return first }
      return try add(.tuple(collect(contents(values))))
    case .rebuildTensor(let version): return try rebuild(values, version: version) ?? add(opaque)
    case .rebuildParameter:
      guard let first = values.first, case .tensor = self[first] else { return try add(opaque) }
      return first
    case .rebuildFromType:
      guard values.count >= 3, case .rebuildTensor(let version) = global(values[0])?.meaning,
        let inner = elements(values[2])
      else { return try add(opaque) }
      return try rebuild(inner, version: version) ?? add(opaque)
    case .storage, .untypedStorage, .elementType, .opaque: return try add(opaque)
    }
  }

  /// The storage that ('storage', type, key, location, count) names.
  mutating func addStorage(persistentID: Index) throws -> Index {
    guard let parts = elements(persistentID), let kind = parts.first.flatMap(name) else {
      throw FileError("its pickle is malformed: a reference to something outside it that torch.save does not write")
    }
    // Files before torch 1.6 wrap each class of a pickled module with its source text.
    if kind == "module", parts.count >= 2 { return parts[1] }
    guard kind == "storage", parts.count >= 5, let type = global(parts[1]), let key = storageKey(parts[2]),
      let count = count(parts[4])
    else { throw FileError("its pickle is malformed: a storage without type, key or count") }
    if parts.count > 5, case .tuple = self[parts[5]] {
      throw FileError("holds views of storages as torch before 0.4 wrote them; \(Remedy.saveAgain)")
    }
    let element: StorageRecord.Element
    switch type.meaning {
    case .storage(let known?): element = .known(known)
    case .untypedStorage: element = .untyped
    default: element = .unsupported(type.name.name)
    }
    return try add(StorageRecord(key: key, element: element, count: count))
  }

  /// torch's keys are numbers.
  private func storageKey(_ index: Index) -> String? {
    if case .integer(let number) = self[index] { return String(number) }
    return name(index).flatMap { $0.utf8.count <= 64 ? $0 : nil }
  }

  /// The tensor that torch's rebuilding functions would make of these arguments; nil when it is of another kind.
  private mutating func rebuild(_ values: [Index], version: Int) throws -> Index? {
    guard values.count >= 4, case .storage(let number) = self[values[0]] else { return nil }
    guard let offset = count(values[1]), let sizes = counts(values[2]), let strides = counts(values[3]) else {
      throw FileError(
        "its pickle is malformed: a tensor whose offset, sizes or strides are not whole numbers, or of more than "
          + "\(TensorRecord.mostDimensions) dimensions")
    }
    let storage = storages[number]
    var type: Safetensors.ElementType?, unsupported: String?
    switch storage.element {
    case .known(let known): type = known
    case .untyped: type = .uint8
    case .unsupported(let name): unsupported = name
    }
    if version == 3, values.count >= 7, let global = global(values[6]), case .elementType(let given) = global.meaning {
      type = given
      unsupported = given == nil ? global.name.name : nil
    }
    let tensor = TensorRecord(
      storage: storage, type: type, unsupported: unsupported.map(oneLine), offset: offset, shape: sizes,
      strides: strides)
    try tensor.check()
    return try add(tensor)
  }

  private func counts(_ index: Index) -> [Int]? {
    guard let items = elements(index), items.count <= TensorRecord.mostDimensions else { return nil }
    let values = items.compactMap(count)
    return values.count == items.count ? values : nil
  }

  /// Keys and values in turn of `dict([(key, value), …])` or `dict({…})`.
  private func pairs(_ arguments: [Index]) -> [Index] {
    guard let first = arguments.first else { return [] }
    if case .dictionary(let number) = self[first] { return collections[number] }
    guard let items = elements(first) else { return [] }
    return items.flatMap { item -> [Index] in
      guard let pair = elements(item), pair.count == 2 else { return [] }
      return pair
    }
  }

  private func contents(_ arguments: [Index]) -> [Index] {
    guard let first = arguments.first else { return [] }
    if case .set(let number) = self[first] { return collections[number] }
    return elements(first) ?? []
  }
}
