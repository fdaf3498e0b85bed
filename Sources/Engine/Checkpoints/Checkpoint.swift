import Events
import Foundation
import Networks
import Recipe
import Spelling
import Tensors

/// Weights on disk: a `.safetensors` file with PyTorch's names, and metadata with everything needed to use it.
///
/// Metadata: `dualab` (format), `kind`, `preset`, `step`, `model`, `width`, `classes`, `input` (C×H×W), `final_norm`,
/// `activation`, `shortcut` where the model has them, `norm`, `norm_layers`, `norm_affine`, `mean`, `std` (per
/// channel), `class_names` (JSON; where folders named them), `settings` (the resolved preset as JSON).
struct Checkpoint {
  static let format = "1"
  let file: Safetensors

  /// The network's current weights and running statistics.
  init(
    network: Network, preset: String, kind: CheckpointKind, step: Int, settings: Settings, classNames: [String]? = nil
  )
    throws
  {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let model = network.settings
    var file = network.stateDictionary()
    file.metadata = [
      "dualab": Self.format, "kind": kind.rawValue, "preset": preset, "step": "\(step)", "model": model.name,
      "width": "\(model.width)", "classes": "\(model.classes)",
      "input": "\(model.input.channels)x\(model.input.height)x\(model.input.width)",
      "final_norm": "\(model.finalNorm)", "mean": model.mean.map { "\($0)" }.joined(separator: ","),
      "norm": model.norm.rawValue, "norm_layers": model.normLayers.description,
      "norm_affine": model.normAffine.rawValue,
      "std": model.deviation.map { "\($0)" }.joined(separator: ","),
      "settings": String(decoding: try encoder.encode(settings), as: UTF8.self),
    ]
    let own = ModelKind(rawValue: model.name)?.model.ownSettings ?? []
    if own.contains("activation") { file.metadata["activation"] = model.activation.rawValue }
    if own.contains("shortcut") { file.metadata["shortcut"] = model.shortcut.rawValue }
    for (name, value) in model.options { file.metadata[name] = Fraction.decimal(value) }
    if let classNames { file.metadata["class_names"] = String(decoding: try encoder.encode(classNames), as: UTF8.self) }
    self.file = file
  }

  /// Writes atomically; makes the folder if it is missing. Throws `FileError`.
  func write(to url: URL) throws {
    try CheckpointWriter.write(file, to: url)
  }
}
