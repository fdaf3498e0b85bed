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

  private static let python = ProcessInfo.processInfo.environment["DUALAB_PYTHON"]

  @Test(.enabled(if: python != nil, "needs a Python with torch: set DUALAB_PYTHON to its path"))
  func torchLoadsWhatIsWritten() throws {
    let file = Self.sample()
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString).pt")
    defer { try? FileManager.default.removeItem(at: url) }
    try PyTorchFile.write(file, to: url)
    let process = Process(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    process.arguments = [Repository.oracle("pt/check_writer.py").path, url.path]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let types: [Safetensors.ElementType: String] = [
      .float32: "float32", .float64: "float64", .float16: "float16", .bfloat16: "bfloat16", .int64: "int64",
      .int32: "int32", .int16: "int16", .int8: "int8", .uint8: "uint8", .bool: "bool",
    ]
    let expected = try file.tensors.sorted { $0.key < $1.key }.map { name, tensor in
      "\(name)\t\(try #require(types[tensor.type]))\t\(tensor.shape)\t\(fnv1a(tensor.bytes))"
    }
    #expect(text.split(separator: "\n").map(String.init) == expected)
  }

  @Test func everyReadableFileIsTheSameAfterWriting() throws {
    for path in ["wrn_trades_10_1.pt", "prn18_bnfc_w8.half.pt", "cases/lightning.ckpt"] {
      let state = try PyTorchFile(contentsOf: Repository.oracle("pt/\(path)")).stateDictionary()
      let back = try PyTorchFile(data: PyTorchFile.encoded(state.weights), name: path).stateDictionary()
      #expect(back.weights.tensors == state.weights.tensors)
    }
  }
}
