import Foundation
import Tensors
import TestSupport
import Testing

struct SafetensorsTests {
  @Test func aFileOfTheReferenceLibraryIsReadWhole() throws {
    let file = try Safetensors(contentsOf: Repository.oracle("formats/small.safetensors"))
    #expect(file.metadata == ["a": "text", "greek": "αβγ", "quote": "he said \"x\" \\ y"])
    #expect(try Array(file.floats("f")[..<2]) == [1.5351338386535645, -0.21005630493164062])
    #expect(file.tensors["f"]?.shape == [2, 3])
    #expect(try file.integers("i") == [-2, -1, 0, 1])
    #expect(try file.bytes("u") == [248, 192, 166, 142, 95])
    #expect(try file.floats("scalar") == [1.5])
    #expect(file.tensors["scalar"]?.shape == [])
    #expect(try file.floats("empty") == [])
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var file = Safetensors(metadata: ["preset": "γ: 0.5\nβ: \"1\"", "step": "400"])
    file.add("a.weight", shape: [2, 2], floats: [1, -0.0, .infinity, .leastNonzeroMagnitude])
    file.add("empty", shape: [0, 3], floats: [])
    file.add("labels", shape: [2], integers: [-1, 1 << 40])
    let url = folder.appendingPathComponent("weights.safetensors")
    try file.write(to: url)
    let back = try Safetensors(contentsOf: url)
    #expect(back.tensors == file.tensors)
    #expect(back.metadata == file.metadata)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["weights.safetensors"])
  }

  @Test func typesThatAreNotReadAreNamed() throws {
    let file = try Safetensors(contentsOf: Repository.oracle("malformed/st_unknown_dtype.safetensors"))
    #expect(file.unreadable.count == 1, "\(file.unreadable)")
  }

  @Test func everyMalformedFileIsRefusedWithItsNameAndReason() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Repository.oracle("malformed").path)
      .filter { $0.hasPrefix("st_") }.sorted()
    #expect(names.count == 25)
    // An element type that nobody reads is no reason to refuse a file: see `typesThatAreNotReadAreNamed`.
    for name in names where name != "st_unknown_dtype.safetensors" {
      do {
        _ = try Safetensors(contentsOf: Repository.oracle("malformed/\(name)"))
        Issue.record("\(name) was read as good data")
      } catch let error as FileError {
        #expect(error.description.contains(name))
        #expect(!error.description.contains("\n"))
      }
    }
  }

  @Test func aMissingFileAndAMissingTensorSaySo() throws {
    #expect(throws: FileError.self) { try Safetensors(contentsOf: URL(fileURLWithPath: "/nowhere/x.safetensors")) }
    let file = try Safetensors(contentsOf: Repository.oracle("formats/small.safetensors"))
    #expect(throws: FileError.self) { try file.floats("nothing") }
    #expect(throws: FileError.self) { try file.floats("i") }
  }

  @Test func aFailedWriteLeavesTheOldFile() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("no/such/folder/x.safetensors")
    #expect(throws: FileError.self) { try Safetensors().write(to: url) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  private func temporaryFolder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }
}
