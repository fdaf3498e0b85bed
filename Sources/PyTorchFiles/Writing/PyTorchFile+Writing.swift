import Archives
import Foundation
import Tensors

extension PyTorchFile {
  /// The bytes of a `.pt` file with these tensors, sorted by name, that `torch.load(…, weights_only=True)` reads as a
  /// state dictionary. String metadata have no place in a state dictionary and are left out.
  package static func encoded(_ file: Safetensors) throws -> Data {
    let tensors = file.tensors.sorted { $0.key < $1.key }.map { (name: $0.key, tensor: $0.value) }
    let storages = tensors.enumerated().map { (key: String($0), bytes: $1.tensor.bytes) }
    return try encoded(pickle: PickleWriter(tensors).data, storages: storages)
  }

  /// The archive around a pickle and the storages that it names.
  package static func encoded(pickle: Data, storages: [(key: String, bytes: Data)]) throws -> Data {
    let entries = storages.map { (name: "archive/data/\($0.key)", contents: $0.bytes) }
    return try ZipWriter.encoded(
      [("archive/data.pkl", pickle), ("archive/byteorder", Data("little".utf8))] + entries
        + [("archive/version", Data("3\n".utf8))])
  }

  /// Writes such a file atomically. Throws `FileError`.
  package static func write(_ file: Safetensors, to url: URL) throws { try AtomicFile.write(encoded(file), to: url) }
}
