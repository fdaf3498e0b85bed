import Spelling
import Tensors

/// Which network a file is of, and below which prefix its tensors stand.
extension WeightsFile {
  /// A network that the file could be of, and how well it fits.
  struct Candidate {
    let model: any Model.Type
    let prefix: String
    var settings: ModelSettings
    let needed: [NamedTensor]
    let fit: TensorFit
    private let names: [String]

    init(_ model: any Model.Type, _ settings: ModelSettings, in file: Safetensors, prefix: String) {
      (self.model, self.settings, self.prefix) = (model, settings, prefix)
      needed = Network.neededTensors(settings)
      fit = TensorFit(needed: needed, in: file, prefix: prefix)
      names = fit.extra.map { prefix + $0 } + fit.outside
    }

    /// The names, as in the file, of everything that the network does not use.
    var allLeft: [String] { names }

    /// What is left over without the normalization tensors `used` and what a person said to ignore.
    func leftovers(ignoring ignored: [String], used: Set<String>) -> Leftovers {
      var left = Leftovers(fit, needed: needed)
      left.remove { used.contains($0) || used.contains(prefix + $0) }
      left.ignore { name in ignored.contains { name.hasPrefix($0) || (prefix + name).hasPrefix($0) } }
      return left
    }

    /// Every name and shape fits and no part of the network is left over.
    func isExact(ignoring ignored: [String]) -> Bool {
      let buffers = Set(names.filter(InputNormalization.isBuffer))
      return fit.fits && leftovers(ignoring: ignored, used: buffers).own.isEmpty
    }

    /// How many tensors speak against it.
    var distance: Int { fit.missing.count + fit.misshapen.count + Leftovers(fit, needed: needed).own.count }
  }

  /// The network that hand or metadata name, or else the one that fits exactly. Throws `FileError` or `SettingError`.
  func chosen(
    _ texts: ModelTexts, _ file: Safetensors, _ input: Shape, _ report: inout ImportReport
  ) throws -> Candidate {
    if let model = try namedModel(texts) {
      let candidate = try candidate(model, texts, file, input)
      guard candidate.fit.fits else { throw misfit(candidate, texts, file, input) }
      return candidate
    }
    let all = models.compactMap { model in try? candidate(model, texts, file, input) }
    let exact = all.filter { $0.isExact(ignoring: texts.ignored) }
    if exact.count == 1 {
      report.recognized = true
      return exact[0]
    }
    let names = models.map { $0.name }
    if exact.count > 1 {
      let fitting = exact.map { $0.model.name }.joined(separator: ", ")
      throw FileError("\(path): its tensors fit more than one network (\(fitting)); \(give("pass --model"))")
    }
    // The reason why the nearest cannot be made is the one to be told.
    guard let nearest = all.min(by: { $0.distance < $1.distance }) else {
      for model in models { _ = try candidate(model, texts, file, input) }
      throw FileError("\(path): no network fits")
    }
    throw FileError(
      "\(path): does not name its network, and no known one fits it exactly; the nearest is \(nearest.model.name) "
        + "(\(nearest.difference)); " + give("pass --model with one of \(names.joined(separator: ", "))"))
  }

  /// The network that was named; nil when none was. Foreign metadata may name something that is none of ours.
  func namedModel(_ texts: ModelTexts) throws -> (any Model.Type)? {
    guard let name = texts.text("model") else { return nil }
    let known = KnownName(name, in: models.map { $0.name }, numbers: 2)?.name
    if let model = models.first(where: { $0.name == known }) { return model }
    if !texts.isGiven("model"), !isOurs {
      texts.notes.add("model '\(name)'")
      return nil
    }
    let names = models.map { $0.name }
    let near = nearestName(to: name, in: names).map { "did you mean '\($0)'?" }
    let line = "model '\(name)': no such network; " + give(near ?? "use one of \(names.joined(separator: ", "))")
    if texts.isGiven("model") { throw SettingError(line) }
    throw FileError(line)
  }

  private func candidate(
    _ model: any Model.Type, _ texts: ModelTexts, _ file: Safetensors, _ input: Shape
  ) throws -> Candidate {
    var planned = ModelSettings(name: model.name, input: input, classes: 2, width: 1)
    try texts.setNorms(of: &planned)
    let prefix = try prefix(of: planned, model, texts, file)
    planned.options = model.options { file.tensors[prefix + $0]?.shape ?? [] }
    let settings = try sizes(of: model, texts, file, prefix: prefix, planned)
    if let complaint = settings.normComplaint { throw FileError("\(path): \(complaint)") }
    return Candidate(model, settings, in: file, prefix: prefix)
  }

