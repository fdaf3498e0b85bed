import Datasets
import Foundation
import Recipe
import Tensors
import TestSupport
import Testing

/// Images to evaluate on, from tensors and from data sets.
struct LabeledImagesTests {
  private func file(_ fill: (inout Safetensors) -> Void) throws -> String {
    var file = Safetensors()
    fill(&file)
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("images-\(UUID().uuidString).safetensors")
    try file.write(to: url)
    return url.path
  }

  private func failure(_ path: String) -> String {
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      _ = try LabeledImages(safetensors: path)
    } catch let error as DataError {
      #expect(error.description.hasPrefix(path))
      return error.description
    } catch {
      return "\(error)"
    }
    return "read as good data"
  }

  @Test func theEvaluationSetIsRead() throws {
    let path = Repository.oracle("attacks/evaluation_set.safetensors").path
    let images = try LabeledImages(safetensors: path)
    #expect(images.count == 512 && images.shape == Shape(1, 14, 14))
    #expect(images.pixels.count == 512 * 196 && images.pixels.allSatisfy { (0...1).contains($0) })
    let few = try LabeledImages(safetensors: path, limit: 3)
    #expect(few.labels == Array(images.labels.prefix(3)) && few.pixels == Array(images.pixels.prefix(3 * 196)))
    #expect(throws: DataError.self) { try images.check(classes: 9) }
    try images.check(classes: 10)
  }

  @Test func tensorsThatDoNotFitAreNamed() throws {
    let images = { (file: inout Safetensors) in file.add("images", shape: [2, 1, 1, 1], floats: [0, 1]) }
    let missing = try file(images)
    #expect(failure(missing).contains("no array y_test"))
    let many = try file {
      images(&$0)
      $0.add("labels", shape: [3], integers: [0, 1, 2])
    }
    #expect(failure(many).contains("3 labels (labels) for 2 images; expected one each"))
    let negative = try file {
      images(&$0)
      $0.add("labels", shape: [2], integers: [0, -3])
    }
    #expect(failure(negative).contains("label -3 at position 1"))
    let large = try file {
      $0.add("images", shape: [2, 1, 1, 1], floats: [0, 255.5])
      $0.add("labels", shape: [2], integers: [0, 1])
    }
    #expect(failure(large).contains("image 1 has a pixel 255.5 outside [0, 1] (1 of 2 images have one)"))
    let floats = try file {
      images(&$0)
      $0.add("labels", shape: [2], floats: [0, 0.5])
    }
    #expect(failure(floats).contains("labels: label 0.5 at position 1 is not a whole number"))
    #expect(failure("/nowhere/x.safetensors") == "/nowhere/x.safetensors: no such file; check the path")
  }

  @Test func labelsOfEveryWholeTypeAreReadAndOthersNamed() throws {
    for (type, bytes) in [
      (Safetensors.ElementType.int8, [1, 0]), (.int16, [1, 0, 0, 0]), (.uint16, [1, 0, 0, 0]),
      (.uint32, [1, 0, 0, 0, 0, 0, 0, 0]), (.uint64, [1] + [UInt8](repeating: 0, count: 15)), (.bool, [1, 0]),
    ] as [(Safetensors.ElementType, [UInt8])] {
      let path = try file {
        $0.add("images", shape: [2, 1, 1, 1], floats: [0, 1])
        $0.tensors["labels"] = Safetensors.Tensor(type: type, shape: [2], bytes: Data(bytes))
      }
      #expect(try LabeledImages(safetensors: path).labels == [1, 0], "\(type)")
    }
  }

  @Test func labelsOf32BitsAreRead() throws {
    let path = try file {
      $0.add("images", shape: [3, 1, 1, 1], floats: [0, 1, 0.5])
      $0.tensors["labels"] = Safetensors.Tensor(
        type: .int32, shape: [3], bytes: Data([7, 0, 0, 0, 0, 1, 0, 0, 0xFF, 0xFF, 0, 0]))
    }
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try LabeledImages(safetensors: path).labels == [7, 256, 65535])
  }

  @Test func aSplitKeepsTheIndicesOfItsDataSet() throws {
    var settings = Settings()
    for assignment in ["data.train=64", "data.test=16", "data.size=8"] { try settings.apply(assignment: assignment) }
    let data = try loadData(settings)
    let images = try LabeledImages(data.validation, source: "mirage:validation", limit: 4)
    #expect(images.count == 4 && images.indices == Array(data.validation.indices.prefix(4)))
    #expect(images.shape == Shape(1, 8, 8))
    var pixels = [Float](repeating: 0, count: 64)
    try data.validation.copyImage(3, to: &pixels)
    #expect(Array(images.pixels[(3 * 64)...]) == pixels)
    #expect(images.labels == (0..<4).map(data.validation.label))
  }
}
