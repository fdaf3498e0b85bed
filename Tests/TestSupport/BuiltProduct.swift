import Foundation

/// Executables that were built together with the tests.
package enum BuiltProduct {
  /// The path of an executable product such as `dualab`, beside the running test bundle.
  package static func path(_ name: String) throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent(name).path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw HelperError("\(path) is not there; `swift build` makes it")
    }
    return path
  }
}
