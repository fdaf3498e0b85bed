import Foundation
import PyTorchFiles
import Tensors
import TestSupport
import Testing

struct WritingTests {
  private static func sample() -> Safetensors {
    var file = Safetensors(metadata: ["preset": "none"])
    file.add("conv.weight", shape: [2, 3, 1, 1], floats: [1, -0.0, .infinity, .leastNonzeroMagnitude, 5, 6])
    file.add("schritt ü", shape: [2], integers: [-1, 1 << 40])
    file.add("scalar", shape: [], floats: [2.5])
    file.add("empty", shape: [0, 3], floats: [])
    let types: [Safetensors.ElementType] = [.float64, .float16, .bfloat16, .int32, .int16, .int8, .uint8, .bool]
    for type in types {
      let bytes = Data((0..<(3 * type.size)).map { type == .bool ? UInt8($0 % 2) : UInt8($0 * 7 % 251) })
      file.tensors[type.rawValue] = Safetensors.Tensor(type: type, shape: [3], bytes: bytes)
    }
    return file
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let file = Self.sample()
    let state = try PyTorchFile(data: PyTorchFile.encoded(file), name: "sample.pt").stateDictionary()
    #expect(state.weights.tensors == file.tensors)
    #expect(state.notes == [])
  }

  @Test func entriesAreStoredAndAligned() throws {
    let file = Self.sample(), data = try PyTorchFile.encoded(file)
    #expect(try PyTorchFile.encoded(file) == data)
    var names: [String] = [], position = 0
    // Local headers follow each other; their sizes are known since nothing is compressed.
    while data[position..<(position + 4)].elementsEqual([0x50, 0x4B, 3, 4]) {
      func number(_ offset: Int, _ bytes: Int) -> Int {
        data[(position + offset)..<(position + offset + bytes)].reversed().reduce(0) { $0 << 8 | Int($1) }
      }
      #expect(number(8, 2) == 0, "compressed")
      let start = position + 30 + number(26, 2) + number(28, 2)
      names.append(String(decoding: data[(position + 30)..<(position + 30 + number(26, 2))], as: UTF8.self))
      #expect(start % 64 == 0, "\(names.last ?? "") starts at \(start)")
      position = start + number(18, 4)
    }
    let storages = file.tensors.count
    #expect(
      names == ["archive/data.pkl", "archive/byteorder"] + (0..<storages).map { "archive/data/\($0)" } + [
        "archive/version"
      ])
  }

  @Test func aTypeThatTorchDoesNotStoreIsRefused() throws {
    let tensor = Safetensors.Tensor(type: .uint32, shape: [1], bytes: Data(count: 4))
    let text = try message { _ = try PyTorchFile.encoded(Safetensors(tensors: ["ids": tensor])) }
    #expect(text.contains("'ids'") && text.contains("int64"))
  }

  /// `written.pt` is what was written once; `written.torch.txt` is what torch.load(…, weights_only=True) read in it, by
  /// `check_writer.py`.
  @Test func whatIsWrittenIsWhatTorchHasRead() throws {
    let file = Self.sample()
    #expect(try PyTorchFile.encoded(file) == Data(contentsOf: Repository.oracle("pt/written.pt")))
    let types: [Safetensors.ElementType: String] = [
      .float32: "float32", .float64: "float64", .float16: "float16", .bfloat16: "bfloat16", .int64: "int64",
      .int32: "int32", .int16: "int16", .int8: "int8", .uint8: "uint8", .bool: "bool",
    ]
    let written = try file.tensors.sorted { $0.key < $1.key }.map { name, tensor in
      "\(name)\t\(try #require(types[tensor.type]))\t\(tensor.shape)\t\(fnv1a(tensor.bytes))"
    }
    let read = try String(contentsOf: Repository.oracle("pt/written.torch.txt"), encoding: .utf8)
    #expect(read.split(separator: "\n").map(String.init) == written)
  }

  /// torch's weights-only reader knows protocol 2, few instructions, and few names.
  @Test func onlyWhatTheWeightsOnlyReaderAllowsIsWritten() throws {
    let data = [UInt8](try PyTorchFile.encoded(Self.sample()))
    // The pickle is the first entry, stored.
    let length = { (place: Int, bytes: Int) in (0..<bytes).reduce(0) { $0 | Int(data[place + $1]) << (8 * $1) } }
    var place = 30 + length(26, 2) + length(28, 2)
    let end = place + length(18, 4)
    #expect(Array(data[place..<(place + 2)]) == [0x80, 2])
    place += 2
    var names: Set<String> = []
    while place < end - 1 {
      let code = data[place]
      place += 1
      switch code {
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "t"), UInt8(ascii: "Q"), UInt8(ascii: "R"),
        UInt8(ascii: "u"), 0x89:
        break
      case UInt8(ascii: "J"): place += 4
      case 0x8A: place += 1 + Int(data[place])
      case UInt8(ascii: "X"): place += 4 + length(place, 4)
      case UInt8(ascii: "c"):
        let parts = data[place..<end].split(separator: 0x0A, maxSplits: 2)
        names.insert(parts.prefix(2).map { String(decoding: $0, as: UTF8.self) }.joined(separator: "."))
        place = parts[2].startIndex
      default:
        Issue.record("instruction \(code) at \(place - 1)")
        return
      }
    }
    #expect(data[end - 1] == UInt8(ascii: "."))
    let storages = [
      "Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool",
    ].map { "torch.\($0)Storage" }
    #expect(names == Set(storages + ["collections.OrderedDict", "torch._utils._rebuild_tensor_v2"]))
  }

  @Test func everyReadableFileIsTheSameAfterWriting() throws {
    for path in ["wrn_trades_10_1.pt", "prn18_bnfc_w8.half.pt", "cases/lightning.ckpt"] {
      let state = try PyTorchFile(contentsOf: Repository.oracle("pt/\(path)")).stateDictionary()
      let back = try PyTorchFile(data: PyTorchFile.encoded(state.weights), name: path).stateDictionary()
      #expect(back.weights.tensors == state.weights.tensors)
    }
  }
}
