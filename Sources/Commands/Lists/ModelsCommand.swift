import ArgumentParser
import Evaluation
import Networks
import Readout
import Spelling
import Tensors

/// `dualab models`: the network architectures.
struct ModelsCommand: ListingCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the network architectures, show one, or list RobustBench entries.",
    subcommands: [ListItems<Self>.self, ShowModel.self, ListRobustBench.self],
    defaultSubcommand: ListItems<Self>.self)

  static let listHelp = "List all network architectures: name, whose names the tensors have, layers."

  static func rows(_: NoOptions) -> [[String]] { models.map { [$0.name, $0.origin, $0.summary] } }
}

/// `dualab models show`: everything about one architecture.
struct ShowModel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the settings, variants and tensors of an architecture.")

  @Argument(help: "Name of the model.")
  var model: String

  func run() throws {
    guard let (kind, numbers) = try ModelKind.named(model) else {
      let near = nearestName(to: model, in: models.map { $0.name }).map { "did you mean '\($0)'?" }
      throw CommandFailure.usage("model '\(model)': no such network; \(near ?? "see 'dualab models list'")")
    }
    try Output.standard.result(Self.text(of: kind.model, numbers: numbers))
  }

  /// A line per fact. `numbers` are sizes that the name states.
  static func text(of model: any Model.Type, numbers: [String: Int]) -> String {
    var settings = ModelSettings(name: model.name, input: Shape(3, 32, 32), classes: 10, width: model.usualWidth)
    settings.options = numbers.mapValues { Double($0) }
    let tensors = Network.neededTensors(settings), parameters = tensors.filter(\.isParameter)
    let count = parameters.reduce(0) { $0 + $1.count }
    let names = tensors.map { "\($0.name) \($0.shape)" }
    let rows = [
      ["names of", model.origin],
      ["settings", (["width", "norm", "norm.layers", "norm.affine"] + model.ownSettings).joined(separator: ", ")],
      ["variant", variant(of: model, settings)],
      ["normalization", normalization(of: model, settings)],
      ["norm layers", "\(Network.normPlaces(settings).count), eps 1e-05 unless norm.eps= says another, momentum 0.1"],
      [
        "parameters",
        "\(count) at width \(model.usualWidth), 3×32×32, 10 classes, in \(parameters.count) tensors",
      ],
      ["tensors", (names.prefix(4) + ["…"] + names.suffix(2)).joined(separator: ", ")],
    ]
    return "\(settings.title): \(model.summary)\n" + Listing.text(rows, columns: Output.standard.tableColumns())
  }

  /// What the tensors of a file do not tell, and what is assumed.
  private static func variant(of model: any Model.Type, _ settings: ModelSettings) -> String {
    var parts = ["activation \(model.usualActivation.rawValue)"]
    if model.ownSettings.contains("activation") {
      parts[0] +=
        " unless activation= says another: "
        + ActivationKind.allCases.map(\.rawValue).joined(separator: ", ")
    }
    if model.ownSettings.contains("shortcut") {
      parts.append("1×1 shortcuts take the activated input unless shortcut=raw")
    }
    if let usual = model.usualStrides(settings) {
      parts.append("stem_stride \(usual.stem) and strides \(usual.listed) unless set otherwise")
    }
    if model.ownSettings.contains("max_pool") {
      parts.append("a stem of 3×3 has stem_stride 1 and no max pooling (3×3, stride 2) unless max_pool=on")
    }
    if model.ownSettings.contains("stride_in_1x1") {
      parts.append("strides in 3×3 convolutions unless stride_in_1x1=on")
    }
    return parts.joined(separator: "; ")
  }

  private static func normalization(of model: any Model.Type, _ settings: ModelSettings) -> String {
    let usual = model.usualNormalization(settings)
    return usual.map {
      "that of \($0.title) (of CIFAR-100 with 100 classes) unless mean= and std= or the file say other"
    }
      ?? "none unless mean= and std= or the file say one"
  }
}

/// `dualab models robustbench`: the entries that `dualab attack --robustbench` knows.
struct ListRobustBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robustbench",
    abstract: "List the RobustBench entries whose network is built in, with published accuracies.",
    discussion: """
      Numbers are percentages from github.com/RobustBench/robustbench, model_info. 'best' is the lowest known robust \
      accuracy where an attack other than AutoAttack found less.
      """)

  @Argument(help: "Only entries whose name contains this text.")
  var text = ""

  func run() throws {
    let entries = robustBenchEntries.filter { text.isEmpty || $0.fullName.lowercased().contains(text.lowercased()) }
    guard !entries.isEmpty else {
      throw CommandFailure.usage("no RobustBench entry contains '\(text)'; list all with 'dualab models robustbench'")
    }
    let head = ["entry", "network", "ε", "clean", "AutoAttack", "best"]
    let rows = entries.map { entry in
      let number = { (value: Double) in NumberText.fixed(value, digits: 2) }
      return [
        entry.fullName, entry.title, entry.eps, number(entry.clean), number(entry.autoAttack),
        entry.best.map(number) ?? "",
      ]
    }
    try Output.standard.result(Listing.text([head] + rows, columns: Output.standard.tableColumns()))
  }
}
