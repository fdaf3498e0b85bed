import Foundation
import Networks
import PyTorchFiles
import Spelling
import Tensors
import TestSupport
import Testing

/// What a network subtracts from its images and divides them by: one rule for both formats.
@Suite struct NormalizationTests {
  enum Format: String, CaseIterable, Sendable { case pt, safetensors }

  private let pool = ThreadPool(threads: 1)

  private func stateDictionary(
    _ model: String = "preact-resnet18", channels: Int = 3, side: Int = 16, options: [String: Double] = [:]
  ) throws -> Safetensors {
    var settings = ModelSettings(name: model, input: Shape(channels, side, side), classes: 10, width: 2)
    settings.options = options
    let network = try #require(Network(settings, pool: pool))
    network.initialize(seed: 5)
    return network.stateDictionary()
  }

  private func report(
    _ file: Safetensors, _ format: Format, _ given: [String: String] = [:], input: Shape = Shape(3, 16, 16),
    usual: UsualNormalization? = nil
  ) throws -> (report: ImportReport, notes: String) {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("w.\(format.rawValue)")
    if format == .pt { try PyTorchFile.write(file, to: url) } else { try file.write(to: url) }
    let imported = try WeightsFile(url.path).network(given, input: input, pool: pool, usual: usual)
    return (imported.report, imported.notes.joined(separator: "\n"))
  }

  private func failure(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    Issue.record("it was imported")
    return ""
  }

  @Test(arguments: Format.allCases) func halfOfOneIsRefused(_ format: Format) throws {
    var half = try stateDictionary()
    half.add("normalize.mean", shape: [3], floats: [0.4, 0.5, 0.3])
    #expect(failure { _ = try report(half, format) }.contains("'normalize.mean' without its std; pass --set mean=…"))
    let hand = try report(half, format, ["mean": "0.4", "std": "0.2"])
    #expect(hand.report.std == [0.2, 0.2, 0.2] && hand.notes.contains("in place of the file's"))
    let alone = failure { _ = try report(try stateDictionary(), format, ["std": "0.2"]) }
    #expect(alone.contains("needs mean too; pass --set mean=…"), "\(alone)")
  }

  @Test func halfOfOneInMetadataOrNextToTheWeightsIsRefused() throws {
    var file = try stateDictionary()
    file.metadata["mean"] = "0.4,0.5,0.3"
    #expect(failure { _ = try report(file, .safetensors) }.contains("its metadata have mean without std; pass"))
    #expect(try report(file, .safetensors, ["std": "0.2"]).report.normalization == "--set and metadata")
  }

