import Foundation
import Spelling
import Tensors

/// Weights of PyTorch or of a run, on disk: a `.safetensors` state dictionary and what its metadata say of the network.
///
/// Names may stand below a common dotted prefix (`state.`, `module.`); what the network does not need is ignored and
/// noted; width and classes follow from the tensors where the metadata do not say.
package struct WeightsFile: Sendable {
  /// The file, for messages.
  package let path: String
  private let file: Safetensors
  private let takesSettings: Bool

  /// Reads and checks the file. `takesSettings`: the reader of an error can pass `--model`, `--set` and `--layout`.
  /// Throws `FileError`.
  package init(_ path: String, takesSettings: Bool = true) throws {
    self.path = path
    self.takesSettings = takesSettings
    file = try Safetensors(contentsOf: URL(fileURLWithPath: path))
  }

  /// What helps where a file cannot be explained.
  package static let another = "another checkpoint, this file is damaged"

  /// What to give instead of a file that `remedy` would help; another file where nobody can give it.
  private func give(_ remedy: String) -> String { takesSettings ? remedy : "give \(WeightsFile.another)" }

  /// The file's metadata.
  package var metadata: [String: String] { file.metadata }

  /// A network with these weights.
  package struct Imported {
    /// The network, ready to evaluate.
    package let network: Network
    /// What a person should know, a line each.
    package let notes: [String]
  }

  /// The network for images of the size `input`. `given` are settings by hand, `ModelTexts.names`; they go before the
  /// file's metadata. Throws `FileError` when something is missing, of the wrong shape, not finite, or contradicts, and
  /// `SettingError` for what was given and can be nowhere.
  package func network(_ given: [String: String], input: Shape, pool: ThreadPool) throws -> Imported {
    let texts = ModelTexts(given: given, metadata: metadata, file: path, takesSettings: takesSettings)
    let model = try model(texts, input)
    let known = ModelTexts.common + model.ownSettings
    if let unknown = given.keys.sorted().first(where: { !known.contains($0) }) {
      let near = nearestName(to: unknown, in: known).map { "did you mean '\($0)'?" }
      throw SettingError(
        "--set \(unknown): not a setting of \(model.name); " + (near ?? "give one of \(known.joined(separator: ", "))"))
    }
    var planned = ModelSettings(name: model.name, input: input, classes: 2, width: 1)
    try texts.setNorms(of: &planned)
    let prefix = prefix(of: planned)
    let settings = try settings(model, texts, prefix: prefix, planned)
    if let complaint = settings.normComplaint {
      if given.keys.contains(where: ModelTexts.norms.contains) { throw SettingError(complaint) }
      throw FileError("\(path): \(complaint)")
    }
    let needed = Network.neededTensors(settings)
    let fit = TensorFit(needed: needed, in: file, prefix: prefix)
    guard fit.fits else { throw misfit(fit, settings, input) }
    for tensor in needed { try checkNumbers(tensor.name, prefix) }
    guard let network = Network(settings, pool: pool) else { throw FileError("\(path): no model '\(settings.name)'") }
    try network.load(file, prefix: prefix)
    return Imported(network: network, notes: notes(fit, texts))
  }

  // MARK: what network it is

  private func model(_ texts: ModelTexts, _ input: Shape) throws -> any Model.Type {
    let names = models.map { $0.name }
    guard let name = texts.text("model") else {
      let fitting = fittingModel(input).map { "its tensors fit --model \($0)" }
      throw FileError(
        "\(path): does not name its network; "
          + give(fitting ?? "pass --model with one of \(names.joined(separator: ", "))"))
    }
    guard let model = models.first(where: { $0.name == name }) else {
      let near = nearestName(to: name, in: names).map { "did you mean '\($0)'?" }
      throw FileError(
        "model '\(name)': no such network; " + give(near ?? "give one of \(names.joined(separator: ", "))"))
    }
    return model
  }

  /// The prefix below which most of the model's names are found. Every name that ends like the model's first one is a
  /// candidate; of equals the shortest wins.
  private func prefix(of planned: ModelSettings) -> String {
    let needed = Network.neededTensors(planned).map(\.name)
    guard let first = needed.first else { return "" }
    let candidates = file.tensors.keys.filter { $0 == first || $0.hasSuffix("." + first) }
      .map { String($0.dropLast(first.count)) }
    let counted = candidates.map { prefix in
      (prefix: prefix, found: needed.count { file.tensors[prefix + $0] != nil })
    }
    return counted.max { ($0.found, $1.prefix.count, $1.prefix) < ($1.found, $0.prefix.count, $0.prefix) }?.prefix ?? ""
  }

  private func settings(
    _ model: any Model.Type, _ texts: ModelTexts, prefix: String, _ planned: ModelSettings
  ) throws -> ModelSettings {
    let names = Network.neededTensors(planned).map(\.name), input = planned.input
    let shape = { (name: String) in file.tensors[prefix + name]?.shape ?? [] }
    let stem = names.first.map(shape) ?? []
    let head = names.last { $0.hasSuffix(".weight") }.map(shape) ?? []
    try checkInput(texts, stem: stem, input)

    let own = { (name: String) in model.ownSettings.contains(name) }
    let width =
      try texts.integer("width", in: 1...4096) ?? (own("width1") ? texts.integer("width1", in: 1...4096) : nil)
    let classes = try texts.integer("classes", in: 2...100_000)
    var settings = planned
    settings.classes = max(2, classes ?? head.first ?? 2)
    settings.width = max(1, min(width ?? stem.first ?? 1, 4096))
    if own("final_norm") {
      settings.finalNorm = try texts.flag("final_norm") ?? (file.tensors[prefix + "bn.weight"] != nil)
    }
    // Other programs feed their networks images in [0, 1] unless they say otherwise.
    settings.mean = try texts.perChannel("mean", channels: input.channels) ?? Array(repeating: 0, count: input.channels)
    settings.deviation =
      try texts.perChannel("std", channels: input.channels, mayBeZero: false)
      ?? Array(repeating: 1, count: input.channels)
    if own("width2"), let width2 = try texts.integer("width2", in: 1...4096) ?? shape("conv2.weight").first {
      settings.options["width2"] = Double(max(1, min(width2, 4096)))
    }
    if own("conv1_stride"), let stride = try texts.integer("conv1_stride", in: 1...8) {
      settings.options["conv1_stride"] = Double(stride)
    }
    if own("logit_scale"), let scale = try texts.number("logit_scale") { settings.options["logit_scale"] = scale }
    return settings
  }

  /// The images must be what the network was made for, as far as file or settings tell.
  private func checkInput(_ texts: ModelTexts, stem: [Int], _ input: Shape) throws {
    let told = try texts.input()
    let channels = told.channels ?? (stem.count == 4 ? stem[1] : nil)
    let agrees = (channels ?? input.channels, told.height ?? input.height, told.width ?? input.width)
    guard agrees == (input.channels, input.height, input.width) else {
      let expected = [channels, told.height, told.width].map { $0.map(String.init) ?? "?" }.joined(separator: "×")
      throw FileError(
        "\(path): the network takes images of \(expected), got \(input.channels)×\(input.height)×\(input.width); "
          + "use the data it was trained on"
          + (takesSettings ? ", or --layout if the channel order differs" : ""))
    }
  }

  // MARK: what is wrong, what is noted

  private func misfit(_ fit: TensorFit, _ settings: ModelSettings, _ input: Shape) -> FileError {
    let other = fittingModel(input).flatMap { $0 == settings.name ? nil : "its tensors fit --model \($0)" }
    return FileError(
      "\(path): not the weights of \(settings.name) of width \(settings.width) with \(settings.classes) classes: "
        + "\(fit.description); \(give(other ?? "pass the --model and --set that they were trained with"))")
  }

  /// The model all of whose tensors are in the file by name.
  private func fittingModel(_ input: Shape) -> String? {
    models.first { model in
      let settings = ModelSettings(name: model.name, input: input, classes: 2, width: 1)
      return TensorFit(
        needed: Network.neededTensors(settings), in: file, prefix: prefix(of: settings)
      ).missing.isEmpty
    }?.name
  }

  private func checkNumbers(_ name: String, _ prefix: String) throws {
    let values: [Float]
    do { values = try file.numbers(prefix + name) } catch let error as FileError {
      throw FileError("\(path): \(error)")
    }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw FileError(
        "\(path): tensor '\(prefix + name)' holds \(values[place]) at element \(place); "
          + "these weights diverged; use an earlier checkpoint")
    }
    if name.contains("running_var"), let place = values.firstIndex(where: { $0 < 0 }) {
      throw FileError(
        "\(path): tensor '\(prefix + name)' holds the negative variance \(values[place]) at element \(place); "
          + "the file is damaged; save it again")
    }
  }

  private func notes(_ fit: TensorFit, _ texts: ModelTexts) -> [String] {
    var notes: [String] = []
    let ignored = fit.extra + fit.outside
    if !ignored.isEmpty { notes.append("\(path): ignored, not part of the network: \(TensorFit.few(ignored))") }
    if !texts.has("mean") || !texts.has("std") {
      let remedy = takesSettings ? "; else give --set mean=… --set std=…" : ""
      notes.append("\(path): no mean and std in the file, images go in as they are\(remedy)")
    }
    return notes
  }
}
