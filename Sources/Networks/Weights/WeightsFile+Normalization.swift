import Spelling
import Tensors

/// The input normalization, which the tensors of a file do not tell by their names alone.
extension WeightsFile {
  /// Sets mean and deviation: by hand, or from the file's tensors, or from its metadata, or the `usual` ones; none where
  /// nobody says. Returns the names of the tensors that are a normalization. Throws when two sources disagree, when one
  /// of the two is missing, and for numbers of a file that do not fit images in [0, 1].
  func normalize(
    _ candidate: inout Candidate, _ texts: ModelTexts, _ file: Safetensors, _ usual: UsualNormalization?,
    _ report: inout ImportReport
  ) throws -> Set<String> {
    let channels = candidate.settings.input.channels, left = candidate.allLeft
    let buffers = Set(left.filter(InputNormalization.isBuffer))
    let mean = try texts.perChannel("mean", channels: channels)
    let std = try texts.perChannel("std", channels: channels, mayBeZero: false)
    func take(_ mean: [Float], _ std: [Float], _ source: String) {
      (candidate.settings.mean, candidate.settings.deviation) = (mean, std)
      report.normalization = source
    }
    if texts.isGiven("mean"), texts.isGiven("std"), let mean, let std {
      take(mean, std, "--set" + replaced(by: (mean, std), left, texts, file))
      return buffers
    }
    let remedy = give("pass --set mean=… --set std=…")
    let found: InputNormalization?
    do { found = try InputNormalization.find(left, in: file, channels: channels) } catch {
      throw FileError("\(path): \(error); \(remedy)")
    }
    if let found {
      try agree(found, mean, std, remedy)
      take(found.mean, found.std, "tensors '\(found.names.mean)' and '\(found.names.std)'")
      return buffers
    }
    if let mean, let std {
      let isOwn = !texts.isGiven("mean") && !texts.isGiven("std")
      guard !isOwn || isOurs || InputNormalization.fits(mean, std) else {
        throw FileError("\(path): its metadata mean \(mean), std \(std) do not fit images in [0, 1]; \(remedy)")
      }
      take(mean, std, isOwn ? "metadata" : "--set and metadata")
    } else if mean != nil || std != nil {
      throw half(mean == nil ? ("std", "mean") : ("mean", "std"), texts, remedy)
    } else {
      try refuseUnclear(candidate, texts, file, remedy)
      let assumed = try assumed(candidate, usual, remedy)
      take(assumed.mean, assumed.std, assumed.source)
    }
    return []
  }

  /// Throws for tensors of one number per input channel that the network does not have: a scale, a shift, the statistics
  /// of a normalization layer in front of it. Without them it may be another network.
  private func refuseUnclear(
    _ candidate: Candidate, _ texts: ModelTexts, _ file: Safetensors, _ remedy: String
  ) throws {
    let channels = candidate.settings.input.channels
    guard channels > 1, !isOurs else { return }
    let unclear = candidate.allLeft.filter { name in
      guard let tensor = file.tensors[name], tensor.count == channels, tensor.type.rawValue.contains("F") else {
        return false
      }
      let isLayer = name.hasSuffix("weight") || name.hasSuffix("bias") || tensor.shape.count(where: { $0 > 1 }) > 1
      return !isLayer && !candidate.others.contains { name.hasPrefix("\($0).") }
        && !texts.ignored.contains { name.hasPrefix($0) }
    }
    guard !unclear.isEmpty else { return }
    throw FileError(
      "\(path): holds \(TensorFit.few(unclear)), one number per input channel: this may be a normalization of the images; "
        + remedy
        + (takesSettings ? ", or --set ignore=\(unclear.joined(separator: ",")) if the network does not use it" : ""))
  }

  /// Throws when the tensors of a file say something else than its metadata or `--set`.
  private func agree(_ found: InputNormalization, _ mean: [Float]?, _ std: [Float]?, _ remedy: String) throws {
    for (told, there) in [(mean, found.mean), (std, found.std)] {
      guard let told, zip(told, there).contains(where: { abs($0 - $1) > 1e-4 }) else { continue }
      throw FileError(
        "\(path): its metadata or --set say \(told), its tensor '\(found.names.mean)' \(there); \(remedy)")
    }
  }

  /// The normalization where nobody says one: the usual one of an entry or of a layout, or none.
  private func assumed(
    _ candidate: Candidate, _ usual: UsualNormalization?, _ remedy: String
  ) throws -> (mean: [Float], std: [Float], source: String) {
    if let usual { return (usual.mean, usual.deviation, "assumed: that of \(usual.title)") }
    if !isOurs, let usual = candidate.model.usualNormalization(candidate.settings) {
      if let obstacle = usual.obstacle { throw FileError("\(path): \(obstacle); if it does not, \(remedy)") }
      return (
        usual.mean, usual.deviation, "assumed: that of \(usual.title), which this layout does inside the network"
      )
    }
    // Other programs feed their networks images in [0, 1] unless they say otherwise.
    let none = { (value: Float) in Array(repeating: value, count: candidate.settings.input.channels) }
    return (none(0), none(1), "none: images enter unnormalized")
  }

  /// What of the file's own gives way to numbers by hand: `, in place of the file's metadata`; empty where nothing does.
  private func replaced(
    by hand: (mean: [Float], std: [Float]), _ left: [String], _ texts: ModelTexts, _ file: Safetensors
  ) -> String {
    let channels = hand.mean.count, own: (mean: [Float]?, std: [Float]?), what: String
    let isNear = { (one: [Float]?, other: [Float]) in
      one.map { zip($0, other).allSatisfy { abs($0 - $1) <= 1e-4 } } ?? false
    }
    if let found = try? InputNormalization.find(left, in: file, channels: channels) {
      own = (found.mean, found.std)
      what = "tensors '\(found.names.mean)' and '\(found.names.std)'"
    } else if left.contains(where: InputNormalization.isBuffer) {
      return ", in place of the file's unclear ones"
    } else {
      let texts = texts.withoutHand
      own = (
        (try? texts.perChannel("mean", channels: channels)) ?? nil,
        (try? texts.perChannel("std", channels: channels)) ?? nil
      )
      guard own.mean != nil || own.std != nil else { return "" }
      what = "metadata"
    }
    return isNear(own.mean, hand.mean) && isNear(own.std, hand.std) ? "" : ", in place of the file's \(what)"
  }

  /// One half of a normalization without the other.
  private func half(_ names: (there: String, missing: String), _ texts: ModelTexts, _ remedy: String) -> any Error {
    if texts.isGiven(names.there) {
      return SettingError("--set \(names.there)=…: needs \(names.missing) too; pass --set \(names.missing)=…")
    }
    return FileError("\(path): its metadata have \(names.there) without \(names.missing); \(remedy)")
  }
}
