import Foundation
import Yams

/// A YAML file that is one flat mapping of names to single values, as presets and themes are. Nothing is repaired.
struct FlatYAML {
  /// One line `key: value`.
  struct Entry {
    let key: String
    let value: String
    /// False when the value is quoted: then it is text, whatever it looks like.
    let isPlain: Bool
    /// The line of the key, counted from 1.
    let line: Int
  }

  /// The file, for messages.
  let path: String
  /// The comment at the top, without `#`.
  let header: [String]
  /// The entries in the order of the file.
  let entries: [Entry]
  /// The values of the keys that may hold a list, by key.
  let lists: [String: Node]
  private static let largest = 1 << 20

  /// Reads a file. Throws `ResourceError`.
  init(path: String, listKeys: [String] = []) throws {
    try self.init(try FlatYAML.contents(of: path), path: path, listKeys: listKeys)
  }

  /// The bytes of a file. Throws `ResourceError`, also when it is too large to be a preset, suite or theme.
  static func contents(of path: String) throws -> [UInt8] {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path) else {
      throw ResourceError("\(path): no such file; check the path")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw ResourceError("\(path): not a regular file; use a YAML file")
    }
    guard (attributes[.size] as? NSNumber)?.intValue ?? 0 <= FlatYAML.largest, let data = try? Data(contentsOf: url)
    else {
      throw ResourceError("\(path): cannot read the file, or it is larger than 1 MiB; check its permissions and size")
    }
    return [UInt8](data)
  }

  /// Reads the bytes of a file; `path` is used in messages. Throws `ResourceError`.
  init(_ bytes: [UInt8], path: String, listKeys: [String] = []) throws {
    self.path = path
    let text = try FlatYAML.text(bytes, path: path)
    header = FlatYAML.header(of: text)
    var root = try FlatYAML.root(of: text, path)
    var lists: [String: Node] = [:]
    for key in listKeys {
      lists[key] = root.mapping?[Node(key)]
      if lists[key] != nil { root.mapping?[Node(key)] = nil }
    }
    self.lists = lists
    entries = try FlatYAML.entries(of: root, path)
  }

  /// The bytes as text. Throws `ResourceError` with the first line that is not UTF-8.
  static func text(_ bytes: [UInt8], path: String) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
      let line = (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
      throw ResourceError("\(path):\(line): not UTF-8; save the file as UTF-8")
    }
    return text
  }

  /// The comment at the top, without `# `; further indentation is kept.
  static func header(of text: String) -> [String] {
    text.drop { $0 == "\u{FEFF}" }
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .prefix { $0.hasPrefix("#") }
      .map { line in
        var words = line.dropFirst(line.hasPrefix("# ") ? 2 : 1)
        while words.last?.isWhitespace == true { words.removeLast() }
        return String(words)
      }
  }

  /// The whole file as YAML.
  static func root(of text: String, _ path: String) throws -> Node {
    do {
      guard let root = try Yams.compose(yaml: text) else {
        throw ResourceError("\(path): the file is empty; write lines 'name: value'")
      }
      return root
    } catch let error as YamlError {
      throw described(error, text, path)
    }
  }

  private static func described(_ error: YamlError, _ text: String, _ path: String) -> ResourceError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let place = context.map { " \($0.text.trimmingCharacters(in: .whitespaces))" } ?? ""
      return ResourceError("\(path):\(mark.line): YAML: \(problem)\(place); fix the line")
    case .reader(let problem, let offset, _, _):
      let line = text.prefix(offset ?? 0).count { $0.isNewline } + 1
      return ResourceError("\(path):\(line): YAML: \(problem); remove the character")
    case .duplicatedKeysInMapping(let duplicates, let context):
      return ResourceError(
        "\(path):\(context.mark.line): '\(duplicates.first ?? "?")' occurs twice; keep one of them")
    default:
      return ResourceError("\(path): YAML: \(String(describing: error).replacingOccurrences(of: "\n", with: " "))")
    }
  }

  /// The lines of a mapping that only has single values.
  static func entries(of root: Node, _ path: String) throws -> [Entry] {
    guard case .mapping(let mapping) = root else {
      throw ResourceError("\(path):\(root.mark?.line ?? 1): expected names and values; write lines 'name: value'")
    }
    return try mapping.map { key, value in
      let line = key.mark?.line ?? root.mark?.line ?? 1
      guard case .scalar(let name) = key else {
        throw ResourceError("\(path):\(line): a name must be a single word; write lines 'name: value'")
      }
      guard case .scalar(let scalar) = value else {
        let what = value.mapping != nil ? "nested names" : "a list"
        throw ResourceError(
          "\(path):\(line): '\(name.string)': expected a single value, got \(what); "
            + "write each setting on one line, e.g. 'attack.steps: 10'")
      }
      return Entry(key: name.string, value: scalar.string, isPlain: scalar.style == .plain, line: line)
    }
  }
}

extension FlatYAML.Entry {
  /// True for an empty value, `~` and `null`: no value.
  var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(value) }
}
