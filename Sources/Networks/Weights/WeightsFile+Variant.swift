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
    for name in Strides.settings + [ResNet.pooling, ResNet.inFirst] where !own.contains(name) {
      guard let text = texts.text(name), try !name.contains("stride_in") || texts.flag(name, decides: true) == true
      else {
        continue
      }
      throw FileError(
        "\(path): \(name) \(text): \(model.name) does not have it; \(give("pass the --model that has it"))")
    }
    if let usual = model.usualStrides(settings) {
      let stem = try texts.integers("stem_stride", count: 1, in: Strides.range)?.first
      if let stem, stem != usual.stem { settings.options["stem_stride"] = Double(stem) }
      let stages = try texts.integers("strides", count: usual.stages.count, in: Strides.range) ?? usual.stages
      for (stage, stride) in stages.enumerated() where stride != usual.stages[stage] {
        settings.options[ModelSettings.strideOption(stage)] = Double(stride)
      }
    }
    for (name, usual) in [(ResNet.pooling, ResNet.usual(settings).pools), (ResNet.inFirst, false)]
    where own.contains(name) {
      if let told = try texts.flag(name, decides: true), told != usual { settings.options[name] = told ? 1 : 0 }
    }
    if let epsilon = try texts.epsilon(), epsilon != NormControls.usualEpsilon {
      settings.options[ModelSettings.epsilonOption] = epsilon
    }
    return settings
  }

  /// Sets activation and shortcut, and reports the whole variant. Throws where hand or metadata ask for one that this
  /// program does not have: a network of another function is never computed.
  func checkVariant(
    _ texts: ModelTexts, _ settings: inout ModelSettings, _ model: any Model.Type, _ report: inout ImportReport
  ) throws {
    var parts: [String] = []
    func note(_ name: String, _ value: String, as written: String? = nil) {
      parts.append("\(written ?? name) \(value)" + (texts.text(name) == nil ? " (assumed)" : ""))
    }
    func told<Value: CaseIterable & RawRepresentable>(_ name: String, _ usual: Value) throws -> Value
    where Value.RawValue == String {
      let isOwn = model.ownSettings.contains(name)
      guard let text = texts.text(name) else {
        if isOwn { note(name, usual.rawValue) }
        return usual
      }
      let value = try texts.choice(name, text.lowercased(), Value.self)
      guard value.rawValue == usual.rawValue || isOwn else {
        throw FileError(
          "\(path): \(name) \(text): \(model.name) does not have it; \(give("pass the --model that has it"))")
      }
      note(name, value.rawValue)
      return value
    }
    settings = try steps(texts, settings, model)
    settings.activation = try told("activation", model.usualActivation)
    settings.shortcut = try told("shortcut", ShortcutSource.activated)
    if let usual = model.usualStrides(settings) {
      let strides = settings.strides(usual)
      note("stem_stride", "\(strides.stem)")
      note("strides", strides.listed)
    }
    for (name, usual) in [(ResNet.pooling, ResNet.usual(settings).pools), (ResNet.inFirst, false)]
    where model.ownSettings.contains(name) {
      note(name, settings.options[name].map { $0 != 0 } ?? usual ? "on" : "off")
    }
    note("norm.eps", "\(settings.normEpsilon)", as: "norm eps")
    report.variant = isOurs ? "" : parts.joined(separator: ", ")
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
