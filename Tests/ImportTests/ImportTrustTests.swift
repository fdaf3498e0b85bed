import Datasets
import Foundation
import Networks
import PyTorchFiles
import Tensors
import TestSupport
import Testing

/// What people bring: `Oracles/import` has weights and images whose labels are PyTorch's own predictions, so that the
/// right network classifies every image correctly, and any other does not. One file for each kind of fault.
@Suite struct ImportTrustTests {
  private func path(_ name: String) -> String { Repository.oracle("import/\(name)").path }

  private func imported(_ weights: String, _ given: [String: String] = [:], images: LabeledImages) throws
    -> WeightsFile.Imported
  {
    try WeightsFile(path(weights)).network(given, input: images.shape, pool: ThreadPool(threads: 2))
  }

  /// The share of images that a network classifies as PyTorch did.
  private func agreement(_ network: Network, _ images: LabeledImages) -> Double {
    let logits = network.evaluate(images.pixels, count: images.count), classes = network.classes
    let right = (0..<images.count).count { image in
      predictedClass(Array(logits[image * classes..<(image + 1) * classes]), classes: classes) == images.labels[image]
    }
    return Double(right) / Double(images.count)
  }

  private func failure(_ weights: String, _ given: [String: String] = [:]) throws -> String {
    let images = try LabeledImages(npz: path("good.npz"))
    do {
      _ = try imported(weights, given, images: images)
    } catch {
      #expect(!"\(error)".contains("\n"))
      return "\(error)"
    }
    Issue.record("\(weights) was imported")
    return ""
  }

  @Test(arguments: [
    ("K1_dual-domain-at_first_norm", "preact-resnet18", "tensors 'first_norm.mean' and 'first_norm.stdev'"),
    ("K1_robustbench_mu_sigma", "preact-resnet18", "tensors 'mu' and 'sigma'"),
    ("K1_madry_normalizer", "resnet34-cifar", "new_mean"),
    ("K3_activation_silu", "preact-resnet18", "none"),
    ("K3_shortcut_raw_fast_adversarial", "preact-resnet18", "none"),
    ("good", "preact-resnet18", "none"),
  ])
  func theNetworkIsTheUsers(name: String, model: String, normalization: String) throws {
    let images = try LabeledImages(npz: path("\(name).npz"))
    let result = try imported("\(name).safetensors", ["model": model], images: images)
    #expect(agreement(result.network, images) == 1)
    #expect(result.report.normalization.contains(normalization), "\(result.report)")
    #expect(result.report.model == model && !result.report.recognized)
  }

  /// The variant that nobody names is another network, and the report says which one was assumed.
  @Test(arguments: ["K3_activation_silu", "K3_shortcut_raw_fast_adversarial"])
  func aVariantThatTheTensorsDoNotTellIsStated(name: String) throws {
    let images = try LabeledImages(npz: path("\(name).npz"))
    var file = try Safetensors(contentsOf: Repository.oracle("import/\(name).safetensors"))
    file.metadata = [:]
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("v-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try file.write(to: url)
    let given = ["model": "preact-resnet18"]
    let silent = try WeightsFile(url.path).network(given, input: images.shape, pool: ThreadPool(threads: 1))
    #expect(agreement(silent.network, images) < 0.5)
    #expect(silent.report.variant.contains("activation relu (assumed), shortcut activated (assumed)"))
    let wanted = name.contains("silu") ? ["activation": "silu"] : ["shortcut": "raw"]
    let said = try WeightsFile(url.path).network(
      given.merging(wanted) { $1 }, input: images.shape, pool: ThreadPool(threads: 1))
    #expect(agreement(said.network, images) == 1)
  }

  @Test(arguments: [
    ("K5_resnet34_kuangliu_no_model", "resnet34-cifar"), ("K5_preactresnet18_no_model", "preact-resnet18"),
    ("K2_preactresnet34_as_18", "preact-resnet34"),
  ])
  func anArchitectureIsRecognizedOnlyWhenEverythingFits(name: String, model: String) throws {
    let images = try LabeledImages(npz: path("\(name).npz"))
    let result = try imported("\(name).safetensors", images: images)
    #expect(result.report.recognized && result.report.model == model)
    #expect(agreement(result.network, images) == 1)
    let line = try failure("K2_conv_bias.safetensors")
    #expect(line.contains("no known one fits it exactly; the nearest is preact-resnet18 (left over "), "\(line)")
  }

  @Test(arguments: ["K2_conv_bias", "K2_preactresnet34_as_18"])
  func partsOfTheNetworkThatAreLeftOverAreRefused(name: String) throws {
    let line = try failure("\(name).safetensors", ["model": "preact-resnet18"])
    #expect(line.contains("holds parts of a network that preact-resnet18 does not have"), "\(line)")
    #expect(line.contains(name.contains("34") ? "its tensors fit --model preact-resnet34" : "--set ignore="))
  }

  @Test(arguments: [
    "K7_unneeded_float8", "K8_norm_Linf", "K8_classes_names", "K8_mean_std_with_spaces", "K17_pruned_weight_orig_mask",
  ])
  func whatChangesNothingIsNoReasonToRefuse(name: String) throws {
    let images = try LabeledImages(npz: path("good.npz"))
    let result = try imported("\(name).safetensors", ["model": "preact-resnet18"], images: images)
    #expect(agreement(result.network, images) == 1)
  }

  @Test func ofTwoSetsTheTrainedOneIsTakenAndSaid() throws {
    let images = try LabeledImages(npz: path("good.npz"))
    for given in [["model": "preact-resnet18"], [:], ["key": "model"]] {
      let model = try imported("K14_model_and_ema.safetensors", given, images: images)
      #expect(agreement(model.network, images) == 1 && model.report.prefix == "model.")
      let said = "weights taken from 'model'; also holds weights under 'ema'; choose them with --key ema"
      #expect(model.report.converted == (given["key"] == nil ? [said] : []))
    }
    let ema = try imported("K14_model_and_ema.safetensors", ["model": "preact-resnet18", "key": "ema"], images: images)
    #expect(agreement(ema.network, images) < 0.5)
    #expect(ema.report.ignored.allSatisfy { $0.hasPrefix("model.") } && !ema.report.ignored.isEmpty)
  }

  /// An empty tensor may claim any size: no product of sizes may overflow on the way to the refusal.
  @Test(arguments: models.map { $0.name }, [1 << 40, 1 << 59])
  func emptyTensorsOfHugeShapesAreRefused(model: String, size: Int) throws {
    let settings = ModelSettings(name: model, input: Shape(3, 32, 32), classes: 10, width: 8)
    let network = try #require(Network(settings, pool: ThreadPool(threads: 1)))
    let whole = network.stateDictionary(), weights = whole.tensors.filter { $0.value.shape.count > 1 }.keys.sorted()
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("w.safetensors")
    for huge in [weights, Array(weights.suffix(1)), weights.filter { $0.contains("conv1") }] where !huge.isEmpty {
      var file = whole
      for name in huge {
        let rest = Array(repeating: 0, count: (whole.tensors[name]?.shape.count ?? 1) - 1)
        file.tensors[name] = Safetensors.Tensor(type: .float32, shape: [size] + rest, bytes: Data())
      }
      try file.write(to: url)
      for given in [[:], ["model": model]] {
        #expect(throws: FileError.self) {
          _ = try WeightsFile(url.path).network(given, input: Shape(3, 32, 32), pool: ThreadPool(threads: 1))
        }
      }
    }
  }

