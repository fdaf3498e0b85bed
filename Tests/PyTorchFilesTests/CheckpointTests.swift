import Foundation
import PyTorchFiles
import Tensors
import TestSupport
import Testing

/// Every checkpoint of the oracles holds what torch itself reads.
struct CheckpointTests {
  @Test(arguments: try Expectation.all()) func aFileHoldsWhatTorchReads(_ expected: Expectation) throws {
    let file = try PyTorchFile(contentsOf: Repository.oracle("pt/\(expected.path)"))
    let state = try file.stateDictionary(key: expected.key)
    // The numbers of an input normalization are left among the tensors.
    let (means, deviations) = (statistics(true, of: state.weights), statistics(false, of: state.weights))
    let known = Set(expected.tensors.keys).union(expected.floats.keys)
    #expect(Set(state.weights.tensors.keys) == known.union(means).union(deviations))
    for (names, values) in [(means, expected.normalization?.first), (deviations, expected.normalization?.last)] {
      #expect(names.isEmpty == (values == nil))
      for name in names { #expect(try state.weights.numbers(name) == values, "\(name)") }
    }
    for (name, tensor) in expected.tensors {
      let got = try #require(state.weights.tensors[name], "\(name)")
      #expect(got.type.rawValue == tensor.type, "\(name)")
      #expect(got.shape == tensor.shape, "\(name)")
      #expect(fnv1a(got.bytes) == tensor.digest, "\(name)")
    }
    for (name, values) in expected.floats {
      let got = try state.weights.floats(name)
      #expect(got.count == values.count)
      for (a, b) in zip(got, values) { #expect(abs(a - b) <= 2e-7 * max(1, abs(b)), "\(name)") }
    }
    #expect(state.step == expected.step)
    #expect(state.epoch == expected.epoch)
    let notes = state.notes.joined(separator: "\n")
    for words in expected.notes { #expect(notes.contains(words), "'\(words)' is not in:\n\(notes)") }
  }

  private func statistics(_ isMean: Bool, of file: Safetensors) -> [String] {
    file.tensors.keys.filter { InputStatistics.role(of: $0)?.isMean == isMean }.sorted()
  }

  @Test func bytesInMemoryAreReadLikeAFile() throws {
    for path in ["resnet50_w4.channels_last.pt", "prn18_dm_silu_w8.legacy.pt"] {
      let url = Repository.oracle("pt/\(path)")
      let file = try PyTorchFile(contentsOf: url).stateDictionary()
      let memory = try PyTorchFile(data: Data(contentsOf: url), name: path).stateDictionary()
      #expect(file.weights.tensors == memory.weights.tensors)
      #expect(file.notes == memory.notes)
    }
  }

  @Test func theTreeShowsValuesAsTheyAre() throws {
    let file = try PyTorchFile(contentsOf: Repository.oracle("pt/cases/strange_neighbours.pt"))
    let root = file.root
    #expect(root.entries.map(\.name) == ["model", "args", "acc", "history", "when", "big", "step"])
    guard case .opaque("argparse.Namespace")? = root["args"]?.content else {
      Issue.record("args are \(String(describing: root["args"]?.content))")
      return
    }
    guard case .tensor(let step)? = root["step"]?.content else {
      Issue.record("step is no tensor")
      return
    }
    #expect(step.shape == [])
    #expect(try file.tensor(step).bytes == Data([41, 0, 0, 0, 0, 0, 0, 0]))
  }

  @Test func anUnknownKeyIsAnsweredWithThoseThatExist() throws {
    let file = try PyTorchFile(contentsOf: Repository.oracle("pt/cases/two_sets.pt"))
    let message = try message { _ = try file.stateDictionary(key: "modle") }
    #expect(message.contains("has no weights under --key modle"))
    #expect(message.contains("did you mean model?"))
  }
}

/// What `expected.json` says of one file.
struct Expectation: Sendable, CustomTestStringConvertible {
  struct Tensor: Sendable {
    let type: String
    let shape: [Int]
    let digest: String
  }

  let path: String
  let key: String?
  let notes: [String]
  let normalization: [[Float]]?
  let step: Int?
  let epoch: Int?
  let tensors: [String: Tensor]
  let floats: [String: [Float]]

  var testDescription: String { path }

  static func all() throws -> [Expectation] {
    let data = try Data(contentsOf: Repository.oracle("pt/expected.json"))
    let decoded = try JSONDecoder().decode([String: Entry].self, from: data)
    return decoded.map { path, entry in
      Expectation(
        path: path, key: entry.key, notes: entry.notes, normalization: entry.normalization, step: entry.step,
        epoch: entry.epoch, tensors: entry.tensors.filter { !entry.floats.keys.contains($0.key) }.mapValues(\.value),
        floats: entry.floats)
    }
    .sorted { $0.path < $1.path }
  }

  private struct Entry: Decodable {
    var key: String?
    var notes: [String]
    var normalization: [[Float]]?
    var step: Int?
    var epoch: Int?
    var tensors: [String: Description]
    var floats: [String: [Float]]
  }

  /// `["F32", [2, 3], "digest"]`.
  private struct Description: Decodable {
    let value: Tensor

    init(from decoder: any Decoder) throws {
      var parts = try decoder.unkeyedContainer()
      value = Tensor(
        type: try parts.decode(String.self), shape: try parts.decode([Int].self), digest: try parts.decode(String.self))
    }
  }
}

/// 64-bit FNV-1a of bytes, as `make_cases.py` has it.
func fnv1a(_ bytes: Data) -> String {
  let digest = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  let text = String(digest, radix: 16)
  return String(repeating: "0", count: 16 - text.count) + text
}

/// The error of work that must fail.
func message(_ work: () throws -> Void) throws -> String {
  do { try work() } catch let error as FileError { return error.description }
  throw HelperError("nothing was refused")
}