  @Test(arguments: Format.allCases) func numbersOfLevelsAreRefusedUnlessGivenByHand(_ format: Format) throws {
    var levels = try stateDictionary()
    levels.add("mean", shape: [3], floats: [125.3, 123, 113.9])
    levels.add("std", shape: [1, 3, 1, 1], floats: [63, 62.1, 66.7])
    #expect(failure { _ = try report(levels, format) }.contains("does not fit images in [0, 1]; pass --set mean=…"))
    var told = try stateDictionary()
    told.metadata = ["mean": "125.3,123,113.9", "std": "63"]
    #expect(failure { _ = try report(told, .safetensors) }.contains("do not fit images in [0, 1]; pass --set mean=…"))
    let hand = try report(levels, format, ["mean": "125.3,123,113.9", "std": "63,62.1,66.7"])
    #expect(
      hand.report.mean == [125.3, 123, 113.9]
        && hand.report.normalization == "--set, in place of the file's unclear ones")
  }

  @Test(arguments: Format.allCases) func whatGivesWayToHandIsNamed(_ format: Format) throws {
    var file = try stateDictionary()
    file.add("mean", shape: [3], floats: [0.4, 0.5, 0.3])
    file.add("std", shape: [3], floats: [0.2, 0.25, 0.3])
    let other = try report(file, format, ["mean": "0", "std": "1"])
    #expect(other.notes.contains("mean and std of --set, in place of the file's tensors 'mean' and 'std'"))
    let same = try report(file, format, ["mean": "0.4,0.5,0.3", "std": "0.2,0.25,0.3"])
    #expect(same.report.normalization == "--set" && same.report.ignored.isEmpty)
  }

  @Test(arguments: Format.allCases) func anEntrysNumbersAreForFilesThatSayNone(_ format: Format) throws {
    let usual = UsualNormalization(title: "an entry", mean: [0.1, 0.2, 0.3], deviation: [1, 1, 1])
    var file = try stateDictionary()
    let silent = try report(file, format, usual: usual)
    #expect(silent.report.mean == [0.1, 0.2, 0.3] && silent.report.normalization == "assumed: that of an entry")
    file.add("mu", shape: [1, 3, 1, 1], floats: [0.4, 0.5, 0.3])
    file.add("sigma", shape: [1, 3, 1, 1], floats: [0.2, 0.25, 0.3])
    #expect(try report(file, format, usual: usual).report.mean == [0.4, 0.5, 0.3])
  }

  @Test func grayImagesOfDeepMindsNetworksAreThoseOfMNIST() throws {
    let file = try stateDictionary("wide-resnet-deepmind", channels: 1, side: 32, options: ["depth": 10, "widen": 1])
    let padded = try report(file, .pt, input: Shape(1, 32, 32))
    #expect(padded.report.mean == [0.5] && padded.report.std == [0.5] && padded.notes.contains("MNIST"))
    let line = failure { _ = try report(file, .pt, input: Shape(1, 28, 28)) }
    #expect(line.contains("pad images of 28×28 to 32×32 inside") && line.contains("pass --set mean=…"), "\(line)")
    #expect(try report(file, .pt, ["mean": "0.5", "std": "0.5"], input: Shape(1, 28, 28)).report.mean == [0.5])
  }

  @Test func numbersBehindANameAreItsSizes() throws {
    let file = try stateDictionary("wide-resnet", options: ["depth": 10, "widen": 1])
    for name in ["WRN-10-1", "wide-resnet-10-1", "wide-resnet"] {
      #expect(try report(file, .pt, ["model": name]).report.model == "wide-resnet", "\(name)")
    }
    for (given, words) in [
      (["model": "WRN-16-1"], "not the weights of wide-resnet 16-1"),
      (["model": "WRN-10-1", "depth": "16"], "--model WRN-10-1 and --set depth=16 contradict each other"),
      (["model": "conv4-3"], "conv4 takes no numbers; use conv4"), (["depth": "11"], "use 6n + 4, such as 28"),
    ] {
      let line = failure { _ = try report(file, .pt, given) }
      #expect(line.contains(words), "\(line)")
    }
  }

  @Test(arguments: Format.allCases) func aLargeTeacherDoesNotHideWhatWasTrained(_ format: Format) throws {
    var file = Safetensors()
    for (name, tensor) in try stateDictionary().tensors { file.tensors["student." + name] = tensor }
    let teacher = try stateDictionary("wide-resnet", options: ["depth": 40, "widen": 1])
    for (name, tensor) in teacher.tensors { file.tensors["teacher." + name] = tensor }
    let read = try report(file, format)
    #expect(read.report.model == "preact-resnet18", "\(read)")
    #expect(try report(file, format, ["key": "teacher"]).report.model == "wide-resnet")
  }

  /// A scale and a shift, or a normalization layer in front: another network without them.
  @Test(arguments: Format.allCases, [["scale", "shift"], ["input_bn.running_mean", "input_bn.running_var"]])
  func numbersPerChannelThatNobodyKnowsAreRefused(_ format: Format, names: [String]) throws {
    var file = try stateDictionary()
    for name in names { file.add(name, shape: [3], floats: [0.5, 0.5, 0.25]) }
    let line = failure { _ = try report(file, format) }
    #expect(line.contains("holds \(names[0]), \(names[1]), one number per input channel"), "\(line)")
    #expect(line.contains("pass --set mean=… --set std=…, or --set ignore=\(names.joined(separator: ","))"), "\(line)")
    #expect(try report(file, format, ["ignore": names.joined(separator: ",")]).report.normalization.hasPrefix("none"))
    #expect(try report(file, format, ["mean": "0.5", "std": "0.5"]).report.mean == [0.5, 0.5, 0.5])
    // The bias of a head of three classes is none.
    var head = try stateDictionary()
    head.add("aux.bias", shape: [3], floats: [1, 2, 3])
    #expect(try report(head, format).report.ignored == ["aux.bias"])
  }

  @Test(arguments: Format.allCases) func parametersWithoutRunningStatisticsAreNamedSo(_ format: Format) throws {
    var file = try stateDictionary()
    file.tensors = file.tensors.filter { !$0.key.contains("running_") }
    let line = failure { _ = try report(file, format) }
    #expect(line.contains("has no running statistics, which preact-resnet18 needs ("), "\(line)")
    #expect(line.hasSuffix("save model.state_dict(), which has the buffers too"))
  }

  /// Each of the two numbers is compared, not the mean alone.
  @Test(arguments: Format.allCases) func oneNumberThatContradictsTheTensorsIsRefused(_ format: Format) throws {
    var file = try stateDictionary()
    file.add("normalize.mean", shape: [3], floats: [0.4, 0.4, 0.4])
    file.add("normalize.std", shape: [3], floats: [0.2, 0.2, 0.2])
    for given in [["mean": "0.5"], ["std": "0.3"]] {
      let line = failure { _ = try report(file, format, given) }
      #expect(line.contains("its metadata or --set say"), "\(line)")
    }
    #expect(try report(file, format, ["std": "0.2"]).report.mean == [0.4, 0.4, 0.4])
  }
}
