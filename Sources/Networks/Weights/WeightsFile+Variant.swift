import Spelling
import Tensors

/// Which variant of a network the tensors of a file belong to: they do not tell it by their names and shapes.
extension WeightsFile {
  /// The settings with steps and pooling of the convolutions, and ε of the normalization layers, as far as hand or
  /// metadata tell them. Throws for values that cannot be computed, from wherever they come: they decide what is
  /// computed.
  func steps(_ texts: ModelTexts, _ settings: ModelSettings, _ model: any Model.Type) throws -> ModelSettings {
    let own = model.ownSettings
    var settings = settings
    try refuseForeign(texts, own, model)
    if let usual = model.usualStrides(settings) {
      let stem = try texts.integers("stem_stride", count: 1, in: usual.range)?.first
      if let stem, stem != usual.stem { settings.options["stem_stride"] = Double(stem) }
      let stages = try texts.integers("strides", count: usual.stages.count, in: usual.range) ?? usual.stages
      for (stage, stride) in stages.enumerated() where stride != usual.stages[stage] {
        settings.options[ModelSettings.strideOption(stage)] = Double(stride)
      }
    }
    for (name, usual) in [(ResNet.pooling, ResNet.usual(settings).pools), (ResNet.inFirst, false)]
    where own.contains(name) {
      if let told = try texts.flag(name, decides: true), told != usual { settings.options[name] = told ? 1 : 0 }
    }
    if settings.norm == .group, let groups = try texts.integers("norm.groups", count: 1, in: 1...4096)?.first {
      settings.options[ModelSettings.groupsOption] = Double(groups)
    } else if settings.norm != .group, texts.isGiven("norm.groups") {
      throw SettingError(
        "--set norm.groups: norm \(settings.norm.rawValue) has no groups; add --set norm=gn or omit it")
    }
    if let epsilon = try texts.epsilon(), epsilon != NormControls.usualEpsilon {
      settings.options[ModelSettings.epsilonOption] = epsilon
    }
    return settings
  }

  /// Throws where the file's metadata say something that this network cannot have. That it does not have it is no harm.
  private func refuseForeign(_ texts: ModelTexts, _ own: [String], _ model: any Model.Type) throws {
    for name in Strides.settings + [ResNet.pooling, ResNet.inFirst] where !own.contains(name) {
      guard let text = texts.ownText(name) else { continue }
      let isSwitch = !Strides.settings.contains(name)
      if isSwitch, ["false", "no", "off", "0"].contains(text.lowercased()) { continue }
      throw foreign(name, text, model)
    }
  }

  private func foreign(_ name: String, _ text: String, _ model: any Model.Type) -> FileError {
    FileError(
      "\(path): metadata \(name) '\(oneLine(String(text.prefix(40))))': \(model.name) does not have it; "
        + give("pass the --model that has it, or remove it from the file's metadata if it means something else"))
  }

  /// Sets activation and shortcut, and reports the whole variant. Throws where hand or metadata ask for one that this
  /// program does not have: a network of another function is never computed.
  func checkVariant(
    _ texts: ModelTexts, _ settings: inout ModelSettings, _ model: any Model.Type, _ report: inout ImportReport
  ) throws {
    func told<Value: CaseIterable & RawRepresentable>(_ name: String, _ usual: Value) throws -> Value
    where Value.RawValue == String {
      guard let text = texts.text(name) else { return usual }
      guard model.ownSettings.contains(name) else {
        if text.lowercased() == usual.rawValue { return usual }
        throw foreign(name, text, model)
      }
      return try texts.choice(name, text.lowercased(), Value.self)
    }
    settings = try steps(texts, settings, model)
    settings.activation = try told("activation", model.usualActivation)
    settings.shortcut = try told("shortcut", ShortcutSource.activated)
    guard !isOurs else { return }
    report.variant = settings.variant.map { $0.shown + source(of: $0, texts) }.joined(separator: ", ")
  }

  /// Who said it, where that is nobody, or a person against the file.
  private func source(of part: VariantPart, _ texts: ModelTexts) -> String {
    guard texts.text(part.name) != nil else { return ImportReport.assumed }
    guard texts.isGiven(part.name), let own = texts.ownText(part.name) else { return "" }
    return Self.means(own, part.value)
      ? "" : " (in place of the file's \(oneLine(String(own.prefix(40))).filter { $0 != " " }))"
  }

  /// True when a text of metadata is another spelling of a value: `[1, 2, 2]`, `1e-3`, `true`.
  private static func means(_ text: String, _ value: String) -> Bool {
    let plain = text.lowercased().filter { !"[]() ".contains($0) }
    switch value {
    case "on": return ["on", "true", "yes", "1"].contains(plain)
    case "off": return ["off", "false", "no", "0"].contains(plain)
    default: return plain == value || Fraction.parse(plain).map { $0 == Fraction.parse(value) } ?? false
    }
  }

  /// The other networks that the same tensors could be, as settings, `["shortcut": "raw"]`: every combination of what
  /// `report` had to assume.
  package func otherVariants(_ report: ImportReport) -> [[String: String]] {
    let known = report.assumedVariant
    let assumed = variantSettings.filter { setting in
      known.contains { $0.name == setting.name && setting.values.contains($0.value) }
    }
    let all = assumed.reduce([[:]]) { lists, setting in
      lists.flatMap { list in setting.values.map { list.merging([setting.name: $0]) { $1 } } }
    }
    return all.map { variant in
      variant.filter { name, value in !known.contains { $0.name == name && $0.value == value } }
    }.filter { !$0.isEmpty }.sorted { ($0.count, $0.description) < ($1.count, $1.description) }
  }
}