  /// The same two sets in every wrapping and in both formats: what was taken is said, or it is asked.
  @Test(arguments: [
    ("model.", "ema.", "model"), ("", "model_ema.", ""), ("net.", "net_ema.", "net"),
    ("module.model.", "module.ema.", ""),
    ("student.", "teacher.", "student"), ("generator.", "critic.", nil), ("a.", "b.", nil),
  ])
  func twoSetsOfAnyNamesAreToldApartOrAskedFor(trained: String, other: String, taken: String?) throws {
    let images = try LabeledImages(npz: path("good.npz"))
    let both = try Safetensors(contentsOf: URL(fileURLWithPath: path("K14_model_and_ema.safetensors")))
    var renamed = Safetensors()
    for (name, tensor) in both.tensors {
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      renamed.tensors[(parts[0] == "model" ? trained : other) + parts[1]] = tensor
    }
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["w.safetensors", "w.pt"].map { folder.appendingPathComponent($0) }
    try renamed.write(to: files[0])
    try PyTorchFile.write(renamed, to: files[1])
    for file in files {
      let pool = ThreadPool(threads: 1)
      func read(_ given: [String: String]) throws -> Double {
        agreement(try WeightsFile(file.path).network(given, input: images.shape, pool: pool).network, images)
      }
      if taken == nil {
        let line = #expect(throws: FileError.self) { _ = try read([:]) }?.description ?? ""
        #expect(line.contains("--key \(min(trained, other).dropLast())"), "\(line)")
        #expect(try read(["key": String(trained.dropLast())]) == 1)
      } else {
        let notes = try WeightsFile(file.path).network([:], input: images.shape, pool: pool).notes
        let key = String(other.split(separator: ".").last ?? "")
        #expect(notes.contains { $0.contains("--key") && $0.contains(key) }, "\(file.lastPathComponent) \(notes)")
        #expect(try read([:]) == 1)
      }
      #expect(try read(["key": String(other.dropLast())]) < 0.5)
    }
  }

  @Test(arguments: [
    ("K6_google_drive_page.safetensors", "is a web page"), ("K9_minus_2.98e-8.npz", "NumPy archive"),
  ])
  func aFileThatIsSomethingElseIsCalledWhatItIs(name: String, what: String) throws {
    let line = try failure(name, ["model": "preact-resnet18"])
    #expect(line.contains(what) && !line.contains("header length"), "\(line)")
  }

  @Test func aCheckpointOfPyTorchIsRead() throws {
    let images = try LabeledImages(npz: path("good.npz"))
    let result = try imported("K6_model_pth_zip.pth", images: images)
    #expect(agreement(result.network, images) == 1 && result.report.recognized)
  }

  @Test(arguments: [
    ("K9_minus_2.98e-8.npz", "clipped"), ("K10_onehot_ART.npz", "one-hot"), ("K10_images_labels.npz", ""),
  ])
  func imagesComeInTheFormsThatPeopleSave(name: String, note: String) throws {
    let images = try LabeledImages(npz: path(name))
    let result = try imported("good.safetensors", ["model": "preact-resnet18"], images: images)
    #expect(agreement(result.network, images) == 1)
    #expect(note.isEmpty ? images.notes.isEmpty : images.notes.contains { $0.contains(note) }, "\(images.notes)")
  }

  @Test func theChannelOrderOfTensorsIsRecognizedAndStated() throws {
    let images = try LabeledImages(safetensors: path("K11_safetensors_nhwc.safetensors"))
    let result = try imported("good.safetensors", ["model": "preact-resnet18"], images: images)
    #expect(agreement(result.network, images) == 1)
    #expect(images.notes.contains { $0.contains("read as nhwc") }, "\(images.notes)")
  }
}
