import Foundation
import Networks
import PyTorchFiles
import Spelling
import Tensors
import TestSupport
import Testing

/// What is said of networks whose tensors do not tell their function.
@Suite struct VariantTests {
  private let pool = ThreadPool(threads: 1)

  private func file(_ name: String, width: Int = 2, _ change: (inout ModelSettings) -> Void = { _ in }) throws
    -> Safetensors
  {
    var settings = ModelSettings(name: name, input: Shape(3, 16, 16), classes: 10, width: width)
    (settings.mean, settings.deviation) = ([0, 0, 0], [1, 1, 1])
    change(&settings)
    let network = try #require(Network(settings, pool: pool))
    network.initialize(seed: 5)
    return network.stateDictionary()
  }

  private func imported(_ file: Safetensors, _ given: [String: String] = [:], channels: Int = 3) throws
    -> WeightsFile.Imported
  {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("v-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try file.write(to: url)
    return try WeightsFile(url.path).network(given, input: Shape(channels, 16, 16), pool: pool)
  }

  private func failure(_ file: Safetensors, _ given: [String: String] = [:], channels: Int = 3) -> String {
    do { _ = try imported(file, given, channels: channels) } catch { return "\(error)" }
    Issue.record("it was imported")
    return ""
  }

  private func assumptions(_ file: Safetensors, _ given: [String: String] = [:]) throws -> [String] {
    try imported(file, given).notes.filter { $0.contains("its tensors do not tell the variant") }
      .map { String($0.split(separator: "assumed: ").last ?? "") }
  }

  @Test func everyAssumptionIsSaidUntilNoneIsLeft() throws {
    #expect(try assumptions(file("conv4", width: 4)) == ["norm.eps 1e-05; pass --set NAME=… if it is another"])
    #expect(try assumptions(file("vgg11-bn-cifar")).first?.hasPrefix("norm.eps 1e-05;") == true)
    let network = try file("resnet18-cifar")
    var given: [String: String] = [:]
    for (name, value, left) in [
      ("stem_stride", "1", "strides 1,2,2,2, norm.eps 1e-05;"), ("strides", "1,2,2,2", "norm.eps 1e-05;"),
    ] {
      given[name] = value
      #expect(try assumptions(network, given).first?.hasPrefix(left) == true, "\(given)")
    }
    given["norm.eps"] = "1e-5"
    #expect(try assumptions(network, given).isEmpty)
  }

  @Test(arguments: ["norm_eps", "norm.eps", "bn_eps"]) func epsilonIsReadUnderItsNames(name: String) throws {
    var network = try file("conv4", width: 4)
    network.metadata[name] = "1e-3"
    #expect(try imported(network).report.variant == "norm eps 0.001")
    let other = try imported(network, ["norm.eps": "0.01"])
    #expect(other.report.variant == "norm eps 0.01 (in place of the file's 1e-3)")
    #expect(other.notes.contains { $0.hasSuffix("norm eps 0.01 (in place of the file's 1e-3)") }, "\(other.notes)")
    #expect(try imported(network, ["norm.eps": "0.001"]).report.variant == "norm eps 0.001")
  }

  @Test func whatAPersonSetsAgainstTheFileIsSaid() throws {
    var network = try file("preact-resnet18")
    network.metadata = ["shortcut": "raw", "strides": "[1, 2, 2, 2]", "stem_stride": "1", "norm_eps": "1e-3"]
    let same = ["strides": "1,2,2,2", "stem_stride": "1", "norm.eps": "0.001"]
    #expect(
      try imported(network, same.merging(["shortcut": "activated"]) { $1 }).report.variant
        == "activation relu (assumed), shortcut activated (in place of the file's raw), stem_stride 1, strides 1,2,2,2, "
        + "norm eps 0.001")
    var resNet = try file("resnet50")
    resNet.metadata = ["max_pool": "True", "stride_in_1x1": "no"]
    let variant = try imported(resNet, ["max_pool": "on", "stride_in_1x1": "on"]).report.variant
    #expect(variant.contains("max_pool on, stride_in_1x1 on (in place of the file's no)"), "\(variant)")
  }

  @Test func groupsAreAssumedOrSaidAndMustDivideTheChannels() throws {
    let network = try file("conv4", width: 16) { $0.norm = .group }
    let usual = try imported(network, ["norm": "gn"]), two = try imported(network, ["norm": "gn", "norm.groups": "2"])
    #expect(usual.report.variant == "norm.groups gcd(32,C) (assumed), norm eps 1e-05 (assumed)")
    #expect(two.report.variant == "norm.groups 2, norm eps 1e-05 (assumed)")
    #expect(usual.network.exportNotes.contains { $0.hasPrefix("norm.groups gcd(32,C) is part of the network") })
    // What replaces these layers has no groups.
    var other = two.network.settings
    other.norm = .batch
    #expect(other.normComplaint == nil && other.normGroups == nil && two.network.settings.normGroups == 2)
    let image = (0..<768).map { Float($0 % 7) / 7 }
    #expect(usual.network.evaluate(image, count: 1) != two.network.evaluate(image, count: 1))
    #expect(
      failure(network, ["norm": "gn", "norm.groups": "5"]).hasSuffix(
        "norm.groups: 5 does not divide the 16 channels of body.1"),
      "\(failure(network, ["norm": "gn", "norm.groups": "5"]))")
    #expect(
      failure(try file("conv4", width: 16), ["norm.groups": "2"]).contains("norm bn has no groups; add --set norm=gn"))
  }

  @Test func stepsThatContradictTheTensorsAreNamed() throws {
    var network = try file("resnet18-cifar")
    #expect(
      failure(network, ["strides": "2,2,2,2"])
        == "--set strides=2,2,2,2: the tensors in the file belong to resnet18-cifar with different strides; correct or "
        + "omit this setting")
    network.metadata["strides"] = "2,2,2,2"
    #expect(
      failure(network).contains("metadata strides '2,2,2,2': the tensors in the file belong to resnet18-cifar with"))
    #expect(try imported(network, ["strides": "1,2,2,2"]).report.model == "resnet18-cifar")
    let early = try file("resnet18-cifar") { $0.options["stage1_stride"] = 2 }
    #expect(failure(early).contains("fit resnet18-cifar if its first stage has a stride; pass --set strides=2,2,2,2"))
    #expect(try imported(early, ["strides": "2,2,2,2"]).report.recognized)
    let deepMind = try file("preact-resnet18-deepmind")
    #expect(failure(deepMind, ["strides": "1,3,2,2"]).contains("4 whole numbers in 1 … 2"))
  }

  @Test func theReasonIsToldWithoutAModelToo() throws {
    let network = try file("resnet18-cifar")
    #expect(failure(network, channels: 1).contains("the network takes images of 3×?×?, got 1×16×16"))
    let lone = try file("resnet18", width: 16) { $0.norm = .instance }
    #expect(failure(lone, ["norm": "in"]).contains("in has nothing to normalize over at layer3"))
  }

  /// That a network does not have what it cannot have is no harm.
  @Test func metadataThatSayNoAreNoObstacle() throws {
    var network = try file("resnet18-cifar")
    network.metadata = ["max_pool": "false", "stride_in_1x1": "no", "activation": "ReLU", "groups": "2"]
    #expect(try imported(network).report.model == "resnet18-cifar")
    network.metadata = ["activation": "gelu"]
    #expect(failure(network).contains("metadata activation 'gelu': resnet18-cifar does not have it; pass the --model"))
  }
}
