import Foundation

/// Where the tests find what is committed beside them.
package enum Repository {
  /// The folder that holds `Package.swift`.
  package static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file below `Tests/Oracles`.
  package static func oracle(_ path: String) -> URL {
    root.appendingPathComponent("Tests/Oracles").appendingPathComponent(path)
  }
}
