import Foundation
import PyTorchFiles
import Spelling
import Tensors

extension Network {
  /// Writes the weights for other programs: a `.pt` or `.pth` is a state dictionary that torch.load reads with
  /// weights_only=True; any other file is a `.safetensors` whose metadata say which network it is. Throws `FileError`.
  package func export(to path: String) throws {
    let url = URL(fileURLWithPath: path)
    if Network.isPyTorch(path) { return try PyTorchFile.write(stateDictionary(), to: url) }
    var file = stateDictionary()
    // Not the size of the images, which these weights do not depend on.
    file.metadata = [
      "model": settings.name, "width": "\(settings.width)", "classes": "\(settings.classes)",
      "final_norm": "\(settings.finalNorm)", "norm": settings.norm.rawValue,
      "norm_layers": settings.normLayers.description, "norm_affine": settings.normAffine.rawValue,
      "activation": settings.activation.rawValue, "shortcut": settings.shortcut.rawValue,
      "mean": settings.mean.map { "\($0)" }.joined(separator: ","),
      "std": settings.deviation.map { "\($0)" }.joined(separator: ","),
    ]
    for (name, value) in settings.options { file.metadata[name] = Fraction.decimal(value) }
    try file.write(to: url)
  }

  /// True for a name of a file that PyTorch reads.
  package static func isPyTorch(_ path: String) -> Bool {
    ["pt", "pth"].contains(URL(fileURLWithPath: path).pathExtension.lowercased())
  }

  /// What a `.pt` does not say, a line each.
  package var exportNotes: [String] {
    var notes: [String] = []
    if settings.mean.contains(where: { $0 != 0 }) || settings.deviation.contains(where: { $0 != 1 }) {
      let numbers = { (values: [Float]) in values.map { Fraction.decimal(Double($0)) }.joined(separator: ", ") }
      notes.append(
        "the network subtracts mean \(numbers(settings.mean)) and divides by std \(numbers(settings.deviation)), which a "
          + "state dictionary does not say: normalize the images in PyTorch")
    }
    if settings.norm.hasTwoSets {
      notes.append("norm \(settings.norm.rawValue) has two sets of statistics, which PyTorch's BatchNorm cannot load")
    }
    return notes
  }
}
