import Datasets
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// What people bring: `Oracles/import` has weights and images whose labels are PyTorch's own predictions, so that the
/// right network classifies every image correctly, and any other does not. One file for each kind of fault.
@Suite struct ImportTrustTests {
  private func path(_ name: String) -> String { Repository.oracle("import/\(name)").path }

  private func imported(_ weights: String, _ given: [String: String] = [:], images: LabelledImages) throws
    -> WeightsFile.Imported
  {
    try WeightsFile(path(weights)).network(given, input: images.shape, pool: ThreadPool(threads: 2))
  }

  /// The share of images that a network classifies as PyTorch did.
  private func agreement(_ network: Network, _ images: LabelledImages) -> Double {
    let logits = network.evaluate(images.pixels, count: images.count), classes = network.classes
    let right = (0..<images.count).count { image in
      predictedClass(Array(logits[image * classes..<(image + 1) * classes]), classes: classes) == images.labels[image]
    }
    return Double(right) / Double(images.count)
  }

  private func failure(_ weights: String, _ given: [String: String] = [:]) throws -> String {
    let images = try LabelledImages(npz: path("good.npz"))
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
    let images = try LabelledImages(npz: path("\(name).npz"))
    let result = try imported("\(name).safetensors", ["model": model], images: images)
    #expect(agreement(result.network, images) == 1)
    #expect(result.report.normalization.contains(normalization), "\(result.report)")
    #expect(result.report.model == model && !result.report.recognized)
  }

  /// The variant that nobody names is another network, and the report says which one was assumed.
  @Test(arguments: ["K3_activation_silu", "K3_shortcut_raw_fast_adversarial"])
  func aVariantThatTheTensorsDoNotTellIsStated(name: String) throws {
    let images = try LabelledImages(npz: path("\(name).npz"))
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
    let images = try LabelledImages(npz: path("\(name).npz"))
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
    let images = try LabelledImages(npz: path("good.npz"))
    let result = try imported("\(name).safetensors", ["model": "preact-resnet18"], images: images)
    #expect(agreement(result.network, images) == 1)
  }

  @Test func twoSetsOfWeightsAskWhichOne() throws {
    let line = try failure("K14_model_and_ema.safetensors", ["model": "preact-resnet18"])
    #expect(line.contains("below 'ema.' and 'model.'; pass --set key=ema or --set key=model"), "\(line)")
    let images = try LabelledImages(npz: path("good.npz"))
    let model = try imported(
      "K14_model_and_ema.safetensors", ["model": "preact-resnet18", "key": "model"], images: images)
    #expect(agreement(model.network, images) == 1 && model.report.prefix == "model.")
    let ema = try imported("K14_model_and_ema.safetensors", ["model": "preact-resnet18", "key": "ema"], images: images)
    #expect(agreement(ema.network, images) < 0.5)
    #expect(ema.report.ignored.allSatisfy { $0.hasPrefix("model.") } && !ema.report.ignored.isEmpty)
  }

  @Test(arguments: [
    ("K6_google_drive_page.safetensors", "is a web page"), ("K9_minus_2.98e-8.npz", "NumPy archive"),
  ])
  func aFileThatIsSomethingElseIsCalledWhatItIs(name: String, what: String) throws {
    let line = try failure(name, ["model": "preact-resnet18"])
    #expect(line.contains(what) && !line.contains("header length"), "\(line)")
  }

  @Test func aCheckpointOfPyTorchIsRead() throws {
    let images = try LabelledImages(npz: path("good.npz"))
    let result = try imported("K6_model_pth_zip.pth", images: images)
    #expect(agreement(result.network, images) == 1 && result.report.recognized)
  }

  @Test(arguments: [
    ("K9_minus_2.98e-8.npz", "clipped"), ("K10_onehot_ART.npz", "one-hot"), ("K10_images_labels.npz", ""),
  ])
  func imagesComeInTheFormsThatPeopleSave(name: String, note: String) throws {
    let images = try LabelledImages(npz: path(name))
    let result = try imported("good.safetensors", ["model": "preact-resnet18"], images: images)
    #expect(agreement(result.network, images) == 1)
    #expect(note.isEmpty ? images.notes.isEmpty : images.notes.contains { $0.contains(note) }, "\(images.notes)")
  }

  @Test func theChannelOrderOfTensorsIsRecognizedAndStated() throws {
    let images = try LabelledImages(safetensors: path("K11_safetensors_nhwc.safetensors"))
    let result = try imported("good.safetensors", ["model": "preact-resnet18"], images: images)
    #expect(agreement(result.network, images) == 1)
    #expect(images.notes.contains { $0.contains("read as nhwc") }, "\(images.notes)")
  }
}
