import Plotting
import Spelling

/// A theme as read from a file: a style for every role.
package struct ThemeFile: Sendable, Hashable {
  /// The styles.
  package let theme: Theme
  /// The theme's name, which is also the file's.
  package var name: String { theme.name }
  /// One line about it.
  package let summary: String
  /// The file.
  package let path: String
  private static let roles = Theme.Role.allCases.map(\.rawValue)

  /// Reads a theme file: `name`, `description`, optionally `background`, and a style for every role. The header of each
  /// shipped theme explains the syntax. Throws `ResourceError` with file and line.
  package init(path: String) throws { try self.init(try FlatYAML(path: path)) }

  /// Reads the bytes of a theme file; `path` is used in messages. Throws `ResourceError`.
  package init(_ bytes: [UInt8], path: String) throws { try self.init(try FlatYAML(bytes, path: path)) }

  private init(_ file: FlatYAML) throws {
    path = file.path
    var words = ["name": "", "description": ""]
    var styles: [Theme.Role: Style] = [:], dashed: Set<Theme.Role> = []
    let background = try ThemeFile.background(file)
    for entry in file.entries {
      guard !entry.isNull, !entry.value.isEmpty else {
        throw file.error(entry, " has no value; quote a color that starts with #, e.g. \"#8ab4f8\"")
      }
      if words[entry.key] != nil {
        words[entry.key] = entry.value
      } else if let role = Theme.Role(rawValue: entry.key) {
        let isLine = Theme.series.contains(role)
        let reading = try file.reading(entry) { try StyleGrammar.style(entry.value, isLine: isLine) }
        styles[role] = reading.style
        if reading.isDashed { dashed.insert(role) }
      } else if entry.key != "background" {
        throw ThemeFile.unknown(entry, file)
      }
    }
    try ThemeFile.check(words, styles, file)
    theme = Theme(name: words["name"] ?? "", background: background, styles: styles, dashed: dashed)
    summary = words["description"] ?? ""
  }

  /// The color behind everything; the terminal's own unless the file sets it.
  private static func background(_ file: FlatYAML) throws -> Color {
    guard let entry = file.entries.first(where: { $0.key == "background" && !$0.isNull }) else { return .terminal }
    return try file.reading(entry) { try StyleGrammar.color(entry.value) }
  }

  private static func unknown(_ entry: FlatYAML.Entry, _ file: FlatYAML) -> ResourceError {
    let near = nearestName(to: entry.key, in: roles + ["name", "description", "background"])
    let hint = near.map { "did you mean '\($0)'?" } ?? "use one of \(roles.joined(separator: ", "))"
    return ResourceError("\(file.path):\(entry.line): '\(entry.key)' is not part of a theme; \(hint)")
  }

  /// Every part must be there, under the name of the file.
  private static func check(_ words: [String: String], _ styles: [Theme.Role: Style], _ file: FlatYAML) throws {
    let missing =
      ["name", "description"].filter { words[$0] == "" }
      + roles.filter { role in !styles.keys.contains { $0.rawValue == role } }
    guard missing.isEmpty else {
      throw ResourceError("\(file.path): missing: \(missing.joined(separator: ", ")); a theme must set every part")
    }
    let name = words["name"] ?? "", stem = resourceName(file.path)
    guard name == stem else {
      throw ResourceError("\(file.path): name: '\(name)' does not match the file name; use '\(stem)'")
    }
  }
}

extension FlatYAML {
  /// An error of one entry, after its place and key.
  fileprivate func error(_ entry: Entry, _ reason: String) -> ResourceError {
    ResourceError("\(path):\(entry.line): \(entry.key)\(reason)")
  }

  /// Puts place and key before an error of the entry's value.
  fileprivate func reading<Value>(_ entry: Entry, _ read: () throws -> Value) throws -> Value {
    do { return try read() } catch let error as SettingError { throw self.error(entry, ": \(error)") }
  }
}
