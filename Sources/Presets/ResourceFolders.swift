import Foundation
import Spelling

/// Why a preset, suite or theme cannot be used. The description is one line: where, what, and what to do.
package struct ResourceError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = oneLine(description) }
}

/// The folders that are searched for presets, suites or themes. A name is taken from the first folder that has it.
package struct ResourceFolders: Sendable {
  /// What the folders hold; the raw value is the folder's name.
  package enum Kind: String, Sendable {
    case presets, suites, themes

    /// One of them, for messages.
    package var noun: String { String(rawValue.dropLast()) }

    /// The command that lists them.
    var listing: String { self == .suites ? "dualab suite list" : "dualab \(rawValue) list" }
  }

  /// What the folders hold.
  package let kind: Kind
  /// The folders in search order, whether they exist or not.
  package let candidates: [String]

  /// The folders are, in this order: `override` (`--presets-dir` and the like), `$DUALAB_HOME`, `.config/dualab` below
  /// `home`, `../share/dualab` relative to the executable (symbolic links resolved), and the first folder above the
  /// executable that has `Package.swift` and `presets`. Throws `ResourceError` when `override` is not a folder.
  package init(
    _ kind: Kind, override: String? = nil, environment: [String: String], home: String?, executable: String?
  ) throws {
    self.kind = kind
    var folders: [String] = []
    if let override {
      guard isFolder(override) else {
        throw ResourceError("--\(kind)-dir: '\(override)' is not a folder; use the folder with the \(kind.noun) files")
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

  /// The folders of this process.
  package static func standard(_ kind: Kind, override: String? = nil) throws -> ResourceFolders {
    let environment = ProcessInfo.processInfo.environment
    return try ResourceFolders(
      kind, override: override, environment: environment, home: environment["HOME"],
      executable: Bundle.main.executablePath)
  }

  /// Name and path of each file, sorted by name. Of files with the same name, only the one that would be loaded.
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

  /// The file with that name. A text with `/` or `.yaml` is a path and is returned unchanged. Throws `ResourceError`.
  package func path(of nameOrPath: String) throws -> String {
    if nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml") { return nameOrPath }
    let files = files()
    if let file = files.first(where: { $0.name == nameOrPath }) { return file.path }
    let searched = candidates.filter(isFolder)
    guard !searched.isEmpty else {
      throw ResourceError(
        "\(kind.noun) '\(nameOrPath)': none of these folders exists: \(candidates.joined(separator: ", ")); "
          + "use --\(kind)-dir DIR")
    }
    let near = nearestName(to: nameOrPath, in: files.map(\.name))
    let hint = near.map { "did you mean '\($0)'?" } ?? "'\(kind.listing)' lists all \(kind)"
    throw ResourceError("\(kind.noun) '\(nameOrPath)' not found in \(searched.joined(separator: ", ")); \(hint)")
  }
}

private func isFolder(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}

private func parent(_ path: String) -> String { (path as NSString).deletingLastPathComponent }

/// The path with symbolic links resolved; the path itself if there is no such file.
private func resolved(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path }
  defer { free(real) }
  return String(cString: real)
}

/// The folder itself, or the nearest one above it, that has `Package.swift` and `presets`.
private func checkout(above folder: String) -> String? {
  var here = folder
  while here.hasPrefix("/"), here != "/" {
    if FileManager.default.fileExists(atPath: here + "/Package.swift"), isFolder(here + "/presets") { return here }
    here = parent(here)
  }
  return nil
}
