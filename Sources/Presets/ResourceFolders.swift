import Foundation
import Spelling

/// Why a preset, suite or theme cannot be used. The description is one line: where, what, remedy.
package struct ResourceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where, what, remedy.
  package let description: String
  /// An error with this line.
  package init(_ description: String) { self.description = oneLine(description) }
}

/// A preset, suite or theme as a list shows it.
package struct ResourceEntry: Sendable, Hashable {
  /// The file's name without `.yaml`.
  package let name: String
  /// One line about it; what is wrong when it cannot be used.
  package let summary: String
  /// The file.
  package let path: String
}

/// The folders in which presets, suites or themes are looked for. The first that has a name wins.
package struct ResourceFolders: Sendable {
  /// What is looked for; the raw value is the folder's name.
  package enum Kind: String, Sendable {
    case presets, suites, themes

    /// One of them, for messages.
    package var noun: String { String(rawValue.dropLast()) }

    /// The command that lists them.
    var listing: String { self == .suites ? "dualab suite list" : "dualab \(rawValue) list" }
  }

  /// What is looked for.
  package let kind: Kind
  /// The folders in the order of search, existing or not.
  package let candidates: [String]

  /// The folders, in this order: `override` (`--presets-dir` and so on), `$DUALAB_HOME`, `.config/dualab` below
  /// `home`, `../share/dualab` of the executable with its links resolved, and the first folder above the executable that
  /// holds `Package.swift` and `presets`. Throws `ResourceError` when `override` is not a folder.
  package init(
    _ kind: Kind, override: String? = nil, environment: [String: String], home: String?, executable: String?
  ) throws {
    self.kind = kind
    var folders: [String] = []
    if let override {
      guard isFolder(override) else {
        throw ResourceError("--\(kind)-dir: '\(override)' is not a folder; give the folder of the \(kind.noun) files")
      }
      folders.append(override)
    }
    if let own = environment["DUALAB_HOME"], !own.isEmpty { folders.append("\(own)/\(kind)") }
    if let home { folders.append("\(home)/.config/dualab/\(kind)") }
    if let executable {
      let binary = parent(resolved(executable))
      folders.append("\(parent(binary))/share/dualab/\(kind)".replacingOccurrences(of: "//", with: "/"))
      if let checkout = checkout(above: binary) { folders.append("\(checkout)/\(kind)") }
    }
    candidates = folders
  }

  /// The folders for this process.
  package static func standard(_ kind: Kind, override: String? = nil) throws -> ResourceFolders {
    let environment = ProcessInfo.processInfo.environment
    return try ResourceFolders(
      kind, override: override, environment: environment, home: environment["HOME"],
      executable: Bundle.main.executablePath)
  }

  /// Name and path of every file, by name; where a name occurs twice, the file that would be loaded.
  package func files() -> [(name: String, path: String)] {
    var paths: [String: String] = [:]
    for folder in candidates {
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for file in entries where file.hasSuffix(".yaml") && !file.hasPrefix(".") {
        let name = String(file.dropLast(5))
        if paths[name] == nil { paths[name] = "\(folder)/\(file)" }
      }
    }
    return paths.sorted { $0.key < $1.key }.map { (name: $0.key, path: $0.value) }
  }

  /// The file of a name; a text with `/` or `.yaml` is a path and stays as it is. Throws `ResourceError`.
  package func path(of nameOrPath: String) throws -> String {
    if nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml") { return nameOrPath }
    let files = files()
    if let file = files.first(where: { $0.name == nameOrPath }) { return file.path }
    let searched = candidates.filter(isFolder)
    guard !searched.isEmpty else {
      throw ResourceError(
        "\(kind.noun) '\(nameOrPath)': there is no folder of \(kind) in \(candidates.joined(separator: ", ")); "
          + "give --\(kind)-dir DIR")
    }
    let near = nearestName(to: nameOrPath, in: files.map(\.name))
    let hint = near.map { "did you mean '\($0)'?" } ?? "'\(kind.listing)' shows all"
    throw ResourceError("\(kind.noun) '\(nameOrPath)' is not in \(searched.joined(separator: ", ")); \(hint)")
  }
}

private func isFolder(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}

private func parent(_ path: String) -> String { (path as NSString).deletingLastPathComponent }

/// The path without symbolic links; the path itself where there is no such file.
private func resolved(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path }
  defer { free(real) }
  return String(cString: real)
}

/// The folder itself or the nearest above it that holds `Package.swift` and `presets`.
private func checkout(above folder: String) -> String? {
  var here = folder
  while here.hasPrefix("/"), here != "/" {
    if FileManager.default.fileExists(atPath: here + "/Package.swift"), isFolder(here + "/presets") { return here }
    here = parent(here)
  }
  return nil
}
