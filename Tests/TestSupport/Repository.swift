import Foundation

/// Where the tests find what is committed beside them.
public enum Repository {
  /// The folder that holds `Package.swift`.
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file below `Tests/Oracles`.
  public static func oracle(_ path: String) -> URL {
    root.appendingPathComponent("Tests/Oracles").appendingPathComponent(path)
  }
}
