import Datasets
import Foundation
import Networks
import PyTorchFiles
import Tensors
import TestSupport
import Testing

/// Names of classes in a file of weights, next to those of the images.
@Suite struct ClassOrderTests {
  private func report(_ metadata: [String: String], _ change: (inout Safetensors) -> Void = { _ in }) throws
    -> ImportReport
  {
    var file = try Safetensors(contentsOf: Repository.oracle("import/good.safetensors"))
    for (name, value) in metadata { file.metadata[name] = value }
    change(&file)
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("w.safetensors")
    try file.write(to: url)
    let images = try LabeledImages(npz: Repository.oracle("import/good.npz").path)
    return try WeightsFile(url.path).network(
      ["model": "preact-resnet18"], input: images.shape, pool: ThreadPool(threads: 1)
    )
    .report
  }

  private static let letters = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]

  @Test func namesOfAllClassesAreReported() throws {
    let report = try report(["classes": Self.letters.joined(separator: ",")])
    #expect(report.classNames == Self.letters && report.metadata.isEmpty)
    #expect(
      report.facts(takesSettings: true).contains(
        "classes by the file: 0 a, 1 b, 2 c, 3 d, 4 e, 5 f, 6 g, 7 h, 8 i, 9 j"))
    let json = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
    #expect(json.contains(#""class_names":["a","b""#))
  }

  @Test func namesOfAnotherNumberOfClassesAreNotTaken() throws {
    let report = try report(["class_names": #"["a", "b", "c"]"#])
    #expect(report.classNames == nil && report.metadata == ["3 class names, for a network of 10 classes"])
  }

  private func images(_ names: [String]) throws -> LabeledImages {
    let set = ImageSet(
      channels: 1, height: 1, width: 1, pixels: .levels([0, 255]), labels: [0, 1], classes: names.count)
    return try LabeledImages(Split(set), source: "pets", labelNames: names)
  }

  @Test func anotherOrderOfTheSameNamesIsAFault() throws {
    let pets = try images(["cat", "dog", "Great Tit"])
    #expect(pets.orderFault(nil) == nil)
    #expect(pets.orderFault(["cat", "dog", "great_tit"]) == nil)
    #expect(pets.orderFault(["ant", "bee", "cow"]) == nil)
    let fault = try #require(pets.orderFault(["cat", "great-tit", "dog"]))
    #expect(
      fault.hasPrefix(
        "pets: labels number the classes in a different order than the network: 'dog' is label 1, but class 2")
    )
    #expect(fault.contains("(2 of 3 classes differ); if the weights are right, save") && fault.contains("in an .npz"))
  }
}
