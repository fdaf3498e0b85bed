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
    for (name, value) in described { file.metadata[name.replacingOccurrences(of: ".", with: "_")] = value }
    try file.write(to: url)
  }

  /// Which network it is, as `WeightsFile.network` takes it by hand. Not the size of the images, which the weights do
  /// not depend on.
  package var described: [String: String] {
    var texts = [
      "model": settings.name, "width": "\(settings.width)", "classes": "\(settings.classes)",
      "norm": settings.norm.rawValue, "norm.layers": settings.normLayers.description,
      "norm.affine": settings.normAffine.rawValue, "mean": settings.mean.map { "\($0)" }.joined(separator: ","),
      "std": settings.deviation.map { "\($0)" }.joined(separator: ","),
    ]
    let own = ModelKind(rawValue: settings.name)?.model.ownSettings ?? []
    if own.contains("final_norm") { texts["final_norm"] = "\(settings.finalNorm)" }
    for (name, value) in settings.options where own.contains(name) { texts[name] = Fraction.decimal(value) }
    for part in settings.variant where part.name != "norm.groups" || settings.normGroups != nil {
      texts[part.name] = part.value
    }
    return texts
  }

  /// True for a name of a file that PyTorch reads.
  package static func isPyTorch(_ path: String) -> Bool {
    ["pt", "pth"].contains(URL(fileURLWithPath: path).pathExtension.lowercased())
  }

  private static let unsaid = " is part of the network, which a state dictionary does not say: build it so in PyTorch"

  /// What a `.pt` does not say, a line each.
  package var exportNotes: [String] {
    var notes: [String] = []
    if settings.mean.contains(where: { $0 != 0 }) || settings.deviation.contains(where: { $0 != 1 }) {
      let numbers = { (values: [Float]) in
        values.map { Fraction.decimal(Double("\($0)") ?? Double($0)) }.joined(separator: ", ")
      }
      notes.append(
        "the network subtracts mean \(numbers(settings.mean)) and divides by std \(numbers(settings.deviation)), which a "
          + "state dictionary does not say: normalize the images in PyTorch")
    }
    notes += settings.variant.filter { !$0.isUsual }.map { $0.shown + Network.unsaid }
    if settings.norm.hasTwoSets {
      notes.append("norm \(settings.norm.rawValue) has two sets of statistics, which PyTorch's BatchNorm cannot load")
    }
    return notes
  }
}
