/// The image files of a folder with a folder for each class: the classes are the folders' names in the order of their
/// bytes; in a class, files are in the order of torchvision's ImageFolder (by folder, then by name).
struct ClassFolders: Sendable {
  /// One image file, the place of its class in `names`, and its number among all files of the folder.
  struct File: Sendable {
    let path: BytePath
    let label: Int
    let number: Int
  }

  let root: BytePath
  /// Names of the class folders, in order.
  let names: [[UInt8]]
  private(set) var files: [File] = []
  /// Files that are no images, hidden ones included.
  private var ignored: [BytePath] = []
  /// Links that lead back to a folder above them.
  private var loops: [BytePath] = []
  /// Folders below one another at most.
  private static let deepest = 32

  /// Lists a folder. Throws `DataError` where it holds no class folders.
  init(_ root: BytePath) throws {
    self.root = root
    let entries = try root.entries()
    var names: [[UInt8]] = [], loose = 0
    for name in entries where !Self.isHidden(name) {
      switch root.appending(name).kind {
      case .folder: names.append(name)
      case .file where Self.isImage(name): loose += 1
      default: continue
      }
    }
    guard !names.isEmpty else {
      throw DataError(
        loose == 0
          ? "\(root): holds no class folders; give a folder that has one folder of images for each class"
          : "\(root): holds \(loose) images and no class folders; move the images of each class to a folder of its own")
    }
    self.names = names
    guard case .folder(let own) = root.kind else { throw DataError("\(root): no such folder; give a folder of images") }
    for (label, name) in names.enumerated() {
      let folder = root.appending(name)
      guard case .folder(let identity) = folder.kind else { continue }
      try collect(folder, label, above: [own, identity])
    }
  }

  /// The classes and their numbers, which a network must have been trained with.
  static func order(_ classNames: [String]) -> String {
    "classes by folder name: " + some(classNames.enumerated().map { "\($0) \($1)" }, 10)
  }

  /// The names of the classes in words.
  var classNames: [String] { names.map(BytePath.text) }

  /// Classes without an image.
  var empty: [String] {
    let seen = Set(files.map(\.label))
    return names.indices.filter { !seen.contains($0) }.map { BytePath.text(names[$0]) }
  }

  /// What was not read, a line each.
  var notes: [String] {
    var notes: [String] = []
    if !ignored.isEmpty {
      notes.append(
        "\(root): \(plural(ignored.count, "file")) ignored, no image by its name: \(some(ignored.map { BytePath.text($0.name) }))"
      )
    }
    if !loops.isEmpty {
      notes.append("\(root): links to a folder above them are not followed: \(some(loops.map(\.description)))")
    }
    return notes
  }

  private mutating func collect(_ folder: BytePath, _ label: Int, above: [BytePath.Identity]) throws {
    var inner: [(BytePath, BytePath.Identity)] = []
    for name in try folder.entries() {
      let path = folder.appending(name)
      switch path.kind {
      case .folder(let identity):
        if name.first == 0x2E { continue }
        if above.contains(identity) || above.count >= Self.deepest {
          loops.append(path)
        } else {
          inner.append((path, identity))
        }
      case .file where name.first != 0x2E && Self.isImage(name):
        files.append(File(path: path, label: label, number: files.count))
      default: ignored.append(path)
      }
    }
    for (path, identity) in inner { try collect(path, label, above: above + [identity]) }
  }

  /// Names that begin with a dot, and the folder that macOS adds to archives.
  static func isHidden(_ name: [UInt8]) -> Bool { name.first == 0x2E || name == Array("__MACOSX".utf8) }

  /// Endings of image files; those that cannot be read are named when they are opened rather than passed over.
  private static let endings = Set(
    ["jpg", "jpeg", "jpe", "png", "webp", "bmp", "gif", "tif", "tiff", "ppm", "pgm", "heic", "avif"])

  static func isImage(_ name: [UInt8]) -> Bool {
    guard let dot = name.lastIndex(of: 0x2E), dot > 0 else { return false }
    return endings.contains(String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased())
  }
}

/// `1 file`, `3 files`.
func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// The first few of many names.
func some(_ names: [String], _ limit: Int = 3) -> String {
  names.prefix(limit).joined(separator: ", ") + (names.count > limit ? " and \(names.count - limit) more" : "")
}
