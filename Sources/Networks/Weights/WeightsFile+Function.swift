import Spelling
import Tensors

/// What the tensors of a file do not tell by their names: the input normalization, and which variant of a network they
/// belong to.
extension WeightsFile {
  /// Sets mean and deviation: by hand, or from the file's tensors, or from its metadata; none where nobody says.
  /// Returns the names of the tensors that are a normalization. Throws `FileError` when two sources disagree.
  func normalize(
    _ candidate: inout Candidate, _ texts: ModelTexts, _ file: Safetensors, _ input: Shape, _ report: inout ImportReport
  ) throws -> Set<String> {
    let channels = input.channels, left = candidate.allLeft
    let buffers = Set(left.filter(InputNormalization.isBuffer))
    let mean = try texts.perChannel("mean", channels: channels)
    let std = try texts.perChannel("std", channels: channels, mayBeZero: false)
    let byHand = texts.isGiven("mean") && texts.isGiven("std")
    let remedy = give("pass --set mean=… --set std=…")
    let found: InputNormalization?
    do { found = byHand ? nil : try InputNormalization.find(left, in: file, channels: channels) } catch {
      throw FileError("\(path): \(error); \(remedy)")
    }
    if let found {
      for (told, there) in [(mean, found.mean), (std, found.std)] {
        guard let told, zip(told, there).contains(where: { abs($0 - $1) > 1e-4 }) else { continue }
        throw FileError(
          "\(path): its metadata or --set say \(told), its tensor '\(found.names.mean)' \(there); \(remedy)")
      }
      (candidate.settings.mean, candidate.settings.deviation) = (found.mean, found.std)
      report.normalization = "tensors '\(found.names.mean)' and '\(found.names.std)'"
      return buffers
    }
    if mean == nil, std == nil, !isOurs, let usual = candidate.model.usualNormalization(candidate.settings) {
      (candidate.settings.mean, candidate.settings.deviation) = (usual.mean, usual.deviation)
      report.normalization = "assumed: that of \(usual.title), which this layout does inside the network"
      return []
    }
    // Other programs feed their networks images in [0, 1] unless they say otherwise.
    candidate.settings.mean = mean ?? Array(repeating: 0, count: channels)
    candidate.settings.deviation = std ?? Array(repeating: 1, count: channels)
    report.normalization =
      mean != nil && std != nil ? (byHand ? "--set" : "metadata") : "none: images enter unnormalized"
    return byHand ? buffers : []
  }

  /// Sets the variant of the network, as far as hand or metadata tell it. Throws where they ask for one that this
  /// program does not have: a network of another function is never computed.
  func checkVariant(
    _ texts: ModelTexts, _ settings: inout ModelSettings, _ model: any Model.Type, _ report: inout ImportReport
  ) throws {
    var parts: [String] = []
    func told<Value: CaseIterable & RawRepresentable>(_ name: String, _ usual: Value) throws -> Value
    where Value.RawValue == String {
      guard let text = texts.text(name) else {
        if model.ownSettings.contains(name) { parts.append("\(name) \(usual.rawValue) (assumed)") }
        return usual
      }
      let value = try texts.choice(name, text.lowercased(), Value.self)
      guard value.rawValue == usual.rawValue || model.ownSettings.contains(name) else {
        throw FileError(
          "\(path): \(name) \(text): \(model.name) does not have it; \(give("pass the --model that has it"))")
      }
      parts.append("\(name) \(value.rawValue)")
      return value
    }
    settings.activation = try told("activation", model.usualActivation)
    settings.shortcut = try told("shortcut", ShortcutSource.activated)
    if let text = texts.text("norm.eps") {
      guard let epsilon = Fraction.parse(text), abs(epsilon - BatchNorm.epsilon) < 1e-9 else {
        throw FileError("\(path): norm_eps \(text): only 1e-05 is computed; \(give("use weights trained with it"))")
      }
      parts.append("norm eps 1e-05")
    } else {
      parts.append("norm eps 1e-05 (assumed)")
    }
    report.variant = isOurs ? "" : parts.joined(separator: ", ")
  }

  /// The other networks that the same tensors could be, as settings, `["shortcut": "raw"]`: every combination of what
  /// `report` had to assume.
  package func otherVariants(_ report: ImportReport) -> [[String: String]] {
    let assumed = variantSettings.filter { setting in
      setting.values.contains { report.variant.contains("\(setting.name) \($0) (assumed)") }
    }
    let all = assumed.reduce([[:]]) { lists, setting in
      lists.flatMap { list in setting.values.map { list.merging([setting.name: $0]) { $1 } } }
    }
    return all.filter { variant in
      variant.contains { !report.variant.contains("\($0.key) \($0.value) (assumed)") }
    }.map { variant in
      variant.filter { !report.variant.contains("\($0.key) \($0.value) (assumed)") }
    }.sorted { ($0.count, $0.description) < ($1.count, $1.description) }
  }
}
