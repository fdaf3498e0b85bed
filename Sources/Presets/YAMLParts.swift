import Spelling
import Yams

/// Reads the parts of a nested YAML file strictly. An error is one line with file, line, and the nearest known name.
struct YAMLParts {
  /// The file, for messages.
  let path: String

  /// An error at a node.
  func error(_ node: Node, _ text: String) -> ResourceError {
    ResourceError("\(path):\(node.mark?.line ?? 1): \(text)")
  }

  /// The keys of a mapping with their nodes; every key must be one of `known`.
  func mapping(_ node: Node, _ what: String, known: [String]) throws -> [String: Node] {
    guard case .mapping(let mapping) = node else {
      throw error(node, "\(what): write lines 'name: value' with names from \(known.joined(separator: ", "))")
    }
    var parts: [String: Node] = [:]
    for (key, value) in mapping {
      guard case .scalar(let name) = key, known.contains(name.string) else {
        let given = key.string ?? "?"
        let near = nearestName(to: given, in: known)
        let hint = near.map { "did you mean '\($0)'?" } ?? "use one of \(known.joined(separator: ", "))"
        throw error(key, "'\(given)' is not part of \(what); \(hint)")
      }
      parts[name.string] = value
    }
    return parts
  }

  /// One line of text.
  func text(_ node: Node, _ what: String) throws -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty, !scalar.string.contains(where: \.isNewline) else {
      throw error(node, "\(what): use one line of text")
    }
    return scalar.string
  }

  /// A whole number of at least `least`.
  func integer(_ node: Node, _ what: String, least: Int) throws -> Int {
    guard case .scalar(let scalar) = node, scalar.style == .plain, let value = Int(scalar.string), value >= least else {
      throw error(node, "\(what): use a whole number of at least \(least)")
    }
    return value
  }

  /// A number in `range`.
  func number(_ node: Node, _ what: String, _ range: ClosedRange<Double>) throws -> Double {
    guard case .scalar(let scalar) = node, scalar.style == .plain, let value = Double(scalar.string),
      range.contains(value)
    else {
      throw error(
        node, "\(what): use a number in \(Fraction.decimal(range.lowerBound)) … \(Fraction.decimal(range.upperBound))")
    }
    return value
  }

  /// One of several words.
  func choice<Value: RawRepresentable & CaseIterable>(_ node: Node, _ what: String) throws -> Value
  where Value.RawValue == String {
    let word = try text(node, what), known = Value.allCases.map(\.rawValue)
    guard let value = Value(rawValue: word) else {
      let near = nearestName(to: word, in: known).map { " (did you mean '\($0)'?)" } ?? ""
      throw error(node, "\(what): '\(word)' is not accepted; use one of \(known.joined(separator: ", "))\(near)")
    }
    return value
  }

  /// The elements of a list, which must not be empty.
  func list(_ node: Node, _ what: String) throws -> [Node] {
    guard case .sequence(let sequence) = node, !sequence.isEmpty else {
      throw error(node, "\(what): use a list such as [a, b]")
    }
    return Array(sequence)
  }

  /// Settings and their values; with `takesPreset`, `preset` may be among them.
  func settings(_ node: Node, takesPreset: Bool = false) throws -> (preset: String?, values: [SuiteSetting]) {
    var preset: String?
    var values: [SuiteSetting] = []
    for entry in try FlatYAML.entries(of: node, path) {
      if takesPreset, entry.key == "preset" {
        guard !entry.isNull, !entry.value.isEmpty else {
          throw ResourceError("\(path):\(entry.line): preset: use the name of a preset")
        }
        preset = entry.value
        continue
      }
      do {
        values.append(SuiteSetting(name: entry.key, value: try value(of: entry)))
      } catch let error as SettingError {
        throw ResourceError("\(path):\(entry.line): \(error)")
      }
    }
    return (preset, values)
  }
}
