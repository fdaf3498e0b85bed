import Plotting
import Spelling

/// A theme as a file gives it: a style for every role.
package struct ThemeFile: Sendable, Hashable {
  /// The styles.
  package let theme: Theme
  /// One line about it.
  package let description: String
  /// The colour behind everything; `.terminal` unless the file says otherwise.
  package let background: Color
  /// The file.
  package let path: String
  private static let roles = Theme.Role.allCases.map(\.rawValue)

  /// Reads a theme file: `name`, `description`, optionally `background`, and every role with its style (the grammar
  /// stands in the header of each shipped theme). Throws `ResourceError` naming file and line.
  package init(path: String) throws { try self.init(try FlatYAML(path: path)) }

  /// Reads the bytes of a theme file; `path` is used in messages. Throws `ResourceError`.
  package init(_ bytes: [UInt8], path: String) throws { try self.init(try FlatYAML(bytes, path: path)) }

  private init(_ file: FlatYAML) throws {
    path = file.path
    var words = ["name": "", "description": ""]
    var background = Color.terminal
    var styles: [Theme.Role: Style] = [:]
    func reading<T>(_ entry: FlatYAML.Entry, _ read: () throws -> T) throws -> T {
      do { return try read() } catch let error as SettingError {
        throw ResourceError("\(file.path):\(entry.line): \(entry.key): \(error)")
      }
    }
    // The background first, since every style without one of its own takes it.
    for entry in file.entries where entry.key == "background" && !entry.isNull {
      background = try reading(entry) { try StyleGrammar.colour(entry.value) }
    }
    for entry in file.entries {
      guard !entry.isNull, !entry.value.isEmpty else {
        throw ResourceError(
          "\(file.path):\(entry.line): \(entry.key) has no value; a colour that begins with # needs quotes: \"#8ab4f8\""
        )
      }
      if words[entry.key] != nil {
        words[entry.key] = entry.value
      } else if let role = Theme.Role(rawValue: entry.key) {
        styles[role] = try reading(entry) { try StyleGrammar.style(entry.value, background: background) }
      } else if entry.key != "background" {
        let near = nearestName(to: entry.key, in: ThemeFile.roles + ["name", "description", "background"])
        let hint = near.map { "did you mean '\($0)'?" } ?? "give one of \(ThemeFile.roles.joined(separator: ", "))"
        throw ResourceError("\(file.path):\(entry.line): '\(entry.key)' is not a part of a theme; \(hint)")
      }
    }
    let missing =
      ["name", "description"].filter { words[$0] == "" }
      + ThemeFile.roles.filter { role in
        !styles.keys.contains { $0.rawValue == role }
      }
    guard missing.isEmpty else {
      throw ResourceError("\(file.path): missing: \(missing.joined(separator: ", ")); a theme gives every part a value")
    }
    let name = words["name"] ?? "", stem = resourceName(file.path)
    guard name == stem else {
      throw ResourceError("\(file.path): name: '\(name)' is not the name of the file; give '\(stem)'")
    }
    theme = Theme(name: name, styles: styles)
    description = words["description"] ?? ""
    self.background = background
  }
}

/// The themes that can be found.
package struct ThemeLibrary: Sendable {
  /// Where they are looked for.
  package let folders: ResourceFolders

  /// The themes of these folders.
  package init(_ folders: ResourceFolders) { self.folders = folders }

  /// Every theme by name, those that cannot be used too.
  package func list() -> [ResourceEntry] {
    folders.files().map { name, path in
      do {
        return ResourceEntry(name: name, summary: try ThemeFile(path: path).description, path: path)
      } catch {
        return ResourceEntry(name: name, summary: "cannot be used: \(error)", path: path)
      }
    }
  }

  /// The theme of that name or file. Throws `ResourceError`.
  package func load(_ nameOrPath: String) throws -> ThemeFile { try ThemeFile(path: try folders.path(of: nameOrPath)) }
}
