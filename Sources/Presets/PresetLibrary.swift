/// The presets that can be found.
package struct PresetLibrary: Sendable {
  /// Where they are looked for.
  package let folders: ResourceFolders

  /// The presets of these folders.
  package init(_ folders: ResourceFolders) { self.folders = folders }

  /// Every preset by name, those that cannot be used too.
  package func list() -> [ResourceEntry] {
    folders.files().map { name, path in
      do {
        return ResourceEntry(name: name, summary: try Preset(path: path).summary, path: path)
      } catch {
        return ResourceEntry(name: name, summary: "cannot be used: \(error)", path: path)
      }
    }
  }

  /// The preset of that name or file. Throws `ResourceError`.
  package func load(_ nameOrPath: String) throws -> Preset { try Preset(path: try folders.path(of: nameOrPath)) }
}
