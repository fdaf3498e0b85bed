import Archives
import Foundation
import Spelling
import Tensors

/// A `.pt`, `.pth` or `.ckpt` file of `torch.save`, read without running anything of it.
///
/// Opening reads the pickle and compares every tensor with the file's sizes. The bytes of a tensor are read when asked
/// for.
package struct PyTorchFile {
  /// What errors call the file.
  let name: String
  /// Bytes of the file.
  let size: Int
  private let container: any Container
  /// The value that was saved: as a rule a dictionary.
  package let root: PickledValue

  /// Opens a file. Throws `FileError`: the file, what is wrong, what helps.
  package init(contentsOf url: URL) throws {
    name = url.relativePath
    do {
      let file = try InputFile(url)
      size = file.count
      switch try FileKind(file.prefix(FileKind.needed), name: name) {
      case .zip: container = try ZipContainer(ZipArchive(file, .checkpoint), name: name)
      case .legacy: container = try LegacyContainer(file.prefix(file.count), name: name)
      }
    } catch let error as FileError { throw Self.named(error, name) }
    root = container.root
  }

  /// Reads the bytes of a file.
  package init(data: Data, name: String) throws {
    self.name = name
    size = data.count
    do {
      switch try FileKind([UInt8](data.prefix(FileKind.needed)), name: name) {
      case .zip: container = try ZipContainer(ZipArchive(data, .checkpoint), name: name)
      case .legacy: container = try LegacyContainer([UInt8](data), name: name)
      }
    } catch let error as FileError { throw Self.named(error, name) }
    root = container.root
  }

  /// Reads one tensor, row-major.
  package func tensor(_ record: TensorRecord) throws -> Safetensors.Tensor {
    var reader = reader()
    do { return try reader.tensor(record) } catch let error as FileError { throw Self.named(error, name) }
  }

  func reader() -> TensorReader { TensorReader(container: container, fileSize: size) }

  static func named(_ error: FileError, _ name: String) -> FileError {
    FileError(oneLine("\(name): \(error.description)"))
  }
}

/// Reads tensors, each storage once, within what the size of the file justifies.
struct TensorReader {
  private let container: any Container
  private var storages: [String: Data] = [:]
  private var budget: Int
  private let fileSize: Int

  init(container: any Container, fileSize: Int) {
    self.container = container
    self.fileSize = fileSize
    // Views share their storage's bytes; what is left is copies of strided and expanded views.
    let (eightfold, overflow) = fileSize.multipliedReportingOverflow(by: 8)
    budget = overflow ? .max : max(eightfold, 1 << 20)
  }

  /// One tensor. Throws when its type is not supported, or when all tensors together are far larger than the file.
  mutating func tensor(_ record: TensorRecord) throws -> Safetensors.Tensor {
    guard let type = record.type else {
      throw FileError("a tensor has type \(record.unsupported ?? "unknown"), which cannot be read")
    }
    let length = record.count * type.size
    guard length <= budget else {
      throw FileError(
        "its tensors are more than 8 times as large as the file (\(fileSize) bytes): views that repeat their elements; "
          + "save contiguous copies with tensor.clone()")
    }
    budget -= length
    let bytes: Data
    if let known = storages[record.storage.key] {
      bytes = known
    } else {
      bytes = length == 0 ? Data() : try container.bytes(of: record.storage)
      if length > 0 { storages[record.storage.key] = bytes }
    }
    return Safetensors.Tensor(type: type, shape: record.shape, bytes: try record.elements(of: bytes, type: type))
  }
}
