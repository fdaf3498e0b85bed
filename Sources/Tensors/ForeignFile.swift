import Foundation

/// A file that is something else than its reader expected: what it is, and what helps. Known by its first bytes.
package struct ForeignFile: Sendable, CustomStringConvertible {
  /// What it is and the remedy, in one line.
  package let description: String

  /// Nil when the bytes are none of the things that are often mistaken for weights. `path` goes into the command that
  /// helps.
  package init?(_ data: Data, path: String) {
    let head = [UInt8](data.prefix(512)), name = path.split(separator: "/").last.map(String.init) ?? path
    guard let (what, remedy) = ForeignFile.text(head) ?? ForeignFile.magic(head, name: name) else { return nil }
    description = "is \(what), not a safetensors file; \(remedy)"
  }

  /// Nothing at all, and texts.
  private static func text(_ head: [UInt8]) -> (what: String, remedy: String)? {
    let again = "download the file again"
    if head.isEmpty { return ("an empty file", again) }
    if head.allSatisfy({ $0 == 0 }) { return ("a file of zeros (an interrupted download or a full disk)", again) }
    let text = String(decoding: head, as: UTF8.self), start = text.lowercased().drop { $0.isWhitespace }
    if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") {
      return ("a web page (a link that asks for a login or a confirmation)", "open the link in a browser and \(again)")
    }
    if text.hasPrefix("version https://git-lfs") {
      return ("a Git LFS pointer", "run 'git lfs pull' in its repository to fetch the weights")
    }
    if start.hasPrefix("{") || start.hasPrefix("[") { return ("a JSON text", "pass the file with the weights") }
    return nil
  }

  /// Formats with a signature in their first bytes.
  private static func magic(_ head: [UInt8], name: String) -> (what: String, remedy: String)? {
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return zip(head, name) }
    if head.count > 1, head[0] == 0x80, (2...5).contains(head[1]) {
      return ("a Python pickle (a PyTorch checkpoint from before 1.6, or a pickled object)", conversion(name))
    }
    if head.count > 262, Array(head[257..<262]) == Array("ustar".utf8) {
      return ("a tar archive", "unpack it first: tar xf \(name)")
    }
    let others: [([UInt8], String, String)] = [
      ([0x1F, 0x8B], "a gzip archive", "unpack it first: gunzip \(name)"),
      ([0x89, 0x48, 0x44, 0x46], "an HDF5 file (Keras)", "convert it to a PyTorch state dictionary first"),
      ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "a NumPy array", "pass the file with the weights"),
      ([0x89, 0x50, 0x4E, 0x47], "a PNG image", "pass the file with the weights"),
      ([0xFF, 0xD8, 0xFF], "a JPEG image", "pass the file with the weights"),
    ]
    return others.first { head.starts(with: $0.0) }.map { ($0.1, $0.2) }
  }

  /// A zip archive is a PyTorch checkpoint, a NumPy archive or something else: its first entry tells.
  private static func zip(_ head: [UInt8], _ name: String) -> (what: String, remedy: String) {
    let length = head.count > 30 ? Int(head[26]) + Int(head[27]) << 8 : 0
    let entry = String(decoding: head.dropFirst(30).prefix(length), as: UTF8.self)
    if entry.hasSuffix(".npy") { return ("a NumPy archive", "pass it with --npz if it holds images") }
    let parts = entry.split(separator: "/")
    guard parts.count > 1,
      ["data.pkl", "byteorder", "version", ".format_version", "data", "code", "constants.pkl"]
        .contains(String(parts[1]))
    else { return ("a zip archive (first entry '\(entry)')", "unpack it and pass the weights") }
    return ("a PyTorch checkpoint (zip)", conversion(name))
  }

  private static func conversion(_ name: String) -> String {
    let stem = name.split(separator: ".").first.map(String.init) ?? name
    return "convert it: python3 -c \"import torch; from safetensors.torch import save_file; "
      + "s = torch.load('\(name)', map_location='cpu', weights_only=True); s = s.get('state_dict', s); "
      + "save_file({k: v.contiguous() for k, v in s.items()}, '\(stem).safetensors')\""
  }
}
