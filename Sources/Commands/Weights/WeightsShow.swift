import ArgumentParser
import Evaluation
import Foundation
import Networks
import Readout
import Spelling
import Tensors

/// `dualab weights show`: what a file of weights holds, which network it is of, and the command that attacks it.
struct WeightsShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "List the tensors of a file, its network, and the command that attacks it.",
    usage: "dualab weights show <file> [<options>]",
    discussion: """
      Reads .safetensors, PyTorch's .pt, .pth and .ckpt (without running anything in them), and checkpoints of runs. If \
      no known network fits, it says why.
      """)

  @Argument(help: ArgumentHelp("The file.", valueName: "file"))
  var file: String

  @OptionGroup var network: NetworkOptions

  @OptionGroup var set: SetOption<Self>

  @Flag(help: "Print one JSON object instead.")
  var json = false

  func run() throws {
    let given = try network.given(set.changes), weights = try WeightsFile(file)
    let contents = try weights.contents(key: given["key"])
    let page = WeightsPage(contents, weights, given, options: options)
    if json {
      try Output.standard.result(String(decoding: try jsonLine(page.document), as: UTF8.self))
    } else {
      try Output.standard.result(page.lines.map { oneLine($0) + "\n" }.joined())
    }
  }
}

extension WeightsShow: SetsValues {
  static let setHelp = "Set a network setting, e.g. mean=0.5 or activation=silu."

  /// The options that say which network it is, for another command line, each with a blank in front.
  private var options: String {
    (network.key.map { " " + keyOption($0) } ?? "") + set.assignments.map { " --set \(shellWord($0))" }.joined()
  }
}

/// What is shown of a file of weights.
struct WeightsPage {
  private let contents: WeightsContents
  private let path: String
  private let network: Recognized?
  /// Why there is no network.
  private let reason: String?

  /// The network that the file is of.
  struct Recognized: Codable {
    var model: String
    var width: Int
    var classes: Int
    var input: [Int]
    /// True when neither file nor options tell the size of the images.
    var isSizeAssumed: Bool
    var norm: String
    var mean: [Float]
    var std: [Float]
    var normalization: String
    var variant: String
    /// What each class shows, by number, where the file says it.
    var classNames: [String]?
    var notes: [String]
    /// The command that attacks it.
    var attack: String

    enum CodingKeys: String, CodingKey {
      case model, width, classes, input, norm, mean, std, normalization, variant, notes, attack
      case isSizeAssumed = "size_assumed"
      case classNames = "class_names"
    }
  }

  /// The JSON of `--json`.
  struct Document: Codable {
    var file: String
    var format: String
    var parameters: Int
    var tensors: [WeightsContents.Tensor]
    var metadata: [String: String]
    var notes: [String]
    var network: Recognized?
    /// Why no network was recognized.
    var reason: String?
  }

  init(_ contents: WeightsContents, _ weights: WeightsFile, _ given: [String: String], options: String) {
    (self.contents, path) = (contents, weights.path)
    do {
      let imported = try weights.likelyNetwork(given, pool: ThreadPool(threads: 1))
      network = Self.recognized(imported, weights, options, tellsSize: try weights.tellsSize(given))
      reason = nil
    } catch {
      network = nil
      let line = "\(error)"
      reason = line.hasPrefix("\(path): ") ? String(line.dropFirst(path.count + 2)) : line
    }
  }

  private static func recognized(
    _ imported: WeightsFile.Imported, _ weights: WeightsFile, _ options: String, tellsSize: Bool
  ) -> Recognized {
    let settings = imported.network.settings, report = imported.report, shape = settings.input
    let isOwn = weights.metadata["dualab"] != nil
    var words = ["dualab attack", (isOwn ? "--checkpoint " : "--weights ") + shellWord(weights.path)]
    if !isOwn {
      words.append("--model \(settings.name)\(options) \(images(settings)) --eps 8/255")
    }
    return Recognized(
      model: settings.title, width: settings.width, classes: settings.classes,
      input: [shape.channels, shape.height, shape.width], isSizeAssumed: !tellsSize, norm: settings.norm.rawValue,
      mean: report.mean,
      std: report.std, normalization: report.normalization, variant: report.variant, classNames: report.classNames,
      notes: imported.notes.map {
        $0.hasPrefix("\(weights.path): ") ? String($0.dropFirst(weights.path.count + 2)) : $0
      },
      attack: words.joined(separator: " "))
  }

  /// The data set that the images of such a network are of, as a rule. Torchvision's are for larger ones.
  private static func images(_ settings: ModelSettings) -> String {
    let shape = settings.input
    if ModelKind(rawValue: settings.name)?.model.origin == torchvision { return "--npz IMAGES.npz" }
    return switch (shape.channels, shape.height, shape.width, settings.classes) {
    case (3, 32, 32, 10): "--data cifar10"
    case (3, 32, 32, 100): "--data cifar100"
    case (1, 28, 28, 10): "--data fashion-mnist"
    default: "--npz IMAGES.npz"
    }
  }

  var document: Document {
    Document(
      file: path, format: contents.format, parameters: contents.parameters, tensors: contents.tensors,
      metadata: contents.metadata, notes: contents.notes, network: network, reason: reason)
  }

  /// The page, a line each.
  var lines: [String] {
    let count = contents.tensors.count
    var lines = [
      "\(path): \(contents.format), \(count) \(count == 1 ? "tensor" : "tensors"), "
        + "\(NumberText.grouped(contents.parameters)) parameters", "",
    ]
    lines += Listing.lines(
      [["tensor", "type", "shape"]]
        + contents.tensors.map { [oneLine($0.name), $0.type, $0.shape.map(String.init).joined(separator: "×")] }, .left)
    let metadata = contents.metadata.sorted { $0.key < $1.key }
    if !metadata.isEmpty { lines += ["", "metadata"] + metadata.map { "\($0.key): \($0.value.prefix(200))" } }
    lines.append("")
    guard let network else {
      return lines + contents.notes + ["network: not recognized: \(reason ?? "")"]
    }
    let input = network.input.map(String.init).joined(separator: "×")
    lines.append(
      "network: \(network.model) of width \(network.width) with \(network.classes) classes, normalization layers "
        + "\(network.norm), images \(input)\(network.isSizeAssumed ? " (size assumed)" : "")")
    if !network.variant.isEmpty { lines.append("variant: \(network.variant)") }
    lines.append(
      "normalization: mean \(numbers(network.mean)), std \(numbers(network.std)) (\(network.normalization))")
    return lines + network.notes + ["", "attack it with", network.attack]
  }

  private func numbers(_ values: [Float]) -> String {
    values.map { Fraction.decimal(Double("\($0)") ?? Double($0)) }.joined(separator: ", ")
  }
}
