import PyTorchFiles
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
    /// Prefixes of other complete sets of weights, less usual ones.
    let others: [String]
    /// Of several complete sets none is the usual one: what to say if this network is chosen.
    let ambiguity: FileError?
    private let names: [String]

    init(_ model: any Model.Type, _ settings: ModelSettings, in file: Safetensors, _ sets: WeightSets) {
      (self.model, self.settings, prefix, others) = (model, settings, sets.prefix, sets.others)
      ambiguity = sets.ambiguity
      needed = Network.neededTensors(settings)
      fit = TensorFit(needed: needed, in: file, prefix: prefix)
      names = fit.extra.map { sets.prefix + $0 } + fit.outside
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

    /// How near the network is to the file: the share of tensors of both that are in both, one of another shape counted
    /// half.
    var likeness: Double {
      let half = Double(fit.misshapen.count) / 2
      let common = Double(needed.count - fit.missing.count - fit.misshapen.count) + half
      return common / Double(max(1, needed.count + names.count))
    }
  }

  /// Where the complete sets of weights of one architecture are.
  struct WeightSets {
    let prefix: String
    var others: [String] = []
    var ambiguity: FileError?
  }

  /// The network that hand or metadata name, or else the one that fits exactly. Throws `FileError` or `SettingError`.
  func chosen(
    _ texts: ModelTexts, _ file: Safetensors, _ input: Shape, _ report: inout ImportReport
  ) throws -> Candidate {
    do {
      let candidate = try fitting(texts, file, input, &report)
      try checkNorms(candidate)
      return candidate
    } catch { throw nearMiss(texts, file, input) ?? error }
  }

  private func checkNorms(_ candidate: Candidate) throws {
    if let complaint = candidate.settings.normComplaint { throw FileError("\(path): \(complaint)") }
  }

  /// The one wrong thing without which a network would fit; nil where that is not it.
  private func nearMiss(_ texts: ModelTexts, _ file: Safetensors, _ input: Shape) -> (any Error)? {
    var report = ImportReport()
    func name(_ texts: ModelTexts, _ input: Shape) -> String? {
      (try? fitting(texts, file, input, &report)).flatMap { $0.isExact(ignoring: texts.ignored) ? $0.model.name : nil }
    }
    if name(texts, input) != nil { return nil }
    if let told = texts.text("strides"), let model = name(texts.without(["strides"]), input) {
      let line = "the tensors in the file belong to \(model) with different strides; correct or omit this setting"
      return texts.isGiven("strides")
        ? SettingError("--set strides=\(told.prefix(40)): \(line)")
        : FileError("\(path): metadata strides '\(oneLine(String(told.prefix(40))))': \(line) with --set strides=…")
    }
    for strides in ["2,2,2,2", "2,2,2"] where texts.text("strides") == nil && takesSettings {
      guard let model = name(texts.with("strides", strides), input) else { continue }
      return FileError(
        "\(path): its tensors fit \(model) if its first stage has a stride; pass --set strides=\(strides), or the "
          + "strides it was trained with")
    }
    let stems = Set(file.tensors.values.map(\.shape).filter { $0.count == 4 && $0[2] > 1 }.map { $0[1] })
    for channels in [3, 1, 4, 2] where channels != input.channels && stems.contains(channels) {
      guard name(texts, Shape(channels, input.height, input.width)) != nil else { continue }
      do { try checkInput(texts, stem: [0, channels, 0, 0], input) } catch { return error }
    }
    return nil
  }

  private func fitting(
    _ texts: ModelTexts, _ file: Safetensors, _ input: Shape, _ report: inout ImportReport
  ) throws -> Candidate {
    if let model = try namedModel(texts) {
      let candidate = try candidate(model, texts, file, input)
      try checkNorms(candidate)
      guard candidate.fit.fits else { throw misfit(candidate, texts, file, input) }
      if let ambiguity = candidate.ambiguity { throw ambiguity }
      return candidate
    }
    var all: [Candidate] = [], refusal: SettingError?
    for model in models {
      do { all.append(try candidate(model, texts, file, input)) } catch let error as SettingError {
        refusal = refusal ?? error
      } catch {}
    }
    var exact = all.filter { $0.isExact(ignoring: texts.ignored) }
    // A teacher of another architecture does not hide what was trained.
    let ranks = exact.map { SetNames.rank($0.prefix) }
    if let best = ranks.min(), exact.count > 1, ranks.contains(where: SetNames.isAverage) {
      exact = exact.filter { SetNames.rank($0.prefix) == best }
    }
    if let ambiguity = exact.lazy.compactMap(\.ambiguity).first { throw ambiguity }
    if exact.count == 1 {
      report.recognized = true
      return exact[0]
    }
    if exact.count > 1 {
      let fitting = exact.map { $0.model.name }.joined(separator: ", ")
      throw FileError("\(path): its tensors fit more than one network (\(fitting)); \(give("pass --model"))")
    }
    // What was given and can be nowhere is wrong whichever network it is.
    if let refusal { throw refusal }
    // The reason why the nearest cannot be made is the one to be told.
    guard let nearest = all.max(by: { $0.likeness < $1.likeness }) else {
      for model in models { _ = try candidate(model, texts, file, input) }
      throw FileError("\(path): no network fits")
    }
    if nearest.lacksStatistics {
      throw FileError(
        "\(path): has no running statistics, which \(nearest.model.name) needs (\(TensorFit.few(nearest.fit.missing))); "
          + "save model.state_dict(), which has the buffers too")
    }
    throw FileError(
      "\(path): " + unknown(nearest, file) + "; " + give("'dualab models list' has the networks that can be computed"))
  }

  /// The network that was named; nil when none was. Foreign metadata may name something that is none of ours.
  func namedModel(_ texts: ModelTexts) throws -> (any Model.Type)? {
    guard let name = texts.text("model") else { return nil }
    if let model = try ModelKind.named(name)?.kind.model { return model }
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
    let sets = try sets(of: planned, model, texts, file), prefix = sets.prefix
    planned.options = options(of: model, prefix, file)
    let settings = try sizes(of: model, texts, file, prefix: prefix, planned)
    return Candidate(model, settings, in: file, sets)
  }

  /// The most prefixes that are looked at, the shortest ones.
  private static let mostPrefixes = 16

  /// The prefix below which the model's tensors stand. Every name that ends like the model's first one is a candidate;
  /// of incomplete ones the fullest, of equals the shortest wins. Of several complete sets with different numbers the
  /// one of the most usual name is taken.
  private func sets(
    of planned: ModelSettings, _ model: any Model.Type, _ texts: ModelTexts, _ file: Safetensors
  ) throws -> WeightSets {
    guard let first = Network.neededTensors(planned).first?.name else { return WeightSets(prefix: "") }
    func needed(_ prefix: String) -> [String] {
      var settings = planned
      settings.options = options(of: model, prefix, file)
      return Network.neededTensors(settings).map(\.name)
    }
    let prefixes = file.tensors.keys.filter { $0 == first || $0.hasSuffix("." + first) }
      .map { String($0.dropLast(first.count)) }.sorted { ($0.count, $0) < ($1.count, $1) }
    if let key = texts.text("key") {
      let wanted = key.isEmpty || key.hasSuffix(".") ? key : key + "."
      let isMeant = { (prefix: String) in prefix.hasPrefix(wanted) || prefix.hasSuffix("." + wanted) }
      guard let found = prefixes.first(where: { $0 == wanted }) ?? prefixes.first(where: isMeant) else {
        let there = prefixes.prefix(8).map { "'\(keyName($0))'" }.joined(separator: ", ")
        throw FileError(
          "\(path): no weights of \(planned.name) under \(keyOption(key)); there: \(there.isEmpty ? "none" : there)")
      }
      return WeightSets(prefix: found)
    }
    let looked = prefixes.prefix(Self.mostPrefixes).map { ($0, needed($0)) }
    var complete: [(prefix: String, names: [String])] = []
    for (prefix, names) in looked where names.allSatisfy({ file.tensors[prefix + $0] != nil }) {
      if !complete.contains(where: { areEqual($0.prefix, prefix, names, file) }) { complete.append((prefix, names)) }
    }
    if !complete.isEmpty { return ranked(complete.map(\.prefix)) }
    // Where the first tensor itself may be another, the top counts too.
    let counted = (looked + [("", needed(""))]).map { prefix, names in
      (prefix, names.count { file.tensors[prefix + $0] != nil })
    }
    return WeightSets(prefix: counted.max { ($0.1, $1.0.count, $1.0) < ($1.1, $0.0.count, $0.0) }?.0 ?? "")
  }

  /// The set of the most usual name; a person has to choose where two are as usual.
  private func ranked(_ prefixes: [String]) -> WeightSets {
    let ranked = prefixes.enumerated()
      .sorted { (SetNames.rank($0.element), $0.offset) < (SetNames.rank($1.element), $1.offset) }.map(\.element)
    var sets = WeightSets(prefix: ranked[0], others: ranked.dropFirst().map { keyName($0) })
    guard ranked.count > 1, SetNames.rank(ranked[0]) == SetNames.rank(ranked[1]) else { return sets }
    sets.ambiguity = FileError(
      "\(path): holds \(ranked.count) complete sets of weights, under "
        + ranked.prefix(4).map { "'\(keyName($0))'" }.joined(separator: ", ") + "; "
        + give("choose one with \(keyOption(keyName(ranked[0])))"))
    return sets
  }

  /// Sizes that only this model has. No tensor's shape asks for a network whose size overflows.
  private func options(of model: any Model.Type, _ prefix: String, _ file: Safetensors) -> [String: Double] {
    model.options { file.tensors[prefix + $0]?.shape ?? [] }.mapValues { min(max($0, 0), 4096) }
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
    let classes = try texts.classes()
    var settings = planned
    settings.classes = max(2, min(classes ?? head.first ?? 2, 100_000))
    settings.width = max(1, min(width ?? stem.first ?? 1, 4096))
    if own("final_norm") {
      settings.finalNorm = try texts.flag("final_norm") ?? (file.tensors[prefix + "bn.weight"] != nil)
    }
    for name in ModelKind.numbers + [ResNet.perGroup] where own(name) {
      let value = name == "depth" ? try texts.depth() : try texts.integer(name, in: 1...4096)
      if let value { settings.options[name] = Double(value) }
    }
    if own("width2"), let width2 = try texts.integer("width2", in: 1...4096) ?? shape("conv2.weight").first {
      settings.options["width2"] = Double(max(1, min(width2, 4096)))
    }
    if own("conv1_stride"), let stride = try texts.integer("conv1_stride", in: 1...8) {
      settings.options["conv1_stride"] = Double(stride)
    }
    if own("logit_scale"), let scale = try texts.number("logit_scale") { settings.options["logit_scale"] = scale }
    // What one model cannot have may be that of another: `checkVariant` complains about the chosen one.
    if let steps = try? steps(texts, settings, model) { settings = steps }
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
          + (takesSettings && channels == 1 && input.channels == 3 ? ", --set data.gray=on for a folder of images" : "")
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

  /// True when a person says which of the networks of one name it is.
  private func isStated(_ texts: ModelTexts) -> Bool { ModelKind.numbers.contains(where: texts.isGiven) }

  private func misfit(_ candidate: Candidate, _ texts: ModelTexts, _ file: Safetensors, _ input: Shape) -> FileError {
    let settings = candidate.settings, name = isStated(texts) ? settings.title : candidate.model.name
    let other = otherModel(candidate.model.name, texts, file, input).map { "its tensors fit --model \($0)" }
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
