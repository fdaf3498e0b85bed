import Foundation
import PyTorchFiles
import Spelling
import Tensors

/// What a file of weights holds, whatever network it is of.
package struct WeightsContents: Sendable {
  /// One tensor: name, element type as in safetensors (`F32`), dimensions.
  package struct Tensor: Sendable, Hashable, Codable {
    package let name: String
    package let type: String
    package let shape: [Int]
  }

  /// What kind of file it is.
  package let format: String
  /// The tensors by name: those of a PyTorch file without the names of its wrappers.
  package let tensors: [Tensor]
  /// The file's strings.
  package let metadata: [String: String]
  /// What was unwrapped and left out, a line each.
  package let notes: [String]

  /// Numbers that training adjusts: those of all tensors but running statistics and whole numbers.
  package var parameters: Int {
    tensors.filter { $0.type.contains("F") && !$0.name.contains("running_") && !InputNormalization.isBuffer($0.name) }
      .reduce(0) { $0 + $1.shape.reduce(1, *) }
  }
}

extension WeightsFile {
  /// What the file holds; of several sets in a PyTorch file the one that `key` names. Throws `FileError`.
  package func contents(key: String? = nil) throws -> WeightsContents {
    let (tensors, notes) = try tensors(key), mark = isOurs ? "a checkpoint of dualab" : "safetensors"
    let known = tensors.tensors.map { WeightsContents.Tensor(name: $0, type: $1.type.rawValue, shape: $1.shape) }
    // Types that nobody reads are part of what is there.
    let unreadable = tensors.unreadable.map { WeightsContents.Tensor(name: $0, type: $1, shape: []) }
    return WeightsContents(
      format: isPyTorch ? "a PyTorch checkpoint" : mark,
      tensors: (known + unreadable).sorted { $0.name < $1.name }, metadata: tensors.metadata, notes: notes)
  }

  /// A network with these weights, for images of a size that the tensors allow: the file's own, or else the usual ones
  /// are tried. `given` as for `network`. Throws `FileError` or `SettingError`.
  package func likelyNetwork(_ given: [String: String], pool: ThreadPool) throws -> Imported {
    var reason: (any Error)?
    for input in try likelyInputs(given) {
      do { return try network(given, input: input, pool: pool) } catch { reason = reason ?? error }
    }
    throw reason ?? FileError("\(path): holds no tensors")
  }

  /// True when the file or hand tells the size of the images. Throws `FileError` or `SettingError`.
  package func tellsSize(_ given: [String: String]) throws -> Bool {
    let told = try told(given, tensors(given["key"]).file)
    return told.height != nil && told.width != nil
  }

  /// True when the network takes images of one channel: file or hand say so, or else its only convolution of few input
  /// channels has one.
  package func takesGray(_ given: [String: String]) -> Bool {
    guard let file = try? tensors(given["key"]).file, let told = try? told(given, file) else { return false }
    if let channels = told.channels { return channels == 1 }
    let shapes = file.tensors.values.map(\.shape).filter { $0.count == 4 && $0[2] > 1 }
    return shapes.count > 1 && shapes.count { $0[1] == 1 } == 1
  }

  private func told(
    _ given: [String: String], _ file: Safetensors
  ) throws -> (channels: Int?, height: Int?, width: Int?) {
    let texts = ModelTexts(
      given: given, metadata: file.metadata, file: path, takesSettings: takesSettings, isOurs: isOurs,
      notes: ImportNotes())
    return try texts.input()
  }

  private func likelyInputs(_ given: [String: String]) throws -> [Shape] {
    let file = try tensors(given["key"]).file, told = try told(given, file)
    let stems = file.tensors.sorted { $0.key < $1.key }.map(\.value.shape)
      .filter { $0.count == 4 && $0[1] <= 4 && $0[2] > 1 }
    // A narrow network has inner convolutions of as few channels as a stem; colors and gray are more usual than others.
    let seen = [3, 1, 4, 2].filter { count in stems.contains { $0[1] == count } }
    return (told.channels.map { [$0] } ?? (seen.isEmpty ? [3] : seen)).flatMap { channels in
      if let height = told.height, let width = told.width { return [Shape(channels, height, width)] }
      let sizes = channels == 1 ? [28, 32, 14, 16, 64] : [32, 64, 224, 28, 16, 14, 96, 48]
      return sizes.map { Shape(channels, $0, $0) }
    }
  }
}
