import Spelling
import Tensors

/// A class or function that a pickle names.
struct PickleGlobal: Sendable {
  /// Module and name as the pickle spells them.
  struct Name: Hashable, Sendable {
    let module: String
    let name: String
  }

  /// What a name stands for in a checkpoint. Everything else is never called.
  enum Meaning: Sendable {
    case dictionary, list, set, tuple
    /// `torch._utils._rebuild_tensor` and its successors, by version.
    case rebuildTensor(version: Int)
    /// Returns its first argument.
    case rebuildParameter
    case rebuildFromType
    /// A storage class; nil for element types that are not supported.
    case storage(Safetensors.ElementType?)
    /// Untyped storage: the tensor says what its elements are.
    case untypedStorage
    /// `torch.float32` and the like.
    case elementType(Safetensors.ElementType?)
    case opaque
  }

  let name: Name
  let meaning: Meaning

  /// Throws for what can run code.
  init(module: String, name: String) throws {
    self.name = Name(module: module, name: name)
    meaning = Self.meaning(of: module, name)
    if name == "_load_from_bytes" {
      throw FileError(
        "holds tensors written by pickle.dump; if you trust it, load it with pickle in Python and save it again with "
          + "torch.save")
    }
    if case .opaque = meaning, DangerousGlobals.contain(module, name) {
      throw FileError(
        "calls \(oneLine("\(module).\(name)")) when Python loads it, which can run any code (nothing was run "
          + "here); get the weights from a source you trust")
    }
  }

  /// `module.name`, safe for one line.
  var description: String { oneLine("\(name.module).\(name.name)") }

  private static func meaning(of module: String, _ name: String) -> Meaning {
    switch (module, name) {
    case ("collections", "OrderedDict"), ("builtins", "dict"), ("__builtin__", "dict"): .dictionary
    case ("builtins", "list"), ("__builtin__", "list"): .list
    case ("builtins", "set"), ("__builtin__", "set"), ("builtins", "frozenset"), ("__builtin__", "frozenset"): .set
    case ("torch", "Size"), ("builtins", "tuple"), ("__builtin__", "tuple"): .tuple
    case ("torch._utils", "_rebuild_tensor"): .rebuildTensor(version: 1)
    case ("torch._utils", "_rebuild_tensor_v2"): .rebuildTensor(version: 2)
    case ("torch._utils", "_rebuild_tensor_v3"): .rebuildTensor(version: 3)
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"): .rebuildParameter
    case ("torch._tensor", "_rebuild_from_type_v2"): .rebuildFromType
    case ("torch", "UntypedStorage"), ("torch.storage", "UntypedStorage"), ("torch.storage", "_UntypedStorage"):
      .untypedStorage
    case ("torch", _), ("torch.cuda", _), ("torch.storage", _): torchMeaning(name)
    default: .opaque
    }
  }

  private static let elements: [String: Safetensors.ElementType] = [
    "Float": .float32, "Double": .float64, "Half": .float16, "BFloat16": .bfloat16, "Long": .int64, "Int": .int32,
    "Short": .int16, "Char": .int8, "Byte": .uint8, "Bool": .bool,
  ]

  private static let types: [String: Safetensors.ElementType] = [
    "float32": .float32, "float64": .float64, "float16": .float16, "bfloat16": .bfloat16, "int64": .int64,
    "int32": .int32, "int16": .int16, "int8": .int8, "uint8": .uint8, "bool": .bool, "uint16": .uint16,
    "uint32": .uint32, "uint64": .uint64,
  ]

  private static let otherTypes = ["complex", "float8", "float4", "qint", "quint", "bits", "int1", "uint1"]

  private static func torchMeaning(_ name: String) -> Meaning {
    if let type = types[name] { return .elementType(type) }
    if name.hasSuffix("Storage") { return .storage(elements[String(name.dropLast("Storage".count))]) }
    return otherTypes.contains { name.hasPrefix($0) } ? .elementType(nil) : .opaque
  }
}
