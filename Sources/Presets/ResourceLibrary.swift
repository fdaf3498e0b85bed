/// What is kept in a file and found by its name: presets, suites and themes.
package protocol Resource: Sendable {
  /// Which folders its files are in.
  static var kind: ResourceFolders.Kind { get }
  /// The file's name without `.yaml`.
  var name: String { get }
  /// One line about it.
  var summary: String { get }
  /// Reads a file. Throws `ResourceError`.
  init(path: String) throws
}

/// A preset, suite or theme as a list shows it.
package struct ResourceEntry: Sendable, Hashable {
  /// The file's name without `.yaml`.
  package let name: String
  /// One line about it; for a file that cannot be read, what is wrong with it.
  package let summary: String
  /// The file.
  package let path: String
}

/// All presets, suites or themes that can be found.
package struct ResourceLibrary<Item: Resource>: Sendable {
  /// The folders that are searched.
  package let folders: ResourceFolders

  package init(_ folders: ResourceFolders) { self.folders = folders }

  /// The library of this process; `override` is searched first. Throws `ResourceError` when it is not a folder.
  package init(override: String? = nil) throws { folders = try .standard(Item.kind, override: override) }

  /// All files by name, including those that cannot be read.
  package func list() -> [ResourceEntry] {
    folders.files().map { name, path in
      do {
        return ResourceEntry(name: name, summary: try Item(path: path).summary, path: path)
      } catch {
        return ResourceEntry(name: name, summary: "invalid: \(error)", path: path)
      }
    }
  }

  /// The item with that name or in that file. Throws `ResourceError`.
  package func load(_ nameOrPath: String) throws -> Item { try Item(path: try folders.path(of: nameOrPath)) }
}

extension Preset: Resource { package static let kind = ResourceFolders.Kind.presets }
extension Suite: Resource { package static let kind = ResourceFolders.Kind.suites }
extension ThemeFile: Resource { package static let kind = ResourceFolders.Kind.themes }

package typealias PresetLibrary = ResourceLibrary<Preset>
package typealias SuiteLibrary = ResourceLibrary<Suite>
package typealias ThemeLibrary = ResourceLibrary<ThemeFile>
