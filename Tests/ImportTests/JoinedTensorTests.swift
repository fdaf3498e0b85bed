import Foundation
import Networks
import PyTorchFiles
import Tensors
import TestSupport
import Testing

/// Tensors that are the network's only together with others, and tensors that are left out: in both formats.
@Suite struct JoinedTensorTests {
  enum Format: String, CaseIterable, Sendable { case pt, safetensors }

  private let pool = ThreadPool(threads: 1)
  private static let pruned = "layer1.0.conv1.weight"

  private func stateDictionary() throws -> Safetensors {
    let settings = ModelSettings(name: "preact-resnet18", input: Shape(3, 16, 16), classes: 10, width: 2)
    let network = try #require(Network(settings, pool: pool))
    network.initialize(seed: 5)
    return network.stateDictionary()
  }

  private func imported(_ data: Data, _ format: Format) throws -> (network: Network, report: ImportReport) {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("w.\(format.rawValue)")
    try data.write(to: url)
    let imported = try WeightsFile(url.path).network([:], input: Shape(3, 16, 16), pool: pool)
    return (imported.network, imported.report)
  }

  private func data(_ file: Safetensors, _ format: Format) throws -> Data {
    guard format == .pt else { return try file.encoded() }
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("w.pt")
    try PyTorchFile.write(file, to: url)
    return try Data(contentsOf: url)
  }

  @Test(arguments: Format.allCases) func prunedWeightsAreUsedWithTheirMask(_ format: Format) throws {
    var file = try stateDictionary()
    let weights = try file.floats(Self.pruned), shape = try #require(file.tensors[Self.pruned]?.shape)
    let mask = weights.indices.map { Float($0 % 3 == 0 ? 0 : 1) }
    file.tensors[Self.pruned] = nil
    file.add(Self.pruned + "_orig", shape: shape, floats: weights)
    file.add(Self.pruned + "_mask", shape: shape, floats: mask)
    let network = try imported(data(file, format), format).network
    #expect(try network.stateDictionary().floats(Self.pruned) == zip(weights, mask).map { $0 * $1 })
  }

  /// float8, which we do not read, in a tensor that the network does not have.
  @Test func aTensorOfAnotherTypeIsNamed() throws {
    let whole = try stateDictionary().encoded(), length = Int(whole[0]) | Int(whole[1]) << 8 | Int(whole[2]) << 16
    let end = whole.count - 8 - length
    let known = String(decoding: whole[8..<8 + length], as: UTF8.self).trimmingCharacters(in: .whitespaces).dropLast()
    let header = known + #","scale_8":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[\#(end),\#(end + 4)]}}"#
    var file = Data((0..<8).map { UInt8(header.utf8.count >> (8 * $0) & 0xff) })
    file += Data(header.utf8) + whole[(8 + length)...] + Data([1, 2, 3, 4])
    #expect(try imported(file, .safetensors).report.ignored == ["scale_8 (F8_E4M3)"])
  }

  /// The robustness library saves a network as itself and under its attacker.
  @Test func anAttackersCopyIsLeftOutOnlyWhereItIsTheSame() throws {
    let file = try stateDictionary()
    var twice = Safetensors()
    for (name, tensor) in file.tensors {
      twice.tensors["module.model.\(name)"] = tensor
      twice.tensors["module.attacker.model.\(name)"] = tensor
    }
    let network = try imported(data(twice, .pt), .pt).network
    #expect(network.stateDictionary().tensors == file.tensors)

    let name = "module.attacker.model.\(Self.pruned)"
    var values = try twice.floats(name)
    values[0] += 1
    twice.add(name, shape: try #require(twice.tensors[name]?.shape), floats: values)
    let error = #expect(throws: (any Error).self) { _ = try imported(data(twice, .pt), .pt) }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains("has two different tensors for 'model.\(Self.pruned)', one under 'attacker.'"), "\(line)")
    #expect(line.contains("--key attacker.model"))
  }
}
