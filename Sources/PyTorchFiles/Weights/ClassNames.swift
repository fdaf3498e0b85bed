import Foundation

/// What each class of a network shows, by number, as programs keep it next to the weights.
package enum ClassNames {
  /// The names under which it is kept, the usual ones first.
  static let keys = [
    "class_names", "classes", "class_to_idx", "idx_to_class", "id2label", "label2id", "label_names",
  ]
  /// Dictionaries at the top of a checkpoint that describe the training.
  static let places = [
    "meta", "metadata", "info", "config", "cfg", "args", "extra", "hyper_parameters", "hparams", "dataset", "data",
  ]
  /// Most classes that are read.
  private static let most = 100_000

  /// The names by number; nil unless the numbers are 0, 1, 2, … of at least two classes.
  static func ordered(_ pairs: [(name: String, number: Int)]) -> [String]? {
    let sorted = pairs.sorted { $0.number < $1.number }
    guard sorted.count > 1, sorted.map(\.number) == Array(0..<sorted.count) else { return nil }
    return sorted.map(\.name)
  }

  /// The names in a file's string metadata: a list or dictionary of JSON, or names with commas between. Nil for
  /// anything else, such as a number of classes.
  package static func inMetadata(_ metadata: [String: String]) -> [String]? {
    keys.lazy.compactMap { metadata[$0].flatMap(parse) }.first
  }

  /// The names in one text.
  package static func parse(_ text: String) -> [String]? {
    let start = text.first { !$0.isWhitespace }
    if start == "[" || start == "{" {
      // Python's own notation has single quotes.
      for text in [text, text.replacingOccurrences(of: "'", with: "\"")] {
        if let value = try? JSONSerialization.jsonObject(with: Data(text.utf8)) { return names(value) }
      }
      return nil
    }
    let parts = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    let isNames = parts.count > 1 && parts.allSatisfy { !$0.isEmpty && Double($0) == nil }
    return isNames && parts.count <= most ? parts : nil
  }

  private static func names(_ value: Any) -> [String]? {
    if let list = value as? [String] { return list.count > 1 && list.count <= most ? list : nil }
    guard let dictionary = value as? [String: Any], dictionary.count <= most else { return nil }
    let pairs = dictionary.compactMap { key, value -> (name: String, number: Int)? in
      if let name = value as? String { return Int(key).map { (name, $0) } }
      return (value as? Int).map { (key, $0) }
    }
    return pairs.count == dictionary.count ? ordered(pairs) : nil
  }

  /// The names in a value of a checkpoint: a list of texts, or a dictionary from names to numbers or back.
  static func read(_ value: PickledValue) -> [String]? {
    switch value.content {
    case .list(let count) where (2...most).contains(count) && !value.isSet:
      let names = value.items(count).compactMap(\.text)
      return names.count == count ? names : nil
    case .dictionary(let count) where (2...most).contains(count):
      let pairs = value.pairs.compactMap { key, value -> (name: String, number: Int)? in
        if let name = key.text, case .integer(let number) = value.content { return (name, number) }
        guard let name = value.text else { return nil }
        if case .integer(let number) = key.content { return (name, number) }
        return key.text.flatMap { Int($0) }.map { (name, $0) }
      }
      return pairs.count == count ? ordered(pairs) : nil
    default: return nil
    }
  }
}

extension PyTorchFile {
  /// What each class shows, by number, from next to the weights or from a dictionary that describes the training.
  package var classNames: [String]? {
    let places = [root] + ClassNames.places.compactMap { root[$0] }
    return places.lazy.flatMap { place in ClassNames.keys.lazy.compactMap { place[$0].flatMap(ClassNames.read) } }.first
  }
}
