import Archives
import Spelling
import Tensors

/// Tells a checkpoint from the other kinds of zip files.
enum ZipKind {
  /// The folder inside the archive, with its slash, that holds `data.pkl`. Throws with what the archive is instead.
  static func folder(of archive: ZipArchive, name: String) throws -> String {
    let names = archive.entries.keys
    let folders = names.filter { $0.hasSuffix("data.pkl") && isRoot($0.dropLast("data.pkl".count)) }
      .map { String($0.dropLast("data.pkl".count)) }
    guard folders.count <= 1 else {
      throw FileError("holds several checkpoints; unpack it with unzip and zip each folder with 'zip -0 -r'")
    }
    if names.contains(where: { $0.hasSuffix("/constants.pkl") || $0.contains("/code/") }) {
      throw FileError(
        "is a TorchScript program (torch.jit.save), not a state dictionary; "
          + Remedy.python(name, load: "torch.jit.load(FILE)", expression: "x.state_dict()"))
    }
    if let folder = folders.first {
      guard folder.utf8.count <= PickleHeap.longestName else {
        throw FileError("is a zip file whose folder has a name of \(folder.utf8.count) bytes; \(Remedy.saveAgain)")
      }
      return folder
    }
    throw FileError(otherKind(Array(names), name: name))
  }

  private static func isRoot(_ folder: Substring) -> Bool {
    folder.isEmpty || folder.last == "/" && folder.dropLast().allSatisfy { $0 != "/" }
  }

  private static func otherKind(_ names: [String], name: String) -> String {
    if names.contains(where: { $0.hasSuffix(".npy") }) {
      return "is a NumPy archive of arrays (.npz), not a PyTorch checkpoint; pass images with --npz"
    }
    if names.contains(where: { $0.hasSuffix("model.json") || $0.hasSuffix("/archive_format") }) {
      return "is a program of torch.export, not a state dictionary; "
        + Remedy.python(name, load: "torch.export.load(FILE)", expression: "x.state_dict")
    }
    if names.contains(where: { $0.hasSuffix("model.weights.h5") }) {
      return "is a Keras model, not a PyTorch checkpoint; only PyTorch and safetensors weights can be read"
    }
    if let inner = names.filter({ isCheckpointName($0) }).min() {
      return "is a zip file around '\(oneLine(inner))'; unpack it with unzip and pass that file"
    }
    return "is a zip file without data.pkl, so not a PyTorch checkpoint; save the weights with "
      + "torch.save(model.state_dict(), \"weights.pt\")"
  }

  private static func isCheckpointName(_ name: String) -> Bool {
    [".pt", ".pth", ".ckpt", ".safetensors", ".bin"].contains { name.hasSuffix($0) }
  }
}