  /// The prefix below which the model's tensors stand. Every name that ends like the model's first one is a candidate; of
  /// incomplete ones the fullest, of equals the shortest wins. Of several complete sets with different numbers a person
  /// has to choose.
  private func prefix(
    of planned: ModelSettings, _ model: any Model.Type, _ texts: ModelTexts, _ file: Safetensors
  ) throws -> String {
    guard let first = Network.neededTensors(planned).first?.name else { return "" }
    func needed(_ prefix: String) -> [String] {
      var settings = planned
      settings.options = model.options { file.tensors[prefix + $0]?.shape ?? [] }
      return Network.neededTensors(settings).map(\.name)
    }
    let prefixes = file.tensors.keys.filter { $0 == first || $0.hasSuffix("." + first) }
      .map { String($0.dropLast(first.count)) }.sorted { ($0.count, $0) < ($1.count, $1) }
    if let key = texts.text("key") {
      let wanted = key.isEmpty || key.hasSuffix(".") ? key : key + "."
      guard let found = prefixes.first(where: { $0 == wanted || $0.hasPrefix(wanted) }) else {
        let there = prefixes.map { "'\($0)'" }.joined(separator: ", ")
        throw FileError(
          "\(path): no weights of \(planned.name) below key '\(key)'; there: \(there.isEmpty ? "none" : there)")
      }
      return found
    }
    let complete = prefixes.filter { prefix in needed(prefix).allSatisfy { file.tensors[prefix + $0] != nil } }
    if let other = complete.dropFirst().first(where: { !areEqual(complete[0], $0, needed(complete[0]), file) }) {
      throw FileError(
        "\(path): holds two complete sets of weights, below '\(complete[0])' and '\(other)'; "
          + give("pass --set key=\(keyName(complete[0])) or --set key=\(keyName(other))"))
    }
    if let first = complete.first { return first }
    let counted = prefixes.map { prefix in (prefix, needed(prefix).count { file.tensors[prefix + $0] != nil }) }
    return counted.max { ($0.1, $1.0.count, $1.0) < ($1.1, $0.0.count, $0.0) }?.0 ?? ""
  }

  private func keyName(_ prefix: String) -> String { prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix }

  private func areEqual(_ one: String, _ other: String, _ names: [String], _ file: Safetensors) -> Bool {
    names.allSatisfy { file.tensors[one + $0] == file.tensors[other + $0] }
  }

  // MARK: sizes

  private func sizes(
    of model: any Model.Type, _ texts: ModelTexts, _ file: Safetensors, prefix: String, _ planned: ModelSettings
  ) throws -> ModelSettings {
    let names = Network.neededTensors(planned).map(\.name)
    let shape = { (name: String) in file.tensors[prefix + name]?.shape ?? [] }
    let stem = names.first.map(shape) ?? []
    let head = names.last { $0.hasSuffix(".weight") }.map(shape) ?? []
    // Where the named network is not there, its missing tensors are to be told: what looks like its stem may be none.
    let isAbsent = texts.text("model") == model.name && names.contains { shape($0).isEmpty }
    try checkInput(texts, stem: isAbsent ? [] : stem, planned.input)

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
    for name in ["depth", "widen", ResNet.perGroup] where own(name) {
      if let value = try texts.integer(name, in: 1...4096) { settings.options[name] = Double(value) }
    }
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

  // MARK: what is wrong

  /// The network that fits exactly, where it is another one.
  private func otherModel(_ name: String, _ texts: ModelTexts, _ file: Safetensors, _ input: Shape) -> String? {
    models.filter { $0.name != name }.first { model in
      (try? candidate(model, texts, file, input))?.isExact(ignoring: texts.ignored) ?? false
    }?.name
  }

  private func misfit(_ candidate: Candidate, _ texts: ModelTexts, _ file: Safetensors, _ input: Shape) -> FileError {
    let name = candidate.model.name, settings = candidate.settings
    let other = otherModel(name, texts, file, input).map { "its tensors fit --model \($0)" }
    // Sizes that no tensor told are not stated.
    let isSized = candidate.needed.first.map { !candidate.fit.missing.contains($0.name) } ?? false
    let sizes = isSized ? " of width \(settings.width) with \(settings.classes) classes" : ""
    return FileError(
      "\(path): not the weights of \(name)\(sizes): \(candidate.fit.description); "
        + give(other ?? "pass the --model and --set that they were trained with"))
  }

  func leftOver(
    _ names: [String], _ candidate: Candidate, _ texts: ModelTexts, _ file: Safetensors, _ input: Shape
  ) -> FileError {
    let name = candidate.model.name, root = names.first.map { String($0.prefix { $0 != "." }) } ?? ""
    let other = otherModel(name, texts, file, input).map { "its tensors fit --model \($0)" }
    let remedy =
      other ?? "pass the --model that has them, or --set ignore=\(root) if they do not take part in prediction"
    return FileError(
      "\(path): holds parts of a network that \(name) does not have: \(TensorFit.few(names)); "
        + "without them it would be another network; " + give(remedy))
  }
}

extension WeightsFile.Candidate {
  /// What speaks against it, in words.
  fileprivate var difference: String {
    let own = Leftovers(fit, needed: needed).own
    return own.isEmpty || !fit.extra.isEmpty && !fit.fits ? fit.description : "left over " + TensorFit.few(own)
  }
}
