import Foundation
import PyTorchFiles
import Spelling
import Tensors

/// What of a file's metadata nobody understood, in the order of reading.
final class ImportNotes {
  private(set) var metadata: [String] = []

  func add(_ line: String) { if !metadata.contains(line) { metadata.append(line) } }
}

/// What is known of a network besides its tensors, as text: given by hand, or else in the metadata of a weights file.
package struct ModelTexts {
  /// What every network has.
  static let common =
    [
      "model", "input", "size", "channels", "classes", "width", "mean", "std", "key", "ignore", "norm.eps",
    ] + norms

  /// The settings of the norms, called as everywhere.
  static let norms = ["norm", "norm.layers", "norm.affine", "norm.groups"]

  /// Every name that is understood for some network.
  package static let names = common + models.flatMap { $0.ownSettings }

  private let given: [String: String]
  private let metadata: [String: String]
  private let file: String
  private let takesSettings: Bool
  private let isOurs: Bool
  /// Where metadata that say nothing usable are noted.
  let notes: ImportNotes

  /// `given` goes before `metadata`, which stands in `file`. `takesSettings` as in `WeightsFile`; `isOurs` for a
  /// checkpoint of a run, whose metadata must be right.
  init(
    given: [String: String], metadata: [String: String], file: String, takesSettings: Bool, isOurs: Bool,
    notes: ImportNotes
  ) {
    self.given = given
    self.metadata = metadata
    self.file = file
    self.takesSettings = takesSettings
    self.isOurs = isOurs
    self.notes = notes
  }

  /// What the file alone says.
  var withoutHand: ModelTexts {
    ModelTexts(
      given: [:], metadata: metadata, file: file, takesSettings: takesSettings, isOurs: isOurs, notes: ImportNotes())
  }

  /// The same without these values, from wherever they come.
  func without(_ names: [String]) -> ModelTexts {
    let keys = Set(names + names.map { $0.replacingOccurrences(of: ".", with: "_") })
    return ModelTexts(
      given: given.filter { !keys.contains($0.key) }, metadata: metadata.filter { !keys.contains($0.key) }, file: file,
      takesSettings: takesSettings, isOurs: isOurs, notes: notes)
  }

  /// The same with a value that nobody said.
  func with(_ name: String, _ text: String) -> ModelTexts {
    ModelTexts(
      given: given.merging([name: text]) { $1 }, metadata: metadata, file: file, takesSettings: takesSettings,
      isOurs: isOurs, notes: notes)
  }

  /// True when the value was given by hand.
  func isGiven(_ name: String) -> Bool { given[name] != nil }

  /// The text of a value; nil when nobody says. Names in metadata have no dots: `norm_layers`.
  func text(_ name: String) -> String? { given[name] ?? ownText(name) }

  /// The same of the file alone; names as they are typed are understood, too.
  func ownText(_ name: String) -> String? {
    metadata[name.replacingOccurrences(of: ".", with: "_")] ?? metadata[name]
      ?? (name == "norm.eps" ? metadata["bn_eps"] : nil)
  }

  /// The beginnings of names that a person said to ignore.
  var ignored: [String] { given["ignore"]?.split(separator: ",").map(String.init) ?? [] }

  /// One of the cases. Throws where it is none, from wherever it comes: it decides what is computed.
  func choice<Value: CaseIterable & RawRepresentable>(_ name: String, _ text: String, _ type: Value.Type) throws
    -> Value
  where Value.RawValue == String {
    guard let value = Value(rawValue: text) else {
      throw bad(name, text, "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  /// A whole number of `range`. Throws `FileError`.
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = text(name) else { return nil }
    // Other programs write whole numbers as 1.0 too.
    let value = Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
    guard let value, range.contains(value) else {
      return try unusable(name, text, "a whole number in \(range.lowerBound) … \(range.upperBound)")
    }
    return value
  }

  /// The number of classes; nil too where a file lists their names instead. Throws `FileError`.
  func classes() throws -> Int? {
    if given["classes"] == nil, let text = text("classes"), ClassNames.parse(text) != nil { return nil }
    return try integer("classes", in: 2...100_000)
  }

  /// The depth of a wide residual network. Throws `FileError`.
  func depth() throws -> Int? {
    guard let depth = try integer("depth", in: 1...4096) else { return nil }
    guard (depth - 4).isMultiple(of: 6), depth >= 10 else {
      return try unusable("depth", "\(depth)", "6n + 4, such as 28")
    }
    return depth
  }

  /// A finite number. Throws `FileError`.
  func number(_ name: String) throws -> Double? {
    guard let text = text(name) else { return nil }
    guard let value = Fraction.parse(text) else { return try unusable(name, text, "a number") }
    return value
  }

  /// Whole numbers of `range`, `count` of them with commas between. Throws for anything else, from wherever it comes.
  func integers(_ name: String, count: Int, in range: ClosedRange<Int>) throws -> [Int]? {
    guard let text = text(name) else { return nil }
    let parts = text.filter { !"[]()".contains($0) }.split { $0 == "," || $0.isWhitespace }.map { Int($0) }
    let numbers = parts.compactMap { $0 }
    guard numbers.count == count, parts.count == count, numbers.allSatisfy(range.contains) else {
      let bounds = "in \(range.lowerBound) … \(range.upperBound)"
      throw bad(
        name, text, count == 1 ? "a whole number \(bounds)" : "\(count) whole numbers \(bounds) with commas between")
    }
    return numbers
  }

  /// What normalization layers add to the variance. Throws for anything else, from wherever it comes.
  func epsilon() throws -> Double? {
    guard let text = text("norm.eps") else { return nil }
    guard let value = Fraction.parse(text), value > 0, value <= 1 else {
      throw bad("norm.eps", text, "a number above 0, up to 1")
    }
    return value
  }

  /// On or off. Throws `FileError`; with `decides`, for anything else from wherever it comes.
  func flag(_ name: String, decides: Bool = false) throws -> Bool? {
    guard let text = text(name) else { return nil }
    switch text.lowercased() {
    case "true", "yes", "on", "1": return true
    case "false", "no", "off", "0": return false
    default:
      if decides { throw bad(name, text, "on or off") }
      return try unusable(name, text, "on or off")
    }
  }

  /// One number for all channels, or one each, with commas between. Throws `FileError`.
  func perChannel(_ name: String, channels: Int, mayBeZero: Bool = true) throws -> [Float]? {
    guard let text = text(name) else { return nil }
    let inner = text.filter { !"[]()".contains($0) }
    let values = inner.split { $0 == "," || $0.isWhitespace }.map { Fraction.parse(String($0)) }
    let numbers = values.compactMap { $0.map(Float.init) }
    let isGood = numbers.count == values.count && [1, channels].contains(numbers.count)
    guard isGood, numbers.allSatisfy({ $0.isFinite && (mayBeZero || $0 > 0) }) else {
      let kind = mayBeZero ? "numbers" : "numbers above 0"
      throw bad(name, text, channels == 1 ? "one of \(kind)" : "one or \(channels) \(kind) with commas between")
    }
    return numbers.count == channels ? numbers : Array(repeating: numbers[0], count: channels)
  }

  /// The image size that `input`, or `channels` and `size`, tell; nil parts are unknown. Throws `FileError`.
  func input() throws -> (channels: Int?, height: Int?, width: Int?) {
    let sides = 1...65_536
    if let text = text("input") {
      let parts = text.split(whereSeparator: { "x×X".contains($0) }).map { Int($0) }
      let numbers = parts.compactMap { $0 }
      guard numbers.count == 3, parts.count == 3, numbers.allSatisfy(sides.contains) else {
        let nothing: Int? = try unusable("input", text, "channels, rows and columns such as 3x32x32")
        return (nothing, nil, nil)
      }
      return (numbers[0], numbers[1], numbers[2])
    }
    let size = try integer("size", in: sides)
    return (try integer("channels", in: sides), size, size)
  }

  /// Sets which norms the network has, and where. Throws `FileError`.
  func setNorms(of settings: inout ModelSettings) throws {
    if let text = text("norm") {
      let accepted = "one of " + NormKind.allCases.map(\.rawValue).joined(separator: ", ")
      if let norm = try NormKind(rawValue: text) ?? unusable("norm", text, accepted) { settings.norm = norm }
    }
    if let text = text("norm.layers"),
      let places = try NormPlacement(text) ?? unusable("norm.layers", text, NormPlacement.accepted)
    {
      settings.normLayers = places
    }
    if let text = text("norm.affine") {
      let accepted = "one of " + NormAffine.allCases.map(\.rawValue).joined(separator: ", ")
      if let affine = try NormAffine(rawValue: text) ?? unusable("norm.affine", text, accepted) {
        settings.normAffine = affine
      }
    }
  }

  /// Nil for metadata of another program that mean something else (`norm: Linf`): the tensors tell, and it is noted.
  /// Throws for what was given, and for the metadata of a run.
  private func unusable<Value>(_ name: String, _ text: String, _ accepted: String) throws -> Value? {
    guard given[name] == nil, !isOurs else { throw bad(name, text, accepted) }
    notes.add("\(name) '\(oneLine(String(text.prefix(40))))'")
    return nil
  }

  /// What was given is wrong usage, what stands in the file is a bad file.
  private func bad(_ name: String, _ text: String, _ accepted: String) -> any Error {
    let shown = text.count > 40 ? "\(text.prefix(40))…" : text
    if given[name] != nil { return SettingError("--set \(name)=\(shown): use \(accepted)") }
    let what = "\(file): metadata \(name.replacingOccurrences(of: ".", with: "_")) '\(shown)'"
    guard takesSettings else { return FileError("\(what) is not \(accepted); use \(WeightsFile.another)") }
    return FileError("\(what): pass \(accepted) with --set \(name)=…")
  }
}
