import Foundation

/// Where data files are looked for when `data.dir` is empty.
package struct DataFolders: Sendable {
  /// `$DUALAB_DATA`, the person's own folder of data sets; nil when it is not set.
  package var own: String?
  /// The person's home folder; nil when there is none.
  package var home: String?
  /// Where the system's packages put data sets.
  package var system: String

  /// Places given by hand.
  package init(own: String? = nil, home: String?, system: String = "/usr/share/datasets") {
    self.own = own
    self.home = home
    self.system = system
  }

  /// The places of this machine.
  package static var standard: DataFolders {
    let environment = ProcessInfo.processInfo.environment
    let own = environment["DUALAB_DATA"].flatMap { $0.isEmpty ? nil : $0 }
    return DataFolders(own: own, home: environment["HOME"])
  }

  /// The folders that may hold a data set, the first one first; its folder has one of `names`.
  func places(_ names: [String]) -> [String] {
    let below = ["/.local/share/dualab", "/.cache/dualab", "/datasets"]
    let roots = [own, system].compactMap(\.self) + (home.map { home in below.map { home + $0 } } ?? [])
    return roots.flatMap { root in names.map { "\(root)/\($0)" } }
  }

  /// The places in words for a message: `/usr/share/datasets/NAME, ~/.cache/dualab/NAME …`.
  func described(_ name: String) -> String {
    places([name]).map { place in
      guard let home, place.hasPrefix(home + "/") else { return place }
      return "~" + place.dropFirst(home.count)
    }.joined(separator: ", ")
  }

  /// The folder of the setting `data.dir`; nil when it is empty. Throws `DataError` saying that `contents` belong
  /// there.
  func given(_ directory: String, holding contents: String) throws -> String? {
    guard !directory.isEmpty else { return nil }
    let path = expanded(directory)
    guard isFolder(path) else {
      throw DataError("data.dir: '\(path)' is not a folder; pass the folder of \(contents)")
    }
    return path
  }

  /// A path with `~/` replaced by the home folder.
  package func expanded(_ path: String) -> String { path.hasPrefix("~/") ? (home ?? "~") + path.dropFirst() : path }

  /// Where downloads go: `$DUALAB_DATA`, otherwise a folder of the home folder.
  package var writable: String? { own ?? home.map { "\($0)/.local/share/dualab" } }

  /// True for a folder that is there.
  func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
