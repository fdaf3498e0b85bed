import Events
import Recipe
import Spelling

/// A complete description of a run: every setting, and what the run shows.
package struct Preset: Sendable, Hashable {
  /// The file's name without `.yaml`.
  package let name: String
  /// What the screen calls it: the key `title`, or the name.
  package let title: String
  /// The first line of the header comment.
  package let summary: String
  /// The whole comment at the top of the file, without `#`.
  package let header: String
  /// The value of every setting; settings that the file does not mention have their initial value.
  package let settings: Settings
  /// Changes at given steps, with captions: the key `tour`.
  package let tour: [TourStop]
  /// What changes when a measurement passes a limit: the key `policy`.
  package let policy: [PolicyRule]
  /// The file.
  package let path: String

  /// Every part by itself, without a file.
  package init(
    name: String, title: String? = nil, header: String = "", settings: Settings, tour: [TourStop] = [],
    policy: [PolicyRule] = [], path: String = ""
  ) {
    (self.name, self.title, self.header, self.path) = (name, title ?? name, header, path)
    summary = header.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    (self.settings, self.tour, self.policy) = (settings, tour, policy)
  }

  /// Reads a preset file: a flat mapping of setting names to values, with optional `title`, `tour` and `policy`. Throws
  /// `ResourceError` with file and line for an unknown setting and for a value that it does not accept.
  package init(path: String) throws { try self.init(try FlatYAML(path: path, listKeys: Self.listKeys)) }

  /// Reads the bytes of a preset file; `path` gives the preset's name and is used in messages. Throws `ResourceError`.
  package init(_ bytes: [UInt8], path: String) throws {
    try self.init(try FlatYAML(bytes, path: path, listKeys: Self.listKeys))
  }

  private static let listKeys = ["tour", "policy"]

  private init(_ file: FlatYAML) throws {
    var settings = Settings()
    var title: String?
    for entry in file.entries {
      if entry.key == "title" {
        guard !entry.isNull, !entry.value.isEmpty, !entry.value.contains(where: \.isNewline) else {
          throw ResourceError("\(file.path):\(entry.line): title: use one line of text")
        }
        title = entry.value
      } else {
        do {
          try settings.set(entry.key, to: try value(of: entry, takesNumbers: true))
          if let knob = AnyKnob.named(entry.key) { try settings.setNumbers(of: knob, parsing: entry.value) }
        } catch let error as SettingError {
          throw ResourceError("\(file.path):\(entry.line): \(error)")
        }
      }
    }
    let parts = YAMLParts(path: file.path)
    let tour = try file.lists["tour"].map { try TourReader(parts: parts).stops($0, of: settings) }
    let policy = try file.lists["policy"].map { try PolicyReader(parts: parts).rules($0, of: settings) }
    self.init(
      name: resourceName(file.path), title: title, header: file.header.joined(separator: "\n"), settings: settings,
      tour: tour ?? [], policy: policy ?? [], path: file.path)
  }
}

/// The file's name without folder and `.yaml`.
func resourceName(_ path: String) -> String {
  let file = path.split(separator: "/").last.map(String.init) ?? path
  return file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
}

/// The value of a setting as written in a file; `takesNumbers` as in `AnyKnob.parse`. Throws `SettingError`.
func value(of entry: FlatYAML.Entry, takesNumbers: Bool = false) throws -> KnobValue {
  guard let knob = AnyKnob.named(entry.key) else {
    let near = nearestName(to: entry.key, in: AnyKnob.all.map(\.name) + ["title"])
    let hint = near.map { "did you mean '\($0)'?" } ?? "'dualab presets show NAME' lists all settings"
    throw SettingError("'\(entry.key)' is not a setting; \(hint)")
  }
  if entry.isNull {
    throw SettingError(
      knob.kind.isText
        ? "\(knob.name) has no value; use '' for none" : "\(knob.name) has no value; use \(knob.accepted)")
  }
  if !entry.isPlain, !knob.kind.isText {
    throw SettingError("\(knob.name): '\(entry.value)' is quoted, so it is read as text; use \(knob.accepted)")
  }
  return try knob.parse(entry.value, takesNumbers: takesNumbers)
}

extension AnyKnob.Kind {
  /// True for choices and free text, which may be quoted.
  fileprivate var isText: Bool {
    switch self {
    case .choice, .text: true
    case .number, .integer, .flag: false
    }
  }
}
