import Foundation
import Spelling

/// The file in which the lab remembers how it looks: names and values, one to a line.
package struct LabFile: Sendable, Hashable {
  /// The values by name.
  package var values: [String: String]

  package init(_ values: [String: String] = [:]) { self.values = values }

  /// The folder's and the file's name below the user's folder for configuration.
  private static let place = "dualab/lab.yaml"
  /// By which a file is known to be ours, and what it holds now.
  private static let version = (key: "lab.version", value: "1")

  /// Where it is: below `$XDG_CONFIG_HOME`, or `.config` of the home folder; nil when there is neither.
  package static func path(environment: [String: String]) -> String? {
    // The specification asks to ignore a relative path.
    if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return "\(folder)/\(place)" }
    guard let home = environment["HOME"], !home.isEmpty else { return nil }
    return "\(home)/.config/\(place)"
  }

  /// Reads the file. Throws `ResourceError` when it cannot be read, or is something else.
  package init(path: String) throws {
    let file = try FlatYAML(path: path)
    values = Dictionary(file.entries.map { ($0.key, $0.value) }) { _, last in last }
    guard values.removeValue(forKey: Self.version.key) == Self.version.value else {
      throw ResourceError("\(path): not written by this version of the lab (no '\(Self.version.key): 1')")
    }
  }

  /// What is in the file.
  package var text: String {
    let lines = values.sorted { $0.key < $1.key }.map { "\($0.key): \(Self.quoted($0.value))" }
    return
      (["# How the lab looks: written when it is left. --no-config neither reads nor writes it.", ""]
      + ["\(Self.version.key): \(Self.version.value)"] + lines).joined(separator: "\n") + "\n"
  }

  /// As text, whatever it looks like.
  private static func quoted(_ text: String) -> String {
    "\"" + oneLine(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
