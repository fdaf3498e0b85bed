import ArgumentParser
import Datasets
import Evaluation
import Foundation
import Networks
import Readout
import Spelling
import Tensors

/// `dualab weights check`: logits and input gradients of an imported network, to compare with PyTorch's.
struct WeightsCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Compute logits and input gradients, and compare them with PyTorch's.",
    usage: "dualab weights check <file> --images <file> [--save <npz>] [<options>]",
    discussion: """
      gx is the gradient of the summed cross-entropy with respect to the pixels. If the file of images holds arrays \
      logits or gx, they are compared, and a difference beyond the tolerance ends with status 1. In Python:

      abs(numpy.load("OUT.npz")["logits"] - model(x).detach().numpy()).max()
      """)

  @Argument(help: ArgumentHelp("The weights.", valueName: "file"))
  var file: String

  @Option(
    help: ArgumentHelp("Arrays x and y, or images and labels, in a .safetensors or .npz file.", valueName: "file"))
  var images: String

  @Option(help: ArgumentHelp("Write logits [N,K] and gx [N,C,H,W] to a .npz file.", valueName: "file.npz"))
  var save: String?

  @OptionGroup var network: NetworkOptions

  @OptionGroup var set: SetOption<Self>

  @Option(
    help: ArgumentHelp(
      "Largest difference, as a share of the largest value (default: the file's tol.logits and tol.gx, or 0.001).",
      valueName: "share"))
  var tolerance: Double?

  @OptionGroup var limit: LimitOption<Self>

  @OptionGroup var threads: ThreadsOption

  func run() throws {
    if let tolerance, !Self.isTolerance(tolerance) {
      throw CommandFailure.usage("--tolerance \(tolerance): use a number between 0 and 1, e.g. 0.001")
    }
    if let save {
      guard save.lowercased().hasSuffix(".npz") else {
        throw CommandFailure.usage("--save \(save): use a name that ends in .npz")
      }
      try OutputFile("--save", save).check(inputs: [("the weights", file), ("--images", images)])
    }
    guard !images.lowercased().hasSuffix(".npy") else {
      throw CommandFailure.usage("--images \(images): holds one array; pass a .npz or .safetensors with x and y")
    }
    let given = try network.given(set.changes), limit = try limit.count, pool = ThreadPool(threads: try threads.count)
    let labeled = try LabeledImages(file: images, limit: limit), references = try NamedNumbers(images)
    let imported = try WeightsFile(file).network(given, input: labeled.shape, pool: pool)
    try labeled.check(classes: imported.network.classes)
    let shape = labeled.shape, count = labeled.count
    let shapes = [[count, imported.network.classes], [count, shape.channels, shape.height, shape.width]]
    let expected = try zip(["logits", "gx"], shapes).map { try references.floats($0, shape: $1) }
    guard save != nil || expected.contains(where: { $0 != nil }) else {
      throw CommandFailure.usage("\(images): holds neither logits nor gx to compare with; pass --save OUT.npz")
    }
    for note in imported.notes + labeled.namedNotes {
      try Output.standard.error("note: \(note)\n")
    }
    let found = LogitsAndGradients(imported.network, labeled)
    if let save { try write(found, shapes, to: save) }
    try compare([found.logits, found.gradients], expected, shapes, references.metadata)
    if let save { try Output.standard.result("written to \(save)\n") }
  }

  private static func isTolerance(_ value: Double) -> Bool { value > 0 && value < 1 }

  /// The tolerance that the file of images asks for. One that nothing can fail is refused.
  private func told(_ name: String, _ metadata: [String: String]) throws -> Double? {
    guard let text = metadata[name] else { return nil }
    guard let value = Double(text), Self.isTolerance(value) else {
      throw CommandFailure.failed(
        "\(images): metadata \(name) '\(text.prefix(40))' is not a number between 0 and 1; pass --tolerance")
    }
    return value
  }

  private func write(_ found: LogitsAndGradients, _ shapes: [[Int]], to path: String) throws {
    var archive = NPZWriter()
    try archive.add("logits", shape: shapes[0], floats: found.logits)
    try archive.add("gx", shape: shapes[1], floats: found.gradients)
    try archive.write(to: URL(fileURLWithPath: path))
  }

  /// Prints the differences; throws when one is too large.
  private func compare(
    _ found: [[Float]], _ expected: [[Float]?], _ shapes: [[Int]], _ metadata: [String: String]
  ) throws {
    var failures: [String] = []
    for (place, name) in ["logits", "gx"].enumerated() {
      guard let there = expected[place] else { continue }
      let difference = LogitsAndGradients.difference(found[place], from: there)
      let allowed = try tolerance ?? told("tol.\(name)", metadata) ?? 1e-3
      let shape = shapes[place].map(String.init).joined(separator: "×")
      let image = difference.place / max(1, shapes[place].dropFirst().reduce(1, *))
      try Output.standard.result(
        "\(name) \(shape): largest relative difference \(NumberText.short(difference.share)) (image \(image), "
          + "tolerance \(NumberText.short(allowed)))\n")
      if difference.share > allowed { failures.append(name) }
    }
    guard !failures.isEmpty else { return }
    throw CommandFailure.failed(
      "\(file): \(failures.joined(separator: " and ")) differ from those in \(images) beyond the tolerance; check mean "
        + "and std (--set), the variant ('dualab weights show'), and that the model was in eval mode")
  }
}

extension WeightsCheck: LimitsImages, SetsValues {
  static let setHelp = WeightsShow.setHelp
  static let usualLimit: Int? = nil
}
