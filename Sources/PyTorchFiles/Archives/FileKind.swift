import Foundation
import Spelling
import Tensors

/// What a file is by its first bytes.
enum FileKind {
  case zip, legacy

  /// Bytes that are needed to tell.
  static let needed = 512

  /// Tells the two formats of checkpoints; throws with what the file is instead and the command that helps.
  init(_ start: [UInt8], name: String) throws {
    guard !start.isEmpty else { throw FileError("is empty (0 bytes); save or \(Remedy.downloadAgain)") }
    if start.starts(with: [0x50, 0x4B]), start.count >= 4, start[2] < 9 {
      self = .zip
    } else if start[0] == 0x80, start.count > 1, start[1] <= 5 {
      self = .legacy
    } else {
      throw FileError(Self.binary(start, name: name) ?? Self.text(start) ?? Self.unknown(start))
    }
  }

  private static func binary(_ start: [UInt8], name: String) -> String? {
    let quoted = Remedy.shell(name)
    let signatures: [([UInt8], String)] = [
      ([0x1F, 0x8B], "is compressed with gzip; unpack it: gunzip -c \(quoted) > weights.pt"),
      ([0x42, 0x5A, 0x68], "is compressed with bzip2; unpack it: bunzip2 -c \(quoted) > weights.pt"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "is compressed with xz; unpack it: xz -dc \(quoted) > weights.pt"),
      ([0x28, 0xB5, 0x2F, 0xFD], "is compressed with zstd; unpack it: zstd -d \(quoted) -o weights.pt"),
      ([0x37, 0x7A, 0xBC, 0xAF], "is a 7z archive; unpack it: 7z x \(quoted)"),
      (Array("Rar!".utf8), "is a RAR archive; unpack it: unrar x \(quoted)"),
      ([0x89, 0x48, 0x44, 0x46], "is an HDF5 file (Keras); only PyTorch and safetensors weights can be read"),
      (Array("GGUF".utf8), "is a GGUF file; only PyTorch and safetensors weights can be read"),
      ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "is a NumPy array (.npy), not a PyTorch checkpoint"),
      ([0x89, 0x50, 0x4E, 0x47], "is a PNG image, not a PyTorch checkpoint"),
      ([0xFF, 0xD8, 0xFF], "is a JPEG image, not a PyTorch checkpoint"),
      ([0x7F, 0x45, 0x4C, 0x46], "is a program (ELF), not a PyTorch checkpoint"),
    ]
    if let match = signatures.first(where: { start.starts(with: $0.0) }) { return match.1 }
    if isTar(start) {
      return "is a tar archive; if torch before 0.1.10 wrote it and you trust it: "
        + Remedy.python(name, load: "torch.load(FILE, weights_only=False)") + "; otherwise unpack it with tar -xf"
    }
    if start.count > 8, start[8] == UInt8(ascii: "{"), start[4..<8].allSatisfy({ $0 == 0 }) {
      return "is a safetensors file, not a PyTorch checkpoint; rename it: mv \(quoted) weights.safetensors"
    }
    return nil
  }

  private static func isTar(_ start: [UInt8]) -> Bool {
    if start.count >= 262, start[257..<262].elementsEqual("ustar".utf8) { return true }
    // The old form has no mark; torch's archives began with one of these entries.
    return ["sys_info", "pickle", "storages", "tensors"].contains {
      start.count > $0.utf8.count && start.starts(with: $0.utf8) && start[$0.utf8.count] == 0
    }
  }

  private static func text(_ start: [UInt8]) -> String? {
    let head = String(decoding: start, as: UTF8.self).drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    let lower = head.prefix(64).lowercased()
    if lower.hasPrefix("version https://git-lfs") {
      return "is a git-lfs pointer, not the file itself; fetch it in its repository: git lfs pull"
    }
    if lower.hasPrefix("<!doctype html") || lower.hasPrefix("<html") || lower.hasPrefix("<head") {
      return
        "is a web page, not a checkpoint: the download asked for a login or a confirmation; download it again in a "
        + "browser (from Google Drive: gdown)"
    }
    if lower.hasPrefix("<?xml") || lower.hasPrefix("<error") {
      return "is an XML message of a server, not a checkpoint; check the address and download it again"
    }
    if lower.hasPrefix("{") || lower.hasPrefix("[") { return "is a JSON text, not a PyTorch checkpoint" }
    return nil
  }

  private static func unknown(_ start: [UInt8]) -> String {
    let shown =
      start.prefix(16).allSatisfy { (0x20..<0x7F).contains($0) }
      ? "\"\(String(decoding: start.prefix(16), as: UTF8.self))\""
      : start.prefix(8).map { String(format: "%02x", $0) }.joined(separator: " ")
    return "is not a PyTorch checkpoint (it begins with \(shown)); pass a file of torch.save, or safetensors"
  }
}
