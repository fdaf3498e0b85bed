import Spelling

/// A file that a publisher offers, and what is known of it.
package struct PublishedFile: Sendable, Hashable {
  /// Where it is.
  package let url: String
  /// Its size in bytes, where a source states it; at most this many are accepted, otherwise `largest`.
  package let size: Int?
  /// Its SHA-256 in hexadecimal.
  package let sha256: String
  /// The folder that a `.tgz` or `.tar.gz` unpacks to; nil for a file that stays as it is.
  package let folder: String?

  package init(url: String, size: Int?, sha256: String, folder: String?) {
    (self.url, self.size, self.sha256, self.folder) = (url, size, sha256, folder)
  }

  /// The file's name: the end of its URL.
  package var name: String { String(url.split(separator: "/").last ?? "download") }
  /// Bytes at most where the size is not known.
  package static let largest = 4 << 30
  /// Bytes that an archive may unpack to.
  package static let largestUnpacked = 16 << 30
}

/// Why a file could not be fetched. The description is one line: what, where, remedy.
package struct DownloadError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = oneLine(description) }
}
